"""Scheduled reports: which days each one tells of, and when the next one is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY, WEEK = timedelta(days=1), timedelta(days=7)


class Period(StrEnum):
    """What a report tells of, and so how often it is made: yesterday, the last whole week, the last whole month."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def days(self, today: date) -> tuple[date, date]:
        """The last whole period before ``today``: its first day, and the first that is not in."""
        match self:
            case Period.DAY:
                return today - DAY, today
            case Period.WEEK:
                monday = today - DAY * today.weekday()
                return monday - WEEK, monday
            case Period.MONTH:
                first = today.replace(day=1)
                return (first - DAY).replace(day=1), first

    def next_day(self, today: date) -> date:
        """The next day on which another period is over."""
        match self:
            case Period.DAY:
                return today + DAY
            case Period.WEEK:
                return today - DAY * today.weekday() + WEEK
            case Period.MONTH:
                return (today.replace(day=1) + DAY * 31).replace(day=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A report that is made when a period is over, at an ``hour`` by the clock of ``zone``.

    ``target`` is a folder, or an address with an @.
    """

    report: str
    campaign: str
    period: Period
    format: str
    target: str
    hour: int
    zone: str
    author: str
    id: int = 0
    next_at: datetime | None = None
    last_at: datetime | None = None
    fault: str = ""

    def next_after(self, now: datetime) -> datetime:
        """When it is made next after an instant."""
        zone = ZoneInfo(self.zone)
        today = now.astimezone(zone).date()
        day = self.period.next_day(today)
        if self.period is Period.DAY and (at := self._at(today, zone)) > now:
            return at
        return self._at(day, zone)

    def _at(self, day: date, zone: ZoneInfo) -> datetime:
        return datetime.combine(day, time(self.hour), zone).astimezone(UTC)
