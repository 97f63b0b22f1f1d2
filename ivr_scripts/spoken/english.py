"""English, for a script in the United States: dollars and cents; one form after one, another after the rest."""

from __future__ import annotations

from functools import cache

from num2words import num2words

from ivr_scripts.spoken.grammar import Case, Grammar, Noun, Numerals


def _noun(one: str, many: str) -> Noun:
    return Noun((("000001", one), ("XXXXXX", many)))


def _always(form: str) -> Noun:
    return Noun((("XXXXXX", form),))


@cache
def _numerals(case: Case) -> Numerals:
    numbers = (*range(20), *range(20, 100, 10), *range(100, 1000, 100))
    words = {n: num2words(n, lang="en") for n in numbers}
    scales = ((10**9, _always("billion")), (10**6, _always("million")), (10**3, _always("thousand")))
    return Numerals(words, words, scales)


GRAMMAR = Grammar(
    cases=frozenset({Case.NOMINATIVE}),
    numerals=_numerals,
    currency="dollars",
    money=lambda case: (_noun("dollar", "dollars"), _noun("cent", "cents")),
    months=lambda case: _noun("month", "months"),
    day=lambda day, case: f"the {num2words(day, lang='en', to='ordinal')} of",
    month_names=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    year=lambda year: str(num2words(year, lang="en", to="year")),
    year_first=False,
    plus="plus",
    trunk_prefix="",
)
