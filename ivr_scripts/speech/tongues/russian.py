"""What debtors say in Russian."""

from __future__ import annotations

from decimal import Decimal

from num2words import num2words

from ivr_scripts.speech.tongues.tongue import Days, Numbers, Tongue, YesNo, counted, plain, words_in

_UNITS = (*range(20), *range(20, 100, 10), *range(100, 1000, 100))
_CASES = ("n", "g", "d", "a", "i", "p")


def _forms() -> dict[str, int]:
    forms: dict[str, int] = {}
    for number in _UNITS:
        for case in _CASES:
            for gender in ("m", "f", "n"):
                forms.setdefault(plain(num2words(number, lang="ru", case=case, gender=gender)), number)
    return forms


def _expected_numbers() -> tuple[str, ...]:
    cardinals = (num2words(number, lang="ru", gender=gender) for number in _UNITS for gender in ("m", "f"))
    scales = ("тысяча", "тысячу", "тысячи", "тысяч", "миллион", "миллиона", "миллионов")
    money = ("рубль", "рубля", "рублей", "копейка", "копейки", "копеек")
    return tuple(dict.fromkeys([*cardinals, "одну", "полторы", *scales, *money]))


_ORDINALS = {
    num2words(day, to="ordinal", lang="ru", **how): day
    for day in range(1, 32)
    for how in ({"case": "g"}, {"gender": "n"})
}


_MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)
_WEEKDAYS = ("понедельник", "вторник", "среду", "четверг", "пятницу", "субботу", "воскресенье")
_SPAN_WORDS = ("через", "пару", "день", "дня", "дней", "неделю", "недели", "недель", "месяц", "месяца")
_OTHER_WORDS = ("сегодня", "завтра", "послезавтра", "числа", "конце", "следующий", "следующую", "следующее")

_YES = (
    *("да", "ага", "угу", "верно", "правильно", "хорошо", "ладно", "буду"),
    *("согласен", "согласна", "подтверждаю"),
)
_MANY = ("тысяч", "тысячи", "тыщ", "миллионов", "миллиона", "миллиардов", "миллиарда")

RUSSIAN = Tongue(
    YesNo(
        yes=frozenset(_YES),
        no=frozenset(["нет", "неа", "никогда", "неверно", "неправильно"]),
        firmly=frozenset(["конечно", "точно", "обязательно"]),
        nots=frozenset(["не"]),
        not_behind=False,
    ),
    Numbers(
        words=_forms(),
        hundreds=frozenset(),
        tens=20,
        scales={"тысяч": 1_000, "тыщ": 1_000, "миллион": 1_000_000, "миллиард": 1_000_000_000},
        many=frozenset(_MANY),
        halves={"полторы": Decimal("1.5"), "полтора": Decimal("1.5"), "полутора": Decimal("1.5")},
        units=("рубл", "руб"),
        hundredths=("копе",),
        expected=_expected_numbers(),
    ),
    Days(
        near=counted({"сегодня": 0, "завтра": 1, "послезавтра": 2}),
        month_end=frozenset(["конце", "месяца"]),
        ordinals=counted(_ORDINALS),
        months={month: number for number, month in enumerate(_MONTHS, start=1)},
        weekdays=tuple(frozenset([day]) for day in _WEEKDAYS),
        following=("следующ",),
        spans=frozenset(["через"]),
        spans_behind=False,
        pair="пару",
        days=("день", "дня", "дней"),
        weeks=("недел",),
        months_on=("месяц",),
        expected=(*_SPAN_WORDS, *_OTHER_WORDS, *words_in(_ORDINALS), *_MONTHS, *_WEEKDAYS),
    ),
)
