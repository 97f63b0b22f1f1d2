"""Whatever number or day a person can say comes back as itself."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from ivr_scripts.speech.dates_ru import FURTHEST_DAYS, MONTHS, date_of
from ivr_scripts.speech.numbers_ru import MAX_NUMBER, digits_of, numbers, sum_of
from ivr_scripts.spoken import Kind, clips

pytestmark = pytest.mark.unit

TODAY = date(2026, 3, 10)

JUMBLE = [
    "через",
    "три",
    "пятого",
    "марта",
    "двадцать",
    "тысяч",
    "сто",
    "рублей",
    "не",
    "неделю",
    "31",
    "ноль",
    "одна",
]
ANY_WORDS = st.lists(st.sampled_from(JUMBLE), max_size=8)


@given(st.integers(0, MAX_NUMBER))
def test_a_number_in_the_nominative(number: int) -> None:
    (spoken,) = numbers(num2words(number, lang="ru").split())
    assert spoken.value == number


@given(st.integers(1, 999_999), st.sampled_from("ngdaip"), st.sampled_from("mf"))
def test_a_number_in_any_case_and_gender(number: int, case: str, gender: str) -> None:
    (spoken,) = numbers(num2words(number, lang="ru", case=case, gender=gender).split())
    assert spoken.value == number


@given(st.decimals(Decimal(0), Decimal(MAX_NUMBER), places=2))
def test_a_sum_as_we_say_it_ourselves(roubles: Decimal) -> None:
    assert sum_of(" ".join(clips(Kind.MONEY, roubles, "ru")).split()) == roubles


@given(st.text("0123456789", min_size=1, max_size=20))
def test_digits_one_by_one(digits: str) -> None:
    assert digits_of([num2words(int(digit), lang="ru") for digit in digits]) == digits


@given(st.integers(0, FURTHEST_DAYS - 2), st.booleans())
def test_a_day_and_its_month(ahead: int, genitive: bool) -> None:
    day = TODAY + timedelta(ahead)
    how = {"case": "g"} if genitive else {"gender": "n"}
    said = f"{num2words(day.day, to='ordinal', lang='ru', **how)} {MONTHS[day.month - 1]}"
    assert date_of(said.split(), TODAY) == day
    assert date_of(f"{day.day} {MONTHS[day.month - 1]}".split(), TODAY) == day


@given(ANY_WORDS)
def test_a_promise_is_never_in_the_past_or_far_away(words: list[str]) -> None:
    day = date_of(words, TODAY)
    assert day is None or TODAY <= day <= TODAY + timedelta(FURTHEST_DAYS)


@given(ANY_WORDS)
def test_no_jumble_of_words_breaks_it(words: list[str]) -> None:
    sum_of(words)
    assert digits_of(words).isdecimal() or not digits_of(words)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("сегодня", (3, 10)),
        ("завтра", (3, 11)),
        ("послезавтра", (3, 12)),
        ("через три дня", (3, 13)),
        ("через неделю", (3, 17)),
        ("через две недели", (3, 24)),
        ("через пару дней", (3, 12)),
        ("через месяц", (4, 10)),
        ("в конце месяца", (3, 31)),
        ("пятнадцатого", (3, 15)),
        ("десятого числа", (3, 10)),
        ("двадцать первого марта", (3, 21)),
        ("тридцать первое", (3, 31)),
        ("пятого", (4, 5)),
        ("3 апреля", (4, 3)),
        ("во вторник", (3, 10)),
        ("в пятницу", (3, 13)),
        ("в следующую пятницу", (3, 20)),
    ],
)
def test_what_people_say(said: str, day: tuple[int, int]) -> None:
    assert date_of(said.split(), TODAY) == date(2026, *day)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "не знаю",
        "потом",
        "через",
        "через год",
        "через сто месяцев",
        "завтра или послезавтра",
        "тридцатого февраля",
        "через неделю пятого",
        "пять",
    ],
)
def test_what_is_no_day(said: str) -> None:
    assert date_of(said.split(), TODAY) is None


def test_a_month_on_from_its_last_day() -> None:
    assert date_of(["через", "месяц"], date(2026, 1, 31)) == date(2026, 2, 28)
