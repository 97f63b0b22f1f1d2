"""The intensity of a campaign: how many touches how many debtors had, and who waits for which rule.

Counted are outbound touches that left us or may have; open ones too. Days and weeks (from Monday) are the
debtor's own: of his first zone, if he may live in several.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    cast,
    extract,
    func,
    literal_column,
    select,
    true,
)

from domain.campaign import Campaign, PlanState
from domain.touch import Direction, Outcome
from ledger.reports.table import ReportRow, share
from ledger.tables import DebtorRow, PlanRow, TouchRow, table

DEBTOR, PLAN, TOUCH = table(DebtorRow), table(PlanRow), table(TouchRow)
DAY_S = 86_400
HOUR = timedelta(hours=1)
HAS_REASON = PLAN.c.reason != literal_column("''")
"""Written out: an index of some rows only is not used for what a parameter says."""
FROM_MONDAY = 3
"""Days from Monday to the Thursday with which the count of days begins (1970-01-01)."""


@dataclass(frozen=True, slots=True)
class Intensity:
    """``distribution`` is touches -> debtors who had so many, from 0 on; ``waiting`` reason -> debtors not yet due."""

    campaign: str
    distribution: dict[int, int]
    most_a_day: int
    most_a_week: int
    waiting: dict[str, int]

    @property
    def debtors(self) -> int:
        """Debtors of the campaign."""
        return sum(self.distribution.values())

    @property
    def touches(self) -> int:
        """Touches of all of them."""
        return sum(number * debtors for number, debtors in self.distribution.items())

    @property
    def most(self) -> int:
        """The most touches that one debtor had."""
        return max(self.distribution, default=0)

    def rows(self) -> list[ReportRow]:
        """The table: the distribution, its maxima, and why debtors wait."""
        return [
            *(ReportRow(f"debtors with {n} touches", debtors) for n, debtors in self.distribution.items()),
            ReportRow("touches per debtor", share(self.touches, self.debtors)),
            ReportRow("most touches of one debtor", self.most),
            ReportRow("most on one day", self.most_a_day),
            ReportRow("most in one week", self.most_a_week),
            *(
                ReportRow(f"waiting: {reason}", debtors, "debtors")
                for reason, debtors in self.waiting.items()
            ),
        ]

    def to_json(self) -> dict[str, Any]:
        """The document that `dozvon report intensity` prints."""
        return {
            "campaign": self.campaign,
            "debtors": self.debtors,
            "touches": self.touches,
            "distribution": [{"touches": n, "debtors": count} for n, count in self.distribution.items()],
            "most_per_debtor": self.most,
            "most_per_debtor_and_day": self.most_a_day,
            "most_per_debtor_and_week": self.most_a_week,
            "waiting": self.waiting,
        }


def intensity(
    connection: Connection, campaign: Campaign, since: datetime | None = None, until: datetime | None = None
) -> Intensity:
    """Count a campaign's intensity in the database, of all its touches or of those within ``[since, until)``.

    Reads an index entry for each touch of the period: a hundred thousand take less than a second.
    """
    day = _local_day(connection, campaign)
    rows = connection.execute(_by_touches(_counted(campaign.id, since, until), day)).all()
    touched = {int(row.touches): row.debtors for row in rows}
    planned = select(func.count()).select_from(PLAN).where(PLAN.c.campaign_id == campaign.id)
    untouched = (connection.scalar(planned) or 0) - sum(touched.values())
    return Intensity(
        campaign=campaign.name,
        distribution={0: untouched, **touched} if untouched > 0 else touched,
        most_a_day=max((row.a_day for row in rows), default=0),
        most_a_week=max((int(row.a_week) for row in rows), default=0),
        waiting=_waiting(connection, campaign.id),
    )


def _counted(campaign_id: int, since: datetime | None, until: datetime | None) -> ColumnElement[bool]:
    return and_(
        TOUCH.c.campaign_id == campaign_id,
        true() if since is None else TOUCH.c.reserved_at >= since,
        true() if until is None else TOUCH.c.reserved_at < until,
        TOUCH.c.direction == Direction.OUT.value,
        TOUCH.c.outcome.is_distinct_from(Outcome.NOT_PLACED.value),
    )


def _by_touches(counted: ColumnElement[bool], day: ColumnElement[int]) -> Select[Any]:
    """How many debtors had so many touches, and the most that one of them had on a day and in a week: in one pass."""
    each = (
        select(TOUCH.c.debtor_id, day.label("day")).select_from(TOUCH.join(DEBTOR)).where(counted).subquery()
    )
    days = select(each, func.count().label("touches")).group_by(each.c.debtor_id, each.c.day).subquery()
    week = (days.c.day + literal_column(str(FROM_MONDAY))) // literal_column("7")
    total, a_day = func.sum(days.c.touches).label("touches"), func.max(days.c.touches).label("a_day")
    weeks = select(days.c.debtor_id, total, a_day).group_by(days.c.debtor_id, week).subquery()
    debtors = (
        select(
            func.sum(weeks.c.touches).label("touches"),
            func.max(weeks.c.touches).label("a_week"),
            func.max(weeks.c.a_day).label("a_day"),
        )
        .group_by(weeks.c.debtor_id)
        .subquery()
    )
    most = (func.max(debtors.c[name]).label(name) for name in ("a_day", "a_week"))
    by_touches = select(debtors.c.touches, func.count().label("debtors"), *most)
    return by_touches.group_by(debtors.c.touches).order_by(debtors.c.touches)


def _waiting(connection: Connection, campaign_id: int) -> dict[str, int]:
    """Debtors who are due by and by, by the reason that their plan gives."""
    reasons = (
        select(PLAN.c.reason, func.count().label("debtors"))
        .where(PLAN.c.campaign_id == campaign_id, PLAN.c.state == PlanState.DUE.value, HAS_REASON)
        .group_by(PLAN.c.reason)
        .order_by(func.count().desc(), PLAN.c.reason)
    )
    return dict(connection.execute(reasons).all())


def _local_day(connection: Connection, campaign: Campaign) -> ColumnElement[int]:
    """The number of a touch's day on the debtor's clock, as SQL that all databases know."""
    mine = TOUCH.c.campaign_id == campaign.id
    ends = (select(end(TOUCH.c.reserved_at)).where(mine) for end in (func.min, func.max))
    first, last = (connection.scalar(end) for end in ends)  # one query of both would read the whole index
    homes = select(DEBTOR.c.zones).where(DEBTOR.c.portfolio_id == campaign.portfolio_id).distinct()
    offsets = [
        (and_(DEBTOR.c.zones == zones, TOUCH.c.reserved_at < until), seconds)
        for zones in connection.scalars(homes)
        for until, seconds in _offsets(ZoneInfo(zones.split(",")[0]), first, last)
    ]
    seconds = _epoch(connection)
    return (seconds + case(*offsets, else_=0)) // DAY_S if offsets else seconds // DAY_S


def _epoch(connection: Connection) -> ColumnElement[int]:
    """Whole seconds since 1970, rounded down: a cast alone would round up in PostgreSQL, into the next day."""
    seconds = extract("epoch", TOUCH.c.reserved_at)
    return cast(func.floor(seconds) if connection.dialect.name == "postgresql" else seconds, BigInteger)


def _offsets(zone: ZoneInfo, first: datetime | None, last: datetime | None) -> Iterator[tuple[datetime, int]]:
    """Seconds east of UTC until each change of the zone's clock, in the span of the touches."""
    if first is None or last is None:
        return
    at = first.replace(minute=0, second=0, microsecond=0)
    now = _seconds_east(at, zone)
    while at <= last:
        at += HOUR
        if (after := _seconds_east(at, zone)) != now:
            yield at, now
            now = after
    yield at, now


def _seconds_east(at: datetime, zone: ZoneInfo) -> int:
    offset = at.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
