"""Windows over time, all read on the debtor's local clock (LAW.md section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
NEVER = datetime.max.replace(tzinfo=UTC)


def local_midnight(day: date, zone: ZoneInfo) -> datetime:
    """The UTC instant at which the local date begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class CalendarWindow:
    """Counts events of the same local day, Monday-to-Sunday week, or month as ``now``."""

    unit: str  # "day" | "week" | "month"

    def _first_day(self, day: date) -> date:
        match self.unit:
            case "week":
                return day - DAY * day.weekday()
            case "month":
                return day.replace(day=1)
            case _:
                return day

    def _next_first_day(self, day: date) -> date:
        first = self._first_day(day)
        match self.unit:
            case "week":
                return first + 7 * DAY
            case "month":
                return (first + 31 * DAY).replace(day=1)
            case _:
                return first + DAY

    def begins(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The earliest instant whose events still count at ``now``."""
        return local_midnight(self._first_day(now.astimezone(zone).date()), zone)

    def frees_at(self, now: datetime, zone: ZoneInfo, counted: Sequence[datetime], limit: int) -> datetime:
        """When the present events stop counting: the next boundary, for all at once."""
        del counted, limit
        return local_midnight(self._next_first_day(now.astimezone(zone).date()), zone)


@dataclass(frozen=True, slots=True)
class RollingWindow:
    """Counts events younger than ``length``; an event frees exactly at its instant plus the length."""

    length: timedelta

    def begins(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Events at or before ``now - length`` no longer count."""
        del zone
        return now - self.length + timedelta(microseconds=1)

    def frees_at(self, now: datetime, zone: ZoneInfo, counted: Sequence[datetime], limit: int) -> datetime:
        """When enough of the oldest events have left for one more to fit under ``limit``."""
        del now, zone
        if limit == 0:
            return NEVER
        leaving = len(counted) - limit
        return sorted(counted)[leaving] + self.length


Window = CalendarWindow | RollingWindow

LONGEST_WINDOW = timedelta(days=32)
"""How far back a reserve reads history: a month of 31 days in which the clocks go back. No rule may look further."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Allowed starts on one kind of day: half-open ``[opens, closes)``; None is closed all day."""

    opens: time
    closes: time

    def contains(self, clock: time) -> bool:
        """Whether a start at this local clock time is allowed."""
        return self.opens <= clock < self.closes
