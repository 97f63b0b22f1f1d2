"""Shifts: who is expected to be there, and from when on."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.operator_events import OperatorId
from domain.shift import Shift, staffing
from domain.window import parse_hours

pytestmark = pytest.mark.unit

MOSCOW = ZoneInfo("Europe/Moscow")
TUESDAY = datetime(2026, 3, 10, 9, tzinfo=UTC)
ANNA, BORIS = OperatorId(1), OperatorId(2)
SHIFTS = [
    Shift(ANNA, 1, parse_hours("09:00-13:00, 14:00-18:00")),
    Shift(BORIS, 1, parse_hours("10:00-18:00")),
    Shift(BORIS, 2, parse_hours("10:00-18:00")),
]


def planned(*operators: OperatorId, now: datetime = TUESDAY) -> list[tuple[str, int]]:
    return [
        (f"{at.astimezone(MOSCOW):%a %H:%M}", count) for at, count in staffing(SHIFTS, operators, now, MOSCOW)
    ]


def test_breaks_are_known_ahead() -> None:
    assert planned(ANNA) == [
        ("Mon 00:00", 0),
        ("Tue 09:00", 1),
        ("Tue 13:00", 0),
        ("Tue 14:00", 1),
        ("Tue 18:00", 0),
    ]


def test_operators_of_a_desk_add_up_from_yesterday_to_tomorrow() -> None:
    assert planned(ANNA, BORIS)[1:] == [
        ("Tue 09:00", 1),
        ("Tue 10:00", 2),
        ("Tue 13:00", 1),
        ("Tue 14:00", 2),
        ("Tue 18:00", 0),
        ("Wed 10:00", 1),
        ("Wed 18:00", 0),
    ]


def test_a_day_off_is_planned_too_and_who_has_no_shift_is_not() -> None:
    sunday = datetime(2026, 3, 15, 9, tzinfo=UTC)
    assert planned(ANNA, now=sunday) == [("Sat 00:00", 0)]
    assert planned(OperatorId(3)) == []
