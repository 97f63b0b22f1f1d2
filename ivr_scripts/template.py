"""Texts with {variables}: what is fixed and synthesised once, what is filled in for every call.

A variable may name its grammatical case: ``{debt:genitive}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from domain.said import said
from ivr_scripts.spoken.grammar import Case

_SLOT = re.compile(r"\{([a-z][a-z0-9_]*)(?::([a-z]+))?\}")
_NUMBER = re.compile(r"\S*\d\S*")
_LEADING_MARKS = " .,;:!?…—–-"
_SENTENCE_ENDS = ".!?…"

PAUSE = "…"
"""The clip between two sentences. Within a fixed part the voice pauses by itself; behind a variable, and where the
next node goes on, nobody would."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """Words that are the same in every call; one clip."""

    text: str


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a variable; a list of clips that differs from call to call."""

    name: str
    case: Case = Case.NOMINATIVE


Part = Fixed | Slot


@lru_cache(maxsize=1024)
def parse_template(text: str) -> tuple[Part, ...]:
    """The parts of a text in speaking order.

    Where a sentence ends right after a variable, or with the text, stands a `PAUSE`. Other punctuation after a variable
    is dropped (nothing would be spoken), the rest stays, because it shapes the intonation. Raises ValueError on a brace
    that belongs to no variable, on a number in digits (each engine reads it in its own way, and none knows its case)
    and on a text that says nothing.
    """
    parts: list[Part] = []
    end = 0
    for slot in _SLOT.finditer(text):
        parts += _fixed(text[end : slot.start()], behind_variable=end > 0)
        parts.append(Slot(slot[1], _case(slot[2])))
        end = slot.end()
    parts += _fixed(text[end:], behind_variable=end > 0)
    if not parts:
        raise ValueError(said("a text must say something"))
    if text.rstrip()[-1] in _SENTENCE_ENDS and parts[-1] != Fixed(PAUSE):
        parts.append(Fixed(PAUSE))
    return tuple(parts)


def slots(text: str) -> tuple[Slot, ...]:
    """The variables of a text."""
    return tuple(part for part in parse_template(text) if isinstance(part, Slot))


def filled(text: str, spoken: Callable[[Slot], str]) -> str:
    """The text with what is said of each variable in its place."""
    return _SLOT.sub(lambda slot: spoken(Slot(slot[1], _case(slot[2]))), text)


def _fixed(piece: str, *, behind_variable: bool) -> Iterator[Part]:
    if "{" in piece or "}" in piece:
        raise ValueError(said("a brace without a variable name in Latin letters, as in {debt}"))
    if number := _NUMBER.search(piece):
        raise ValueError(
            said("%(text)r cannot be spoken for sure: write it in words, or as a variable", text=number[0])
        )
    words = piece.lstrip(_LEADING_MARKS)
    marks = piece[: len(piece) - len(words)]
    if behind_variable and any(mark in _SENTENCE_ENDS for mark in marks):
        yield Fixed(PAUSE)
    if words := words.rstrip():
        yield Fixed(words)


def _case(name: str | None) -> Case:
    if name is None:
        return Case.NOMINATIVE
    if name not in list(Case):
        raise ValueError(
            said("there is no case %(case)r; the cases are %(cases)s", case=name, cases=", ".join(Case))
        )
    return Case(name)
