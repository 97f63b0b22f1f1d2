"""Touches debtor by debtor: how many each had, and how many rang us."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from domain.touch import Direction
from ledger.packing import Roll, roll
from ledger.rolls import Whose

EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
FROM_MONDAY = 3
"""Days from Monday to the Thursday with which the count of days begins (1970-01-01)."""


class Counts(NamedTuple):
    """How many debtors had no touch, one, two and so on, and the most that one had on a day and in a week."""

    distribution: Sequence[int] = ()
    most_a_day: int = 0
    most_a_week: int = 0


def touches_of_each(
    connection: Connection, campaign_id: int, since: datetime | None, until: datetime | None
) -> Counts:
    """Of a campaign's touches that left us, all of them or those within ``[since, until)``."""
    return _count(roll(connection, Whose(Direction.OUT, campaign_id), since or EARLIEST, until or LATEST))


def callers(
    connection: Connection, portfolio_id: int, since: datetime, until: datetime | None
) -> tuple[int, int]:
    """How many calls came in from a portfolio's debtors, and of how many debtors."""
    found = roll(connection, Whose(Direction.IN, portfolio_id), since, until or LATEST).debtors
    return len(found), len(np.unique(found))


def _count(touches: Roll) -> Counts:
    """Day after day, each added to its week and each week to the whole."""
    if not len(touches.days):
        return Counts()
    order = np.argsort(touches.days, kind="stable")  # a radix sort, for numbers of two bytes
    debtors, days = _numbered(touches.debtors)[order], touches.days[order]
    whole, week = (np.zeros(int(debtors.max()) + 1, np.int64) for _ in range(2))
    most_a_day = most_a_week = 0
    starts = np.flatnonzero(np.diff(days, prepend=days[0] + 1))
    for begin, end in pairwise((*starts, len(days))):
        if begin and (int(days[begin]) + FROM_MONDAY) // 7 != (int(days[begin - 1]) + FROM_MONDAY) // 7:
            whole += week
            week[:] = 0
        day = np.bincount(debtors[begin:end], minlength=len(week))
        week += day
        most_a_day, most_a_week = max(most_a_day, int(day.max())), max(most_a_week, int(week.max()))
    return Counts(np.bincount(whole + week).tolist(), most_a_day, most_a_week)


def _numbered(debtors: NDArray[np.uint32]) -> NDArray[np.int64]:
    """A small number for each debtor instead of his id: what is counted by it takes no more room than they need."""
    lowest = debtors.min()
    known = np.zeros(int(debtors.max() - lowest) + 1, np.int64)
    known[debtors - lowest] = 1
    numbers = np.cumsum(known) - 1
    found: NDArray[np.int64] = numbers[debtors - lowest]
    return found
