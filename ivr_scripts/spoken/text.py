"""Texts that a voice can say."""

from __future__ import annotations

from domain.said import said


def speakable(text: str) -> str:
    """The text on one line with single spaces. Raises ValueError on control characters and without a word."""
    line = " ".join(text.split())
    if not line.isprintable():
        raise ValueError(said("a text must not hold control characters"))
    if not any(character.isalnum() for character in line):
        raise ValueError(said("a text must say something"))
    return line
