"""Who was contacted most: touches of each debtor in the days, weeks and months of his own clock.

A projection of the log of touches, kept whenever an outcome is written, of the present and the last windows. It finds
those who may be near a limit without reading the log; what a limit counts of them the rules say (`domain.intensity`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, select

from domain.rules import SHARED, Count, LimitRule
from domain.touch import ANY_ATTEMPT, CHANNEL_GROUPS, Channel, Direction, Outcome
from domain.window import DAY, CalendarWindow
from ledger.bulk import put
from ledger.report_tables import ContactCountRow
from ledger.tables import DebtorRow, PortfolioRow, TouchRow, table

TOUCH, DEBTOR, COUNT = table(TouchRow), table(DebtorRow), table(ContactCountRow)
PORTFOLIO = table(PortfolioRow)
PAGE = 5_000
COUNTED = (
    *(TOUCH.c[name] for name in ("debtor_id", "channel", "direction", "reserved_at")),
    *(DEBTOR.c.zones, DEBTOR.c.portfolio_id),
)
"""What of a touch and its debtor is looked at."""


class Span(StrEnum):
    """How long a window is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


KEPT = {Span.DAY: timedelta(days=3), Span.WEEK: timedelta(days=15), Span.MONTH: timedelta(days=62)}
"""How long before now a window may begin that is still kept: as long as the longest rolling one needs it."""


class Measure(StrEnum):
    """Which touches are counted: those that reached somebody, by a group of channels, or every attempt."""

    DIRECT = "direct"
    MESSAGE = "message"
    MEETING = "meeting"
    ANY = "any"

    @property
    def spans(self) -> tuple[Span, ...]:
        """What it is counted by: nobody limits the attempts of a month, and they are the most to count."""
        return (Span.DAY, Span.WEEK) if self is Measure.ANY else tuple(Span)


_NOBODY = {
    *(Outcome.NO_CARRIER, Outcome.INVALID_NUMBER, Outcome.UNAVAILABLE, Outcome.BUSY, Outcome.NO_ANSWER),
    *(Outcome.REJECTED, Outcome.BLOCKED_BY_OPERATOR, Outcome.MACHINE_NO_MSG),
    *(Outcome.MSG_FAILED, Outcome.MEETING_FAILED),
}
REACHED = ANY_ATTEMPT - _NOBODY
"""Outcomes that limits of contacts may count; what nobody knows is one of them."""
_CHANNELS = {
    Measure.DIRECT: CHANNEL_GROUPS["direct"],
    Measure.MESSAGE: CHANNEL_GROUPS["message"],
    Measure.MEETING: frozenset({Channel.MEETING}),
}


def measure_of(limit: LimitRule) -> Measure:
    """The narrowest measure that misses nothing of what the limit counts."""
    if limit.outcomes <= REACHED:
        for measure, channels in _CHANNELS.items():
            if limit.channels <= channels:
                return measure
    return Measure.ANY


def span_of(limit: LimitRule) -> Span:
    """The span of the limit's window, or of those that a rolling one lies in."""
    longest = limit.window.longest
    return Span.DAY if longest <= 2 * DAY else Span.WEEK if longest <= 8 * DAY else Span.MONTH


@lru_cache
def begins(span: Span, day: date) -> date:
    """The first day of the window that a day lies in; weeks begin on Mondays."""
    match span:
        case Span.DAY:
            return day
        case Span.WEEK:
            return day - DAY * day.weekday()
        case Span.MONTH:
            return day.replace(day=1)


def count_contacts(connection: Connection, ends: Iterable[tuple[Any, str]], *, times: int = 1) -> None:
    """Count touches (rows with `COUNTED`) with their outcomes; ``times`` -1 takes back what was counted."""
    counts = Counter[tuple[int, str, str, str, int]]()
    for row, outcome in ends:
        if row.direction != Direction.OUT:
            continue
        day = row.reserved_at.astimezone(ZoneInfo(row.zones.split(",")[0] or "UTC")).date()
        for window in _windows(row.channel, outcome, day):
            counts[row.debtor_id, *window, row.portfolio_id] += times
    key = ("debtor_id", "span", "since", "measure")
    rows = [(*counted, touches) for counted, touches in sorted(counts.items()) if touches]
    put(connection, COUNT, (*key, "portfolio_id", "touches"), rows, key=key, facts=("touches",), add=True)


def forget_contacts(connection: Connection, now: datetime) -> int:
    """Drop the windows that nobody asks for any more; answers how many rows went."""
    everybody = COUNT.c.portfolio_id.in_(select(PORTFOLIO.c.id))  # an index begins with it
    return sum(
        connection.execute(
            delete(COUNT).where(everybody, COUNT.c.span == span.value, COUNT.c.since < now.date() - kept)
        ).rowcount
        for span, kept in KEPT.items()
    )


def recount_contacts(connection: Connection) -> None:
    """Count anew what the log has of the windows that are kept, back from its last touch."""
    connection.execute(delete(COUNT))
    last: datetime | None = connection.scalar(select(func.max(TOUCH.c.reserved_at)))
    if last is None:
        return
    log = select(TOUCH.c.id, TOUCH.c.outcome, *COUNTED).join(DEBTOR).order_by(TOUCH.c.id).limit(PAGE)
    log = log.where(TOUCH.c.outcome.is_not(None), TOUCH.c.reserved_at >= last - KEPT[Span.MONTH] - DAY)
    after = ""
    while page := connection.execute(log.where(TOUCH.c.id > after)).all():
        count_contacts(connection, ((row, row.outcome) for row in page))
        after = page[-1].id
    forget_contacts(connection, last)


@dataclass(frozen=True, slots=True)
class Windows:
    """Where touches are counted that a limit may count: the limit's own window, or those that a rolling one lies in."""

    portfolio_id: int
    measure: Measure
    span: Span
    begin: frozenset[date]
    rolling: bool

    def most(self, connection: Connection, number: int) -> set[int]:
        """Up to so many debtors of each window, those with the most touches; an index has them in this order."""
        found: set[int] = set()
        for since in sorted(self.begin):
            theirs = select(COUNT.c.debtor_id).where(self._those(COUNT.c.since == since), COUNT.c.touches > 0)
            found.update(connection.scalars(theirs.order_by(COUNT.c.touches.desc()).limit(number)))
        return found

    def at_least(self, touches: int) -> Select[Any]:
        """Debtors with so many touches, and perhaps some with fewer."""
        these = select(COUNT.c.debtor_id).where(self._those(COUNT.c.since.in_(sorted(self.begin))))
        if not self.rolling:
            return these.where(COUNT.c.touches >= touches)
        return these.group_by(COUNT.c.debtor_id).having(func.sum(COUNT.c.touches) >= touches)

    def _those(self, of: ColumnElement[bool]) -> ColumnElement[bool]:
        kinds = (COUNT.c.span == self.span.value, COUNT.c.measure == self.measure.value)
        return and_(COUNT.c.portfolio_id == self.portfolio_id, *kinds, of)


def windows_of(
    limit: LimitRule, portfolio_id: int, now: datetime, zones: Collection[ZoneInfo]
) -> Windows | None:
    """The windows of a limit on these clocks; None if nothing is counted of what it limits.

    Only limits of one debtor are: what was done to others over the same phone or by the same campaign is in the log.
    """
    measure, span = measure_of(limit), span_of(limit)
    if limit.scope in SHARED or limit.count is not Count.TOUCHES or span not in measure.spans:
        return None
    begin: set[date] = set()
    for zone in zones:
        since = limit.window.begins(now, zone)
        instants = (since, since + (now - since) / 2, now)
        begin.update(begins(span, at.astimezone(zone).date()) for at in instants)
    rolling = not isinstance(limit.window, CalendarWindow)
    return Windows(portfolio_id, measure, span, frozenset(begin), rolling)


@lru_cache
def _windows(channel: str, outcome: str, day: date) -> tuple[tuple[str, str, str], ...]:
    """Span, first day and measure of all windows that a touch of that day is counted in."""
    return tuple(
        (span.value, begins(span, day).isoformat(), measure.value)
        for measure in _measures(channel, outcome)
        for span in measure.spans
    )


def _measures(channel: str, outcome: str) -> tuple[Measure, ...]:
    """What a touch that ended so is counted in; a message left on a machine is one, over whatever channel."""
    if outcome not in ANY_ATTEMPT:
        return ()
    if outcome not in REACHED:
        return (Measure.ANY,)
    into = [measure for measure, channels in _CHANNELS.items() if channel in channels]
    if outcome == Outcome.MACHINE_MSG and Measure.MESSAGE not in into:
        into.append(Measure.MESSAGE)
    return (*into, Measure.ANY)
