"""When operators work: the same hours on the same days of every week, with breaks left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from zoneinfo import ZoneInfo

from domain.operator_events import OperatorId
from domain.window import DAY, Hours, local_midnight


@dataclass(frozen=True, slots=True)
class Shift:
    """What one operator works on one day of the week (0 is Monday), on the clock of the contact centre."""

    operator: OperatorId
    weekday: int
    hours: tuple[Hours, ...]


def staffing(
    shifts: Iterable[Shift], operators: Collection[OperatorId], now: datetime, zone: ZoneInfo
) -> list[tuple[datetime, int]]:
    """How many of these operators work from which instant on, yesterday to tomorrow; empty where no shift is known."""
    today = now.astimezone(zone).date()
    theirs = [shift for shift in shifts if shift.operator in operators]
    changes = Counter({local_midnight(today - DAY, zone): 0} if theirs else {})
    for shift in theirs:
        for day in (today - DAY, today, today + DAY):
            if day.weekday() == shift.weekday:
                for hours in shift.hours:
                    changes[datetime.combine(day, hours.opens, zone).astimezone(UTC)] += 1
                    changes[datetime.combine(day, hours.closes, zone).astimezone(UTC)] -= 1
    instants = sorted(changes)
    return list(zip(instants, accumulate(changes[at] for at in instants), strict=True))
