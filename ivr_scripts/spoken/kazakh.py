"""Kazakh: tenge and tiyn; nothing counted has a plural. No speaker of Kazakh has checked these words yet."""

from __future__ import annotations

from functools import cache

from num2words import num2words

from ivr_scripts.spoken.grammar import Case, Grammar, Noun, Numerals

_ORDINAL = {
    **{1: "бірінші", 2: "екінші", 3: "үшінші", 4: "төртінші", 5: "бесінші", 6: "алтыншы", 7: "жетінші"},
    **{8: "сегізінші", 9: "тоғызыншы", 10: "оныншы", 20: "жиырмасыншы", 30: "отызыншы", 40: "қырқыншы"},
    **{50: "елуінші", 60: "алпысыншы", 70: "жетпісінші", 80: "сексенінші", 90: "тоқсаныншы"},
    **{100: "жүзінші", 1000: "мыңыншы"},
}
"""num2words has no ordinals of Kazakh."""


def _always(form: str) -> Noun:
    return Noun((("XXXXXX", form),))


@cache
def _numerals(case: Case) -> Numerals:
    numbers = (*range(20), *range(20, 100, 10), *range(100, 1000, 100))
    words = {n: num2words(n, lang="kz") for n in numbers}
    scales = ((10**9, _always("миллиард")), (10**6, _always("миллион")), (10**3, _always("мың")))
    return Numerals(words, words, scales)


def _ordinal(number: int) -> str:
    """The last word of a number takes the ending: "жиырма бесінші"."""
    last = next(unit for unit in (1000, 100, 10, 1) if number % unit == 0)
    ending = number % (10 * last) if last in (1, 10) else last
    before = number - ending if last in (1, 10) else number // last
    if not before or (last >= 100 and before == 1):
        return _ORDINAL[ending]
    return f"{num2words(before, lang='kz')} {_ORDINAL[ending]}"


GRAMMAR = Grammar(
    cases=frozenset({Case.NOMINATIVE}),
    numerals=_numerals,
    currency="tenge",
    money=lambda case: (_always("теңге"), _always("тиын")),
    months=lambda case: _always("ай"),
    day=lambda day, case: _ordinal(day),
    month_names=(
        *("қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым"),
        *("шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан"),
    ),
    year=lambda year: f"{_ordinal(year)} жылғы",
    year_first=True,
    plus="плюс",
    trunk_prefix="сегіз",
)
