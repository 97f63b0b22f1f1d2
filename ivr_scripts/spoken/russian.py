"""Russian: six cases, two genders that matter, three forms after a number.

Number words are num2words', but for two things that it says otherwise than people do: the accusative of things
(it declines as for the living, "одного рубля"), and the oblique cases of zero.
"""

from __future__ import annotations

from functools import cache

from num2words import num2words

from ivr_scripts.spoken.grammar import Case, Grammar, Noun, Numerals

_LETTER = {
    Case.NOMINATIVE: "n",
    Case.GENITIVE: "g",
    Case.DATIVE: "d",
    Case.ACCUSATIVE: "n",
    Case.INSTRUMENTAL: "i",
    Case.PREPOSITIONAL: "p",
}
_ZERO = {
    Case.NOMINATIVE: "ноль",
    Case.GENITIVE: "нуля",
    Case.DATIVE: "нулю",
    Case.ACCUSATIVE: "ноль",
    Case.INSTRUMENTAL: "нулём",
    Case.PREPOSITIONAL: "нуле",
}
_ORDER = tuple(Case)
_Forms = tuple[str, ...]

_ROUBLE: tuple[_Forms, _Forms] = (
    ("рубль", "рубля", "рублю", "рубль", "рублём", "рубле"),
    ("рубля", "рублей", "рублям", "рубля", "рублями", "рублях"),
)
_KOPECK: tuple[_Forms, _Forms] = (
    ("копейка", "копейки", "копейке", "копейку", "копейкой", "копейке"),
    ("копейки", "копеек", "копейкам", "копейки", "копейками", "копейках"),
)
_MONTH: tuple[_Forms, _Forms] = (
    ("месяц", "месяца", "месяцу", "месяц", "месяцем", "месяце"),
    ("месяца", "месяцев", "месяцам", "месяца", "месяцами", "месяцах"),
)
_THOUSAND: tuple[_Forms, _Forms] = (
    ("тысяча", "тысячи", "тысяче", "тысячу", "тысячей", "тысяче"),
    ("тысячи", "тысяч", "тысячам", "тысячи", "тысячами", "тысячах"),
)
"""Per case: the form after 1, and the one after 2 to 4, which in oblique cases is that after all others too."""


def _million(stem: str) -> tuple[_Forms, _Forms]:
    return (
        (stem, f"{stem}а", f"{stem}у", stem, f"{stem}ом", f"{stem}е"),
        (f"{stem}а", f"{stem}ов", f"{stem}ам", f"{stem}а", f"{stem}ами", f"{stem}ах"),
    )


_SCALES = (
    (10**9, _million("миллиард"), False),
    (10**6, _million("миллион"), False),
    (10**3, _THOUSAND, True),
)


def _noun(table: tuple[_Forms, _Forms], case: Case, *, feminine: bool = False) -> Noun:
    place = _ORDER.index(case)
    one, few = (forms[place] for forms in table)
    plural_genitive = table[1][_ORDER.index(Case.GENITIVE)]
    many = plural_genitive if case in (Case.NOMINATIVE, Case.ACCUSATIVE) else few
    forms = (
        ("XXX000", plural_genitive),  # a thousand, or nought, of something: "двум тысячам рублей"
        ("XXXX1X", many),
        ("XXXXX1", one),
        ("XXXXX[2-4]", few),
        ("XXXXXX", many),
    )
    return Noun(forms, feminine)


@cache
def _numerals(case: Case) -> Numerals:
    numbers = (*range(20), *range(20, 100, 10), *range(100, 1000, 100))
    words = {n: num2words(n, lang="ru", case=_LETTER[case]) for n in numbers} | {0: _ZERO[case]}
    feminine = words | {n: num2words(n, lang="ru", gender="f", case=_LETTER[case]) for n in (1, 2)}
    if case is Case.ACCUSATIVE:
        feminine[1] = "одну"
    scales = tuple((value, _noun(table, case, feminine=gender)) for value, table, gender in _SCALES)
    return Numerals(words, feminine, scales)


def _day(day: int, case: Case) -> str:
    return str(num2words(day, lang="ru", to="ordinal", gender="n", case=_LETTER[case]))


def _year(year: int) -> str:
    return f"{num2words(year, lang='ru', to='ordinal', case='g')} года"


GRAMMAR = Grammar(
    cases=frozenset(Case),
    numerals=_numerals,
    currency="roubles",
    money=lambda case: (_noun(_ROUBLE, case), _noun(_KOPECK, case, feminine=True)),
    months=lambda case: _noun(_MONTH, case),
    day=_day,
    month_names=(
        *("января", "февраля", "марта", "апреля", "мая", "июня"),
        *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
    ),
    year=_year,
    year_first=False,
    plus="плюс",
    trunk_prefix="восемь",
)
