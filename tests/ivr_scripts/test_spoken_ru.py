"""Russian sums, terms and phone numbers, with num2words as the independent witness."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from num2words import num2words

from ivr_scripts import spoken_ru

pytestmark = pytest.mark.unit


def test_a_sum_is_a_list_of_clips() -> None:
    assert spoken_ru.money(Decimal("1234.56")) == (
        "одна тысяча",
        "двести",
        "тридцать",
        "четыре",
        "рубля",
        "пятьдесят",
        "шесть",
        "копеек",
    )


@pytest.mark.parametrize(
    ("roubles", "words"),
    [
        ("0", "ноль рублей"),
        ("1", "один рубль"),
        ("2", "два рубля"),
        ("5", "пять рублей"),
        ("11", "одиннадцать рублей"),
        ("12", "двенадцать рублей"),
        ("21", "двадцать один рубль"),
        ("100", "сто рублей"),
        ("101", "сто один рубль"),
        ("111", "сто одиннадцать рублей"),
        ("1000", "одна тысяча рублей"),
        ("1001", "одна тысяча один рубль"),
        ("2000", "две тысячи рублей"),
        ("5000", "пять тысяч рублей"),
        ("10000", "десять тысяч рублей"),
        ("11000", "одиннадцать тысяч рублей"),
        ("21000", "двадцать одна тысяча рублей"),
        ("22002", "двадцать две тысячи два рубля"),
        ("111000", "сто одиннадцать тысяч рублей"),
        ("300000", "триста тысяч рублей"),
        ("1000000", "один миллион рублей"),
        ("2000001", "два миллиона один рубль"),
        ("1000000000", "один миллиард рублей"),
        ("0.01", "ноль рублей одна копейка"),
        ("3.02", "три рубля две копейки"),
        ("3.05", "три рубля пять копеек"),
        ("3.11", "три рубля одиннадцать копеек"),
        ("3.21", "три рубля двадцать одна копейка"),
        ("3.90", "три рубля девяносто копеек"),
        ("3.00", "три рубля"),
    ],
)
def test_case_and_gender_of_sums(roubles: str, words: str) -> None:
    assert " ".join(spoken_ru.money(Decimal(roubles))) == words


@given(st.integers(min_value=0, max_value=spoken_ru.MAX_ROUBLES * 100 + 99))
@example(100_000_000_000_00)
def test_every_sum_agrees_with_num2words_and_the_clip_set(kopecks: int) -> None:
    roubles = Decimal(kopecks) / 100
    if roubles > spoken_ru.MAX_ROUBLES:
        return
    clips = spoken_ru.money(roubles)
    witness = num2words(roubles.quantize(Decimal("0.01")), lang="ru", to="currency", currency="RUB")
    assert " ".join(clips) == witness.replace(",", "").removesuffix(" ноль копеек").removesuffix(" 00 копеек")
    assert set(clips) <= set(spoken_ru.clip_set())


@pytest.mark.parametrize(
    ("months", "words"),
    [
        (0, "ноль месяцев"),
        (1, "один месяц"),
        (2, "два месяца"),
        (5, "пять месяцев"),
        (11, "одиннадцать месяцев"),
        (21, "двадцать один месяц"),
        (104, "сто четыре месяца"),
        (1200, "одна тысяча двести месяцев"),
    ],
)
def test_case_of_months(months: int, words: str) -> None:
    assert " ".join(spoken_ru.months(months)) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("+79161234567", "восемь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь"),
        ("+78000050010", "восемь восемьсот ноль ноль пять ноль ноль десять"),
        ("+37412345", "плюс три семь четыре один два три четыре пять"),
    ],
)
def test_phones_are_said_as_people_say_them(number: str, words: str) -> None:
    clips = spoken_ru.phone(number)
    assert " ".join(clips) == words
    assert set(clips) <= set(spoken_ru.clip_set())


def test_an_account_number_is_said_digit_by_digit() -> None:
    assert spoken_ru.digits("04-21") == ("ноль", "четыре", "два", "один")


@pytest.mark.parametrize(
    "value",
    [
        Decimal("-1"),
        Decimal("0.001"),
        Decimal(10**12),
        Decimal("NaN"),
        Decimal("Infinity"),
        100,
        1.5,
        "100",
        None,
    ],
)
def test_sums_that_cannot_be_spoken(value: object) -> None:
    with pytest.raises(ValueError, match="sum"):
        spoken_ru.money(value)


@pytest.mark.parametrize("value", [-1, 1201, Decimal(3), "3", None])
def test_months_that_cannot_be_spoken(value: object) -> None:
    with pytest.raises(ValueError, match="months"):
        spoken_ru.months(value)


@pytest.mark.parametrize("value", ["89161234567", "+7", "+7916123456x", "", None])
def test_phones_that_cannot_be_spoken(value: object) -> None:
    with pytest.raises(ValueError, match="phone"):
        spoken_ru.phone(value)


def test_the_clip_set_is_small_and_without_doubles() -> None:
    clips = spoken_ru.clip_set()
    assert len(clips) == len(set(clips)) < 100
