"""Instalment plans: equal parts, and nothing is lost in rounding."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from domain.instalment import Part, schedule

pytestmark = pytest.mark.unit


@given(
    kopecks=some.integers(36, 10**10),
    parts=some.integers(1, 36),
    first=some.dates(date(2020, 1, 1), date(2090, 1, 1)),
)
def test_the_parts_are_the_sum(kopecks: int, parts: int, first: date) -> None:
    made = schedule(kopecks, parts, first)
    assert sum(part.kopecks for part in made) == kopecks
    assert len(made) == parts
    assert all(part.kopecks > 0 for part in made)
    assert len({part.kopecks for part in made[:-1]}) <= 1
    dues = [part.due for part in made]
    assert dues == sorted(set(dues))
    assert dues[0] == first


def test_months_without_such_a_day_are_paid_on_their_last() -> None:
    dues = [part.due for part in schedule(300_00, 3, date(2027, 12, 31))]
    assert dues == [date(2027, 12, 31), date(2028, 1, 31), date(2028, 2, 29)]


def test_the_last_part_evens_out() -> None:
    first = date(2026, 3, 20)
    assert schedule(1000_50, 3, first) == (
        Part(first, 333_00),
        Part(date(2026, 4, 20), 333_00),
        Part(date(2026, 5, 20), 334_50),
    )


def test_a_part_of_nothing_is_none() -> None:
    with pytest.raises(ValueError, match="cannot be paid in 3 parts"):
        schedule(2, 3, date(2026, 3, 20))
