"""Caller numbers: none without a contract, and a label that a screen can show."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.caller_number import LONGEST_LABEL, CallerNumber
from domain.errors import InputError

pytestmark = pytest.mark.unit

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def number(contract: str = "contract 5", label: str = "Тепловые сети") -> CallerNumber:
    return CallerNumber("+74950000000", contract, label, "utilities", START, END)


def test_it_is_valid_half_open() -> None:
    valid = number().valid
    assert valid.covers(START)
    assert not valid.covers(END)


def test_a_label_of_32_characters_in_any_alphabet() -> None:
    assert LONGEST_LABEL == 32
    assert number(label="Щ" * 32).label == "Щ" * 32


@pytest.mark.parametrize(
    ("contract", "label", "line"),
    [
        ("", "Heat", "+74950000000: a caller number needs the operator's contract"),
        (" ", "Heat", "+74950000000: a caller number needs the operator's contract"),
        ("c", "  ", "+74950000000: a label has 1 to 32 characters, not 0"),
        ("c", "", "+74950000000: a label has 1 to 32 characters, not 0"),
        ("c", "x" * 33, "+74950000000: a label has 1 to 32 characters, not 33"),
    ],
)
def test_what_is_no_caller_number(contract: str, label: str, line: str) -> None:
    with pytest.raises(InputError) as raised:
        number(contract, label)
    assert str(raised.value) == line


def test_a_registration_ends_after_it_begins() -> None:
    with pytest.raises(InputError, match="the registration ends before it begins"):
        CallerNumber("+74950000000", "c", "Heat", "", START, START)
