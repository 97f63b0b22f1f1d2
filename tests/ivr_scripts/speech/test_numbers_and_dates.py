"""Whatever number, sum or day a person can say comes back as itself, in every language."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from ivr_scripts.speech import dates, numbers
from ivr_scripts.speech.dates import FURTHEST_DAYS
from ivr_scripts.speech.numbers import MAX_NUMBER
from ivr_scripts.speech.tongues import TONGUES
from ivr_scripts.spoken import GRAMMARS, Kind, Language, clips
from ivr_scripts.spoken.grammar import Case

pytestmark = pytest.mark.unit

TODAY = date(2026, 3, 10)
LANGUAGES: list[Language] = ["en", "kk", "ru"]
NUM2WORDS = {"en": "en", "kk": "kz", "ru": "ru"}
RUSSIAN_MONTHS = GRAMMARS["ru"].month_names


def number_of(said: str, language: str = "ru") -> Decimal:
    tongue = TONGUES[language]
    (spoken,) = numbers.numbers(tongue.words_of(said), tongue.numbers)
    return spoken.value


def sum_of(said: str, language: str = "ru") -> Decimal | None:
    return numbers.sum_of(TONGUES[language].words_of(said), TONGUES[language].numbers)


def digits_of(said: str, language: str = "ru") -> str:
    return numbers.digits_of(TONGUES[language].words_of(said), TONGUES[language].numbers)


def date_of(said: str, today: date = TODAY, language: str = "ru") -> date | None:
    return dates.date_of(TONGUES[language].words_of(said), today, TONGUES[language])


JUMBLES = {
    "ru": "через три пятого марта двадцать тысяч сто рублей не неделю 31 ноль одна",
    "kk": "кейін үш бесінде наурыз жиырма мың жүз теңге жоқ аптадан 31 нөл бір айдың",
    "en": "in three fifth march twenty thousand hundred dollars not week 31 zero one and",
}
ANY_WORDS = st.sampled_from(LANGUAGES).flatmap(
    lambda language: st.tuples(
        st.just(language), st.lists(st.sampled_from(JUMBLES[language].split()), max_size=8)
    )
)


@given(st.integers(0, MAX_NUMBER), st.sampled_from(LANGUAGES))
def test_a_number(number: int, language: str) -> None:
    said = num2words(number, lang=NUM2WORDS[language]).replace("-", " ")
    assert number_of(said, language) == number


@given(st.integers(1, 999_999), st.sampled_from("ngdaip"), st.sampled_from("mf"))
def test_a_russian_number_in_any_case_and_gender(number: int, case: str, gender: str) -> None:
    assert number_of(num2words(number, lang="ru", case=case, gender=gender)) == number


@given(st.decimals(Decimal(0), Decimal(MAX_NUMBER), places=2), st.sampled_from(LANGUAGES))
def test_a_sum_as_we_say_it_ourselves(whole: Decimal, language: Language) -> None:
    assert sum_of(" ".join(clips(Kind.MONEY, whole, language)).replace("-", " "), language) == whole


@given(st.text("0123456789", min_size=1, max_size=20), st.sampled_from(LANGUAGES))
def test_digits_one_by_one(digits: str, language: str) -> None:
    said = " ".join(num2words(int(digit), lang=NUM2WORDS[language]) for digit in digits)
    assert digits_of(said, language) == digits


@given(st.integers(0, FURTHEST_DAYS - 2), st.sampled_from(LANGUAGES))
def test_a_day_and_its_month_as_we_say_them_ourselves(ahead: int, language: Language) -> None:
    day, grammar = TODAY + timedelta(ahead), GRAMMARS[language]
    month = grammar.month_names[day.month - 1]
    said = f"{grammar.day(day.day, Case.NOMINATIVE)} {month}".replace("-", " ")
    assert date_of(said, language=language) == day
    assert date_of(f"{day.day} {month}", language=language) == day


@given(st.integers(0, FURTHEST_DAYS - 2))
def test_a_russian_day_in_the_genitive(ahead: int) -> None:
    day = TODAY + timedelta(ahead)
    said = num2words(day.day, to="ordinal", lang="ru", case="g")
    assert date_of(f"{said} {RUSSIAN_MONTHS[day.month - 1]}") == day


@given(ANY_WORDS)
def test_a_promise_is_never_in_the_past_or_far_away(jumble: tuple[str, list[str]]) -> None:
    day = date_of(" ".join(jumble[1]), language=jumble[0])
    assert day is None or TODAY <= day <= TODAY + timedelta(FURTHEST_DAYS)


@given(ANY_WORDS)
def test_no_jumble_of_words_breaks_it(jumble: tuple[str, list[str]]) -> None:
    language, words = jumble
    sum_of(" ".join(words), language)
    digits = digits_of(" ".join(words), language)
    assert digits.isdecimal() or not digits


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
    assert date_of(said) == date(2026, *day)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("today", (3, 10)),
        ("I will pay tomorrow", (3, 11)),
        ("the day after tomorrow", (3, 12)),
        ("in three days", (3, 13)),
        ("in a week", (3, 17)),
        ("in a couple of weeks", (3, 24)),
        ("in a month", (4, 10)),
        ("at the end of the month", (3, 31)),
        ("on the fifteenth", (3, 15)),
        ("the twenty first of March", (3, 21)),
        ("March twenty first", (3, 21)),
        ("April three", (4, 3)),
        ("on Friday", (3, 13)),
        ("next Friday", (3, 20)),
    ],
)
def test_what_people_say_in_english(said: str, day: tuple[int, int]) -> None:
    assert date_of(said, language="en") == date(2026, *day)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("бүгін", (3, 10)),
        ("ертең төлеймін", (3, 11)),
        ("бүрсігүні", (3, 12)),
        ("үш күннен кейін", (3, 13)),
        ("бір аптадан кейін", (3, 17)),
        ("аптадан кейін", (3, 17)),
        ("бірер күннен кейін", (3, 12)),
        ("екі айдан кейін", (5, 10)),
        ("айдың соңында", (3, 31)),
        ("он бесінде", (3, 15)),
        ("наурыздың жиырма бірінде", (3, 21)),
        ("жиырма бірінші наурыз", (3, 21)),
        ("сәуірдің бесі", (4, 5)),
        ("жұма күні", (3, 13)),
        ("келесі жұма", (3, 20)),
    ],
)
def test_what_people_say_in_kazakh(said: str, day: tuple[int, int]) -> None:
    assert date_of(said, language="kk") == date(2026, *day)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ru", ""),
        ("ru", "не знаю"),
        ("ru", "потом"),
        ("ru", "через"),
        ("ru", "через год"),
        ("ru", "через год пятого"),
        ("ru", "через сто месяцев"),
        ("ru", "завтра или послезавтра"),
        ("ru", "тридцатого февраля"),
        ("ru", "через неделю пятого"),
        ("ru", "пять"),
        ("en", "later"),
        ("en", "in a year"),
        ("en", "today or tomorrow"),
        ("en", "February thirtieth"),
        ("en", "five"),
        ("kk", "кейін"),
        ("kk", "бір жылдан кейін"),
        ("kk", "бүгін немесе ертең"),
        ("kk", "ақпанның отызында"),
        ("kk", "бес"),
    ],
)
def test_what_is_no_day(language: str, said: str) -> None:
    assert date_of(said, language=language) is None


@pytest.mark.parametrize(
    ("language", "said", "whole"),
    [
        ("en", "fifteen hundred dollars", "1500.00"),
        ("en", "a hundred and five dollars and ten cents", "105.10"),
        ("en", "two hundred or three hundred", None),
        ("kk", "бес мың екі жүз теңге", "5200.00"),
        ("kk", "жүз теңге елу тиын", "100.50"),
        ("kk", "мың немесе екі мың", None),
    ],
)
def test_a_sum_as_people_say_it(language: str, said: str, whole: str | None) -> None:
    assert sum_of(said, language) == (None if whole is None else Decimal(whole))


def test_a_month_on_from_its_last_day() -> None:
    assert date_of("через месяц", date(2026, 1, 31)) == date(2026, 2, 28)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_recogniser_is_told_of_every_word_that_names_a_day(language: str) -> None:
    days = TONGUES[language].days
    named = {word for phrase in (*days.near, *days.ordinals) for word in phrase} | set(days.months)
    named |= {word for names in days.weekdays for word in names} | days.spans | days.month_end | {days.pair}
    expected = {*days.expected, *TONGUES[language].numbers.expected}
    assert sorted(named - {word.replace("ё", "е") for word in expected}) == []
