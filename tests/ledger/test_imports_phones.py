"""Phones as people write them."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.imports.phones import _by_library, normalise, normalise_office, split_phones

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8 916 123-45-67", "+79161234567"),
        ("8(916)1234567", "+79161234567"),
        ("+7 916 123 45 67", "+79161234567"),
        ("79161234567", "+79161234567"),
        ("9161234567", "+79161234567"),
        ("8\u00a0916\u00a0123\u201145\u201167", "+79161234567"),
        ("8 (343) 222-33-44", "+73432223344"),
        ("+7 727 250 00 00", "+77272500000"),
        ("+49 30 901820", "+4930901820"),
    ],
)
def test_a_number_is_normalised(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("12345", "5 digits: too short"),
        ("8916123456789012", "too long"),
        ("нет", "not a phone number"),
        ("", "not a phone number"),
        ("+7 000 000 00 00", "no such numbers"),
        ("8 800 200 06 00", "service number"),
        ("8 809 500 12 34", "service number"),
        ("8 343 222 33 44 доб. 12", "extension"),
    ],
)
def test_a_wrong_number_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        normalise(text)


@given(
    st.integers(9_000_000_000, 9_999_999_999), st.sampled_from(["", "8", "7", "+7", "8 ", "+7 (", "+8", "+"])
)
def test_the_short_way_answers_as_the_library(number: int, prefix: str) -> None:
    text = f"{prefix}{number}"
    assert _answer(text, normalise) == _answer(text, _by_library)


def _answer(text: str, read: object) -> str:
    assert callable(read)
    try:
        return str(read(text))
    except ValueError as error:
        return f"refused: {error}"


@given(
    st.from_regex(r"9[0-24-9][0-9]{8}|34[0-9]{8}|49[59][0-9]{7}", fullmatch=True),
    st.sampled_from(list(range(4))),
)
def test_a_number_that_was_written_is_read_back(national: str, form: int) -> None:
    number = phonenumbers.parse("+7" + national)
    if phonenumbers.is_valid_number(number):
        assert normalise(phonenumbers.format_number(number, form)) == f"+7{national}"


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    for part in split_phones(text):
        assert _answer(part, normalise).startswith(("+", "refused: "))


def test_a_cell_may_hold_several_phones() -> None:
    assert split_phones("8 916 1; 8 916 2, 8 916 3 / 8 916 4|8 916 5\n8 916 6 и 8 916 7;") == [
        f"8 916 {place}" for place in range(1, 8)
    ]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("8 343 222 33 44 доб. 12", ("+73432223344", "12")),
        ("+7 (343) 222-33-44, доб.12", ("+73432223344", "12")),
        ("8 343 222-33-44", ("+73432223344", "")),
    ],
)
def test_an_office_may_have_an_extension(text: str, number: tuple[str, str]) -> None:
    assert normalise_office(text) == number


def test_an_office_s_number_must_be_in_use() -> None:
    with pytest.raises(ValueError, match="too short"):
        normalise_office("343 22 доб. 12")
