"""Russian sums, terms and phone numbers, with num2words as the independent witness."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from num2words import num2words

from ivr_scripts.spoken import Kind, clip_set, clips
from ivr_scripts.spoken.grammar import Case
from ivr_scripts.spoken.values import MAX_SUM

pytestmark = pytest.mark.unit


def test_a_sum_is_a_list_of_clips() -> None:
    assert money(Decimal("1234.56")) == (
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
    assert " ".join(money(Decimal(roubles))) == words


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=MAX_SUM * 100 + 99))
@example(100_000_000_000_00)
def test_every_sum_agrees_with_num2words_and_the_clip_set(kopecks: int) -> None:
    roubles = Decimal(kopecks) / 100
    if roubles > MAX_SUM:
        return
    said = money(roubles)
    witness = num2words(roubles.quantize(Decimal("0.01")), lang="ru", to="currency", currency="RUB")
    assert " ".join(said) == witness.replace(",", "").removesuffix(" ноль копеек").removesuffix(" 00 копеек")
    assert set(said) <= set(clip_set(Kind.MONEY, "ru"))


@pytest.mark.parametrize(
    ("count", "words"),
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
def test_case_of_months(count: int, words: str) -> None:
    assert " ".join(months(count)) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("+79161234567", "восемь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь"),
        ("+78000050010", "восемь восемьсот ноль ноль пять ноль ноль десять"),
        ("+37412345", "плюс три семь четыре один два три четыре пять"),
    ],
)
def test_phones_are_said_as_people_say_them(number: str, words: str) -> None:
    said = phone(number)
    assert " ".join(said) == words
    assert set(said) <= set(clip_set(Kind.PHONE, "ru"))


def test_an_account_number_is_said_digit_by_digit() -> None:
    assert clips(Kind.ACCOUNT, "04-21", "ru") == ("ноль", "четыре", "два", "один")


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
        money(value)


@pytest.mark.parametrize("value", [-1, 1201, Decimal(3), "3", None])
def test_months_that_cannot_be_spoken(value: object) -> None:
    with pytest.raises(ValueError, match="months"):
        months(value)


@pytest.mark.parametrize("value", ["89161234567", "+7", "+7916123456x", "", None])
def test_phones_that_cannot_be_spoken(value: object) -> None:
    with pytest.raises(ValueError, match="phone"):
        phone(value)


@pytest.mark.parametrize("value", [date(1999, 12, 31), date(2061, 1, 1), "2026-03-15", None])
def test_dates_that_cannot_be_spoken(value: object) -> None:
    with pytest.raises(ValueError, match="date"):
        clips(Kind.DATE, value, "ru")


@pytest.mark.parametrize("value", ["", "12a", " 12", "1" * 31, 12, None])
def test_accounts_that_cannot_be_spoken(value: object) -> None:
    with pytest.raises(ValueError, match="account number"):
        clips(Kind.ACCOUNT, value, "ru")


def test_a_clip_set_is_small_and_without_doubles() -> None:
    every = [text for kind in Kind for text in clip_set(kind, "ru")]
    assert len(set(every)) < 250
    assert all(len(clip_set(kind, "ru")) == len(set(clip_set(kind, "ru"))) for kind in Kind)


OBLIQUE = {
    Case.GENITIVE: {
        "0": "нуля рублей",
        "1": "одного рубля",
        "2": "двух рублей",
        "5": "пяти рублей",
        "11": "одиннадцати рублей",
        "21": "двадцати одного рубля",
        "101": "ста одного рубля",
        "240.22": "двухсот сорока рублей двадцати двух копеек",
        "1000": "одной тысячи рублей",
        "2001": "двух тысяч одного рубля",
        "1000000": "одного миллиона рублей",
    },
    Case.DATIVE: {
        "1": "одному рублю",
        "2": "двум рублям",
        "5": "пяти рублям",
        "21": "двадцати одному рублю",
        "1000": "одной тысяче рублей",
        "12000": "двенадцати тысячам рублей",
        "5000000": "пяти миллионам рублей",
        "0.01": "нулю рублей одной копейке",
    },
    Case.ACCUSATIVE: {
        "1": "один рубль",
        "2": "два рубля",
        "21": "двадцать один рубль",
        "1000": "одну тысячу рублей",
        "2000": "две тысячи рублей",
        "21021.21": "двадцать одну тысячу двадцать один рубль двадцать одну копейку",
        "1000000": "один миллион рублей",
    },
    Case.INSTRUMENTAL: {
        "1": "одним рублём",
        "2": "двумя рублями",
        "5": "пятью рублями",
        "40": "сорока рублями",
        "101": "ста одним рублём",
        "3000": "тремя тысячами рублей",
    },
    Case.PREPOSITIONAL: {
        "1": "одном рубле",
        "2": "двух рублях",
        "11": "одиннадцати рублях",
        "1000": "одной тысяче рублей",
    },
}
"""By case: sums as a Russian says them."""


@pytest.mark.parametrize(
    ("case", "roubles", "words"),
    [(case, roubles, words) for case, sums in OBLIQUE.items() for roubles, words in sums.items()],
)
def test_oblique_cases_of_sums(case: Case, roubles: str, words: str) -> None:
    said = clips(Kind.MONEY, Decimal(roubles), "ru", case)
    assert " ".join(said) == words
    assert set(said) <= set(clip_set(Kind.MONEY, "ru", case))


@pytest.mark.parametrize(
    ("case", "months_said", "date_said"),
    [
        (Case.NOMINATIVE, "три месяца", "пятнадцатое марта"),
        (Case.GENITIVE, "трёх месяцев", "пятнадцатого марта"),
        (Case.DATIVE, "трём месяцам", "пятнадцатому марта"),
        (Case.ACCUSATIVE, "три месяца", "пятнадцатое марта"),
        (Case.INSTRUMENTAL, "тремя месяцами", "пятнадцатым марта"),
        (Case.PREPOSITIONAL, "трёх месяцах", "пятнадцатом марта"),
    ],
)
def test_cases_of_terms_and_dates(case: Case, months_said: str, date_said: str) -> None:
    assert " ".join(clips(Kind.MONTHS, 3, "ru", case)) == months_said
    said = clips(Kind.DATE, date(2026, 3, 15), "ru", case)
    assert " ".join(said) == f"{date_said} две тысячи двадцать шестого года"
    assert set(said) <= set(clip_set(Kind.DATE, "ru", case))


@settings(deadline=None)
@given(st.sampled_from(Case), st.integers(min_value=0, max_value=MAX_SUM * 100))
def test_every_sum_in_every_case_is_in_the_clip_set(case: Case, kopecks: int) -> None:
    assert set(clips(Kind.MONEY, Decimal(kopecks) / 100, "ru", case)) <= set(clip_set(Kind.MONEY, "ru", case))


def money(value: object) -> tuple[str, ...]:
    return clips(Kind.MONEY, value, "ru")


def months(value: object) -> tuple[str, ...]:
    return clips(Kind.MONTHS, value, "ru")


def phone(value: object) -> tuple[str, ...]:
    return clips(Kind.PHONE, value, "ru")
