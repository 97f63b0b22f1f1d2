"""Phones, debtors, portfolios and days off."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Calendar
from domain.debtor import Debt, Debtor
from domain.errors import DozvonError, EnvironmentFault, InputError
from domain.phone import Phone, PhoneNumber, PhoneStatus, mask
from domain.portfolio import LegalBasis

pytestmark = pytest.mark.unit


class TestPhones:
    def test_a_masked_number_shows_country_and_area(self) -> None:
        assert mask("+79161234567") == "+7916***67"

    @pytest.mark.parametrize("number", ["", "112", "12345678"])
    def test_a_short_number_shows_nothing(self, number: str) -> None:
        assert mask(number) == "***"

    @given(st.from_regex(r"\+[0-9]{8,15}", fullmatch=True))
    def test_no_number_can_be_read_from_its_mask(self, number: str) -> None:
        assert number not in mask(number)
        assert len(mask(number).replace("***", "")) <= len(number) - 2

    def test_phones_that_talks_have_ruled_out_are_not_dialled(self) -> None:
        diallable = {s for s in PhoneStatus if Phone(PhoneNumber("+79161234567"), s).diallable}
        assert diallable == {PhoneStatus.UNVERIFIED, PhoneStatus.CONFIRMED}


class TestDebtors:
    DEBTS = (
        Debt("1", "heat", 100_01, date(2025, 11, 1)),
        Debt("2", "water", 50, date(2026, 2, 1)),
    )

    def test_sums_are_exact(self) -> None:
        debtor = Debtor(1, "A", 1, ("Europe/Moscow",), debts=self.DEBTS)
        assert (debtor.kopecks, debtor.roubles) == (10_051, Decimal("100.51"))

    def test_the_oldest_debt_gives_the_age(self) -> None:
        debtor = Debtor(1, "A", 1, ("Europe/Moscow",), debts=self.DEBTS)
        assert debtor.months_overdue(date(2026, 3, 31)) == 4

    def test_without_debts_nothing_is_owed(self) -> None:
        debtor = Debtor(1, "A", 1, ("Europe/Moscow",))
        assert (debtor.kopecks, debtor.months_overdue(date(2026, 3, 31))) == (0, 0)

    def test_months_turn_with_the_calendar_and_are_never_negative(self) -> None:
        debt = Debt("1", "heat", 1, date(2025, 12, 31))
        assert debt.months_overdue(date(2026, 1, 1)) == 1
        assert debt.months_overdue(date(2025, 6, 1)) == 0


class TestCalendars:
    CALENDAR = Calendar(frozenset({date(2026, 3, 9)}), frozenset({date(2025, 11, 1)}))

    @pytest.mark.parametrize(
        ("day", "off"),
        [
            (date(2026, 3, 9), True),  # a Monday off
            (date(2026, 3, 10), False),
            (date(2026, 3, 14), True),  # Saturday
            (date(2026, 3, 15), True),  # Sunday
            (date(2025, 11, 1), False),  # a worked Saturday
        ],
    )
    def test_days_off(self, day: date, off: bool) -> None:
        assert self.CALENDAR.is_off(day) is off


class TestLegalBasis:
    def test_it_is_in_force_from_its_first_instant_to_before_its_last(self) -> None:
        first, last = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
        basis = LegalBasis("contract", first, last)
        assert [basis.in_force(t) for t in (first, last)] == [True, False]
        assert LegalBasis("contract", first).in_force(last)


class TestErrors:
    def test_one_line_says_where_what_and_what_to_do(self) -> None:
        error = InputError("unknown key 'txt'", where="a.yaml, line 3", remedy="use 'text'")
        assert str(error) == "a.yaml, line 3: unknown key 'txt'; use 'text'"
        assert str(EnvironmentFault("no Redis")) == "no Redis"

    def test_exit_codes_tell_bad_input_from_a_bad_machine(self) -> None:
        assert (InputError.exit_code, EnvironmentFault.exit_code, DozvonError.exit_code) == (2, 1, 1)
