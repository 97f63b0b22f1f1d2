"""Windows over time, all read on the debtor's local clock (LAW.md section 5)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


def local_midnight(day: date, zone: ZoneInfo) -> datetime:
    """The UTC instant at which the local date begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


@lru_cache(maxsize=4096)
def clock_change(day: date, zone: ZoneInfo) -> datetime | None:
    """The UTC instant within the local date at which the clock is set forward or back; None on most days."""
    midnight, next_midnight = local_midnight(day, zone), local_midnight(day + DAY, zone)

    def has_changed(seconds: int) -> bool:
        instant = midnight + timedelta(seconds=seconds)
        return instant.astimezone(zone).utcoffset() != midnight.astimezone(zone).utcoffset()

    length = int((next_midnight - midnight).total_seconds())
    if not has_changed(length):
        return None
    return midnight + timedelta(seconds=bisect_left(range(length), True, key=has_changed))


def _leaving(counted: Sequence[datetime], limit: int) -> datetime:
    """The event that must stop counting for one more to fit under ``limit``."""
    return sorted(counted)[len(counted) - max(limit, 1)]


@dataclass(frozen=True, slots=True)
class CalendarWindow:
    """Counts events of the same local day, Monday-to-Sunday week, or month as ``now``."""

    unit: str  # "day" | "week" | "month"

    @property
    def longest(self) -> timedelta:
        """How far back an event may lie and still count."""
        return {"day": 2 * DAY, "week": 8 * DAY}.get(self.unit, 32 * DAY)

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
    """Counts events younger than ``length``; an event frees exactly at its instant plus the length.

    A minimum gap after the last event is this window with a limit of one.
    """

    length: timedelta

    @property
    def longest(self) -> timedelta:
        """How far back an event may lie and still count."""
        return self.length

    def begins(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Events at or before ``now - length`` no longer count."""
        del zone
        return now - self.length + timedelta(microseconds=1)

    def frees_at(self, now: datetime, zone: ZoneInfo, counted: Sequence[datetime], limit: int) -> datetime:
        """When enough of the oldest events have left for one more to fit under ``limit``."""
        del now, zone
        return _leaving(counted, limit) + self.length


@dataclass(frozen=True, slots=True)
class DatesWindow:
    """Counts events of the last ``days`` local dates, the event's own date being day 1 (Reg F 1006.14)."""

    days: int

    @property
    def longest(self) -> timedelta:
        """How far back an event may lie and still count."""
        return (self.days + 1) * DAY

    def begins(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The beginning of the oldest date that counts."""
        return local_midnight(now.astimezone(zone).date() - (self.days - 1) * DAY, zone)

    def frees_at(self, now: datetime, zone: ZoneInfo, counted: Sequence[datetime], limit: int) -> datetime:
        """The midnight at which enough of the oldest events have left."""
        del now
        return local_midnight(_leaving(counted, limit).astimezone(zone).date() + self.days * DAY, zone)


Window = CalendarWindow | RollingWindow | DatesWindow

LONGEST_WINDOW = timedelta(days=32)
"""How far back a reserve reads history at most; no shipped rule looks further."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Allowed starts: half-open ``[opens, closes)`` on the local clock."""

    opens: time
    closes: time

    def contains(self, clock: time) -> bool:
        """Whether this local clock time lies within."""
        return self.opens <= clock < self.closes

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


def parse_hours(text: str) -> tuple[Hours, ...]:
    """Intervals like ``09:00-13:00, 13:45-18:00`` in order, or ``closed``; ValueError when they are neither."""
    if text == "closed":
        return ()
    intervals: list[Hours] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d\d:\d\d)-(\d\d:\d\d)\s*", part)
        try:
            hours = Hours(time.fromisoformat(match[1]), time.fromisoformat(match[2])) if match else None
        except ValueError:
            hours = None
        if hours is None:
            raise ValueError(f"{part.strip()!r} is not HH:MM-HH:MM or closed")
        if hours.opens >= hours.closes or (intervals and hours.opens < intervals[-1].closes):
            raise ValueError(f"hours {text} end before they begin, or overlap")
        intervals.append(hours)
    return tuple(intervals)


def openings(hours: Sequence[Hours], day: date, zone: ZoneInfo) -> list[datetime]:
    """The UTC instants of a local date at which these hours may begin, in order.

    A clock that jumps over an opening opens where it lands; one that is set back shows it twice.
    """
    if not hours:
        return []
    begins = {local_midnight(day, zone), clock_change(day, zone)}
    for interval in hours:
        for fold in (0, 1):
            local = datetime.combine(day, interval.opens, zone).replace(fold=fold)
            begins.add(local.astimezone(UTC))
    return sorted(instant for instant in begins if instant is not None)


def next_opening(hours: Sequence[Hours], zones: Sequence[ZoneInfo], at: datetime) -> datetime | None:
    """The first instant from ``at`` on that lies within the hours on the clocks of all zones; None within a week."""
    end = at + 7 * DAY
    while at < end:
        opens = [_next_in(hours, zone, at) for zone in zones]
        if all(instant == at for instant in opens):
            return at
        at = max(opens)
    return None


def _next_in(hours: Sequence[Hours], zone: ZoneInfo, at: datetime) -> datetime:
    """The same in one zone; the next two days hold an opening, whatever the clock does."""
    today = at.astimezone(zone).date()
    begins = (instant for ahead in range(3) for instant in openings(hours, today + ahead * DAY, zone))
    return next(
        instant
        for instant in (at, *begins)
        if instant >= at and any(span.contains(instant.astimezone(zone).time()) for span in hours)
    )
