"""Sums, terms, dates and numbers as clip texts, in any language that a `Grammar` describes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from ivr_scripts.spoken.grammar import Case, Clips, Grammar

MAX_SUM = 10**12 - 1
MAX_MONTHS = 1_200
YEARS = range(2000, 2061)

_E164 = re.compile(r"\+\d{5,15}")
_ACCOUNT = re.compile(r"[0-9][0-9 /-]{0,29}")


def speak_money(value: object, grammar: Grammar, case: Case) -> Clips:
    """A sum; hundredths are not said when there are none.

    Takes a ``Decimal`` from 0 with at most two places; anything else raises ValueError.
    """
    if not isinstance(value, Decimal) or not value.is_finite():
        raise ValueError(f"a sum in {grammar.currency} must be a Decimal")
    if not 0 <= value <= MAX_SUM:
        raise ValueError(f"a sum must lie between 0 and {MAX_SUM} {grammar.currency} to be spoken")
    hundredths = value * 100
    if hundredths != int(hundredths):
        raise ValueError("a sum cannot have more than two places")
    whole, rest = divmod(int(hundredths), 100)
    numerals, (unit, hundredth) = grammar.numerals(case), grammar.money(case)
    said = numerals.counted(whole, unit)
    return said + numerals.counted(rest, hundredth) if rest else said


def speak_months(value: object, grammar: Grammar, case: Case) -> Clips:
    """A term in months, e.g. "три месяца". Takes an int from 0 to 1200; anything else raises ValueError."""
    if not isinstance(value, int) or not 0 <= value <= MAX_MONTHS:
        raise ValueError(f"months must be a whole number from 0 to {MAX_MONTHS}")
    return grammar.numerals(case).counted(value, grammar.months(case))


def speak_date(value: object, grammar: Grammar, case: Case) -> Clips:
    """A day, month and year, e.g. "пятнадцатое", "марта", "две тысячи двадцать шестого года"."""
    if not isinstance(value, date) or value.year not in YEARS:
        raise ValueError(f"a date must lie in the years {YEARS[0]} to {YEARS[-1]} to be spoken")
    day, year = day_and_month(value.day, value.month, grammar, case), grammar.year(value.year)
    return (year, *day) if grammar.year_first else (*day, year)


def day_and_month(day: int, month: int, grammar: Grammar, case: Case) -> Clips:
    """A date without its year."""
    return grammar.day(day, case), grammar.month_names[month - 1]


def speak_phone(value: object, grammar: Grammar, case: Case) -> Clips:
    """A number in E.164 form; one of +7 in the usual groups, from the eight: 8, 916, 123, 45, 67."""
    if not isinstance(value, str) or not _E164.fullmatch(value):
        raise ValueError("a phone must be in E.164 form, as +79161234567")
    if not grammar.trunk_prefix or not value.startswith("+7") or len(value) != 12:
        return (grammar.plus, *_digits(value, grammar))
    groups = (value[2:5], value[5:8], value[8:10], value[10:])
    return (grammar.trunk_prefix, *(clip for group in groups for clip in _group(group, grammar)))


def speak_account(value: object, grammar: Grammar, case: Case) -> Clips:
    """Each digit by itself. Takes up to 30 digits, which spaces, dashes and strokes may part."""
    if not isinstance(value, str) or not _ACCOUNT.fullmatch(value):
        raise ValueError("an account number must be 1 to 30 digits; spaces, - and / may part them")
    return _digits(value, grammar)


def _digits(value: str, grammar: Grammar) -> Clips:
    words = grammar.numerals(Case.NOMINATIVE).words
    return tuple(words[int(digit)] for digit in value if digit in "0123456789")


def _group(group: str, grammar: Grammar) -> list[str]:
    numerals = grammar.numerals(Case.NOMINATIVE)
    number = group.lstrip("0")
    zeros = [numerals.words[0]] * (len(group) - len(number))
    return zeros + (numerals.below_thousand(int(number)) if number else [])


_COUNTS = (*range(1000), *(n * 1000**power for power in (1, 2, 3) for n in range(1, 1000)))
_NEW_YEAR = date(YEARS[0], 1, 1)

SAMPLES: Mapping[str, Sequence[object]] = {
    "money": [Decimal(n) for n in _COUNTS] + [Decimal(n) / 100 for n in range(1, 100)],
    "months": range(MAX_MONTHS + 1),
    "date": [_NEW_YEAR + timedelta(days=n) for n in range(366)] + [date(year, 1, 1) for year in YEARS],
    "phone": ["+12345678900", *(f"+7{n:03d}{n:03d}{n % 100:02d}{n % 100:02d}" for n in range(1000))],
    "account": ["0123456789"],
}
"""By kind: values that together need every clip that any value of it can need."""
