"""Cells to facts: sums, months, flags, identifiers."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.imports.values import (
    MOST_KOPECKS,
    birth_year,
    flag,
    identifier,
    kopecks,
    language,
    month,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1234.56", 123456),
        ("1234,56", 123456),
        ("1 234,56", 123456),
        ("1\u00a0234,56", 123456),
        ("1\u202f234\u202f567,8", 123456780),
        ("1'234.56", 123456),
        ("1,234.56", 123456),
        ("1.234,56", 123456),
        ("1,234,567.00", 123456700),
        ("2800", 280000),
        ("2800 руб.", 280000),
        ("2800,5 ₽", 280050),
        ("0", 0),
        (" 0,07 ", 7),
    ],
)
def test_a_sum_is_read_in_every_common_form(text: str, expected: int) -> None:
    assert kopecks(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("abc", "not a sum"),
        ("", "not a sum"),
        ("-5", "negative"),
        ("−1 000,00", "negative"),
        ("1,234", "not a sum"),
        ("1.234", "not a sum"),
        ("12 34", "not a sum"),
        ("1e5", "not a sum"),
        ("nan", "not a sum"),
        ("١٢٣", "not a sum"),
        ("1.234.56", "not a sum"),
        ("12345678901", "not one person's"),
    ],
)
def test_a_doubtful_sum_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        kopecks(text)


@given(st.integers(0, MOST_KOPECKS), st.sampled_from([" ", "\u00a0", "'", ""]), st.sampled_from([",", "."]))
def test_a_sum_that_was_written_is_read_back(total: int, thousands: str, point: str) -> None:
    roubles = f"{total // 100:,}".replace(",", thousands)
    assert kopecks(f"{roubles}{point}{total % 100:02}") == total


@given(st.text())
def test_any_text_is_a_sum_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert 0 <= kopecks(text) <= MOST_KOPECKS


@pytest.mark.parametrize(
    "text",
    [
        "2025-11",
        "11.2025",
        "01.11.2025",
        "2025-11-01",
        "30.11.2025",
        "11/2025",
        "2025-11-01 00:00:00",
        " 11.2025 ",
    ],
)
def test_a_month_is_read_as_its_first_day(text: str) -> None:
    assert month(text) == date(2025, 11, 1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not a month"),
        ("ноябрь", "not a month"),
        ("13.2025", "no such date"),
        ("31.02.2025", "no such date"),
        ("01.01.1970", "year"),
        ("2205-11", "year"),
    ],
)
def test_a_wrong_month_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        month(text)


@given(
    st.dates(date(1992, 1, 1), date(2100, 12, 31)),
    st.sampled_from(["%Y-%m", "%m.%Y", "%d.%m.%Y", "%Y-%m-%d"]),
)
def test_a_month_that_was_written_is_read_back(day: date, form: str) -> None:
    assert month(day.strftime(form)) == day.replace(day=1)


@pytest.mark.parametrize(
    ("text", "expected"), [("Да", True), ("1", True), ("", False), ("нет", False), ("NO", False)]
)
def test_a_flag_is_yes_or_no(text: str, expected: bool) -> None:
    assert flag(text) is expected


def test_a_flag_is_never_guessed() -> None:
    with pytest.raises(ValueError, match="neither yes nor no"):
        flag("может быть")


def test_a_language_is_a_two_letter_code() -> None:
    assert language("TT") == "tt"
    with pytest.raises(ValueError, match="ru is assumed"):
        language("татарский")


@pytest.mark.parametrize(
    ("text", "reason"), [("", "empty"), ("1" * 101, "longer"), ("1\n2", "control character")]
)
def test_an_identifier_is_short_and_printable(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        identifier(text)


@pytest.mark.parametrize("text", ["1961", "24.05.1961", "4.5.1961", "24/05/1961", "1961-05-24"])
def test_of_a_birth_date_only_the_year_is_kept(text: str) -> None:
    assert birth_year(text) == 1961


@pytest.mark.parametrize("text", ["61", "24.05.61", "1861", "19611", "год", "1961.05"])
def test_what_is_no_year_of_birth_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a year of birth"):
        birth_year(text)
