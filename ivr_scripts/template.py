"""Texts with {variables}: what is fixed and synthesised once, what is filled in for every call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_LEADING_MARKS = " .,;:!?…—–-"


@dataclass(frozen=True, slots=True)
class Fixed:
    """Words that are the same in every call; one clip."""

    text: str


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a variable; a list of clips that differs from call to call."""

    name: str


Part = Fixed | Slot


@lru_cache(maxsize=1024)
def parse_template(text: str) -> tuple[Part, ...]:
    """The parts of a text in speaking order.

    Punctuation right after a variable is dropped (nothing would be spoken), the rest stays, because it shapes
    the intonation. Raises ValueError on a brace that belongs to no variable and on a text that says nothing.
    """
    pieces = _SLOT.split(text)
    parts: list[Part] = []
    for index, piece in enumerate(pieces):
        if index % 2:
            parts.append(Slot(piece))
        elif "{" in piece or "}" in piece:
            raise ValueError("a brace without a variable name in Latin letters, as in {debt}")
        elif words := piece.lstrip(_LEADING_MARKS).rstrip():
            parts.append(Fixed(words))
    if not parts:
        raise ValueError("a text must say something")
    return tuple(parts)


def speakable(text: str) -> str:
    """The text on one line with single spaces. Raises ValueError on control characters and without a word."""
    line = " ".join(text.split())
    if not line.isprintable():
        raise ValueError("a text must not hold control characters")
    if not any(character.isalnum() for character in line):
        raise ValueError("a text must say something")
    return line
