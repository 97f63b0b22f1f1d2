"""How a language counts and names, as data: what `ivr_scripts.spoken` needs to speak any value in it.

A thousand, a million and a milliard are one clip with the unit before them ("две тысячи"), since glued speech
sounds worst there; all other words are clips of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

Clips = tuple[str, ...]


class Case(StrEnum):
    """Grammatical cases by their school names; languages without them have the nominative only."""

    NOMINATIVE = "nominative"
    GENITIVE = "genitive"
    DATIVE = "dative"
    ACCUSATIVE = "accusative"
    INSTRUMENTAL = "instrumental"
    PREPOSITIONAL = "prepositional"


@dataclass(frozen=True, slots=True)
class Noun:
    """What is counted, in one case; ``forms`` are (pattern of the six last digits, form), the first that fits.

    A pattern is written as Asterisk does: X is any digit, [2-4] a range. So the dialplan and we choose alike.
    """

    forms: tuple[tuple[str, str], ...]
    feminine: bool = False

    def after(self, count: int) -> str:
        """The form after a number."""
        digits = f"{count:06d}"[-6:]
        return next(form for pattern, form in self.forms if _fits(pattern, digits))


def _fits(pattern: str, digits: str) -> bool:
    cells = pattern.replace("[2-4]", "N")
    return all(
        cell == "X" or cell == digit or (cell == "N" and digit in "234")
        for cell, digit in zip(cells, digits, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Numerals:
    """The number words of one case: 0 to 19, the tens and the hundreds, and the greater units, greatest first."""

    words: Mapping[int, str]
    feminine: Mapping[int, str]
    scales: tuple[tuple[int, Noun], ...]

    def counted(self, count: int, noun: Noun) -> Clips:
        """A number with the noun it counts, e.g. "двадцать", "одна тысяча", "рублей"."""
        said: list[str] = []
        rest = count
        for value, scale in self.scales:
            thousands, rest = divmod(rest, value)
            if thousands:
                said += self.scaled(thousands, scale)
        if rest or not said:
            said += self.below_thousand(rest, feminine=noun.feminine)
        return (*said, noun.after(count))

    def scaled(self, count: int, scale: Noun) -> list[str]:
        """So many thousands (1 to 999), say: the last word and the scale are one clip after 1 to 9."""
        *before, last = self.below_thousand(count, feminine=scale.feminine)
        joint = count % 10 != 0 and count % 100 not in range(11, 20)
        named = scale.after(count)
        return [*before, f"{last} {named}"] if joint else [*before, last, named]

    def below_thousand(self, count: int, *, feminine: bool = False) -> list[str]:
        """The words of a number from 0 to 999."""
        words = self.feminine if feminine else self.words
        hundreds, tail = count - count % 100, count % 100
        tens, units = (tail - tail % 10, tail % 10) if tail >= 20 else (0, tail)
        return [words[n] for n in (hundreds, tens, units) if n] or [words[0]]


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language."""

    cases: frozenset[Case]
    numerals: Callable[[Case], Numerals]
    currency: str
    """The unit of sums, for error texts."""
    money: Callable[[Case], tuple[Noun, Noun]]
    """The unit and its hundredth."""
    months: Callable[[Case], Noun]
    day: Callable[[int, Case], str]
    """The day of a month, 1 to 31, as a date says it."""
    month_names: tuple[str, ...]
    """As they stand in a date."""
    year: Callable[[int], str]
    """A year as a date says it; one clip."""
    year_first: bool
    plus: str
    trunk_prefix: str
    """What people say for the +7 of a number of their own country; empty where they say all of it."""
