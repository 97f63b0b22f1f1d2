"""How people say yes, no, numbers, sums and days in a language, as data: what `ivr_scripts.speech` understands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class YesNo:
    """Words that agree or deny."""

    yes: frozenset[str]
    no: frozenset[str]
    firmly: frozenset[str]
    """Neither yes nor no by itself, when one of these is said too; alone it is yes."""
    nots: frozenset[str]
    """Turn the word beside them into its contrary."""
    not_behind: bool
    """Whether the word that a "not" denies stands before it."""

    @property
    def refusals(self) -> frozenset[str]:
        """A sentence with one of these is no sum, no day and no number."""
        return self.nots | self.no


@dataclass(frozen=True, slots=True)
class Numbers:
    """Words of numbers in every form that people use."""

    words: Mapping[str, int]
    """0 to 999, each word by itself."""
    hundreds: frozenset[str]
    """Multiply the number before them, "two hundred"; none where each hundred has a word of its own."""
    tens: int
    """The smallest number that units follow: 20, or 10 where eleven is "ten one"."""
    scales: Mapping[str, int]
    """Beginnings of the words that multiply what was said before them."""
    many: frozenset[str]
    """Scale words that need a number before them: "тысяч пять" is no 1005."""
    halves: Mapping[str, Decimal]
    """One and a half, before a scale."""
    units: tuple[str, ...]
    """Beginnings of the currency's name."""
    hundredths: tuple[str, ...]
    expected: tuple[str, ...]
    """What a recogniser is told to expect."""


@dataclass(frozen=True, slots=True)
class Days:
    """Words of days. All are in the form that is said of a day to come."""

    near: Mapping[tuple[str, ...], int]
    """Days from today; the longest first where one holds another."""
    month_end: frozenset[str]
    """Words that together mean the last day of this month."""
    ordinals: Mapping[tuple[str, ...], int]
    """The days of a month, 1 to 31."""
    months: Mapping[str, int]
    weekdays: tuple[frozenset[str], ...]
    """From Monday on."""
    following: tuple[str, ...]
    """Beginnings of "next", as in "next Friday", which is one of next week."""
    spans: frozenset[str]
    """Said with "three days" to mean three days from now: before it, or behind it in ``spans_behind`` languages."""
    spans_behind: bool
    pair: str
    days: tuple[str, ...]
    weeks: tuple[str, ...]
    months_on: tuple[str, ...]
    """Beginnings of the words for what a span counts."""
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language."""

    yes_no: YesNo
    numbers: Numbers
    days: Days
    skipped: frozenset[str] = frozenset()
    """Words that say nothing between those that do: articles, and "and"."""

    def words_of(self, text: str) -> list[str]:
        """The words of a sentence as they are compared."""
        words = (plain(word) for word in re.findall(r"[\w'-]+", text))
        return [word for word in words if word not in self.skipped]


def plain(word: str) -> str:
    """A word as it is compared: lower case, and ё is е."""
    return word.lower().replace("ё", "е")


def counted(words: Mapping[str, int]) -> dict[tuple[str, ...], int]:
    """Phrases of several words as keys of their words."""
    return {tuple(plain(phrase).split()): value for phrase, value in words.items()}


def words_in(phrases: Iterable[str]) -> tuple[str, ...]:
    """Every word of the phrases, once."""
    return tuple(dict.fromkeys(word for phrase in phrases for word in phrase.split()))
