"""Whom a caller's number leads to, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.caller import MOST_CANDIDATES, CallerKind, Candidate, LastTouch, match_caller
from domain.phone import PhoneStatus
from domain.proceeding import Bailiff
from domain.touch import Outcome

pytestmark = pytest.mark.unit

NUMBER = "+79160000001"
NOON = datetime(2026, 3, 10, 9, tzinfo=UTC)
IVANOVA, PETROV = Bailiff("Иванова", "ОСП 1"), Bailiff("Петров", "ОСП 1")


def having(
    id: int, phone: PhoneStatus = PhoneStatus.UNVERIFIED, hours_ago: float | None = None, person: str = ""
) -> Candidate:
    touch = None if hours_ago is None else LastTouch(NOON - timedelta(hours=hours_ago), Outcome.NO_ANSWER)
    return Candidate(id, f"D{id}", "Имя", "ru", "heat", "Тепло", phone, person, touch)


def test_one_debtor_and_why() -> None:
    found = match_caller(NUMBER, (having(7, PhoneStatus.CONFIRMED, 2),))
    assert (found.kind, [one.debtor_id for one in found.candidates]) == (CallerKind.DEBTOR, [7])
    assert found.reason == "confirmed phone, last touch 2026-03-10 07:00 UTC: no_answer"


def test_one_human_being_in_two_portfolios_is_one_debtor() -> None:
    found = match_caller(NUMBER, (having(7, person="p"), having(8, PhoneStatus.CONFIRMED, person="p")))
    assert (found.kind, [one.debtor_id for one in found.candidates]) == (CallerKind.DEBTOR, [8, 7])
    assert found.reason == "confirmed phone, no touch over it yet"


def test_several_the_likeliest_first() -> None:
    third = having(1, PhoneStatus.THIRD_PARTY, 1)
    dead = having(2, PhoneStatus.DEAD, 1)
    earlier, later, never = having(3, hours_ago=9), having(4, hours_ago=2), having(5)
    confirmed = having(6, PhoneStatus.CONFIRMED)
    found = match_caller(NUMBER, (third, dead, earlier, later, never, confirmed))
    assert found.kind is CallerKind.SEVERAL
    assert [one.debtor_id for one in found.candidates] == [6, 4, 3, 5, 2, 1]
    assert found.reason == "6 debtors have this number"


def test_a_phone_that_is_known_as_a_stranger_s_names_nobody() -> None:
    found = match_caller(NUMBER, (having(7, PhoneStatus.WRONG),))
    assert (found.kind, found.candidates) == (CallerKind.UNKNOWN, ())
    assert found.reason == "known as a stranger's"
    other = match_caller(NUMBER, (having(7, PhoneStatus.WRONG), having(8)))
    assert (other.kind, other.candidates) == (CallerKind.DEBTOR, (having(8),))


def test_a_number_that_everybody_has() -> None:
    found = match_caller(NUMBER, tuple(map(having, range(MOST_CANDIDATES + 1))))
    assert (found.kind, len(found.candidates)) == (CallerKind.SEVERAL, MOST_CANDIDATES)
    assert found.reason == "more than 20 debtors have this number"


def test_a_bailiff_a_switchboard_and_a_number_of_both() -> None:
    assert match_caller(NUMBER, (), (IVANOVA,)).kind is CallerKind.BAILIFF
    department = match_caller(NUMBER, (), (IVANOVA, PETROV))
    assert (department.kind, department.reason) == (CallerKind.DEPARTMENT, "the number of ОСП 1")
    assert match_caller(NUMBER, (), (Bailiff("", "ОСП 1"),)).kind is CallerKind.DEPARTMENT
    both = match_caller(NUMBER, (having(7),), (IVANOVA,))
    assert (both.kind, both.bailiffs) == (CallerKind.SEVERAL, (IVANOVA,))
    assert both.reason == "1 debtor and 1 bailiff have this number"


def test_unknown_and_hidden() -> None:
    assert match_caller(NUMBER, ()).kind is CallerKind.UNKNOWN
    assert match_caller("", ()).kind is CallerKind.HIDDEN
