"""Who was contacted most: touches of each debtor in the days, weeks and months of his own clock.

A projection of the log of touches, kept whenever an outcome is written, of the present and the last windows. It finds
those who may be near a limit without reading the log; what a limit counts of them the rules say (`domain.intensity`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, func, select

from domain.rules import LimitRule
from domain.touch import ANY_ATTEMPT, CHANNEL_GROUPS, Channel, Direction, Outcome
from domain.window import DAY
from ledger.bulk import put
from ledger.report_tables import ContactCountRow
from ledger.tables import DebtorRow, TouchRow, table

TOUCH, DEBTOR, COUNT = table(TouchRow), table(DebtorRow), table(ContactCountRow)
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
"""How long before now a window may begin that is still kept: the present one in every zone, and the one before."""


class Measure(StrEnum):
    """Which touches are counted: those that reached somebody, by a group of channels, or every attempt."""

    DIRECT = "direct"
    MESSAGE = "message"
    MEETING = "meeting"
    ANY = "any"


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
        if row.direction != Direction.OUT or row.debtor_id is None:
            continue
        day = row.reserved_at.astimezone(ZoneInfo(row.zones.split(",")[0] or "UTC")).date()
        for measure in _measures(row.channel, outcome):
            for span in Span:
                since = begins(span, day).isoformat()
                counts[row.debtor_id, span.value, since, measure.value, row.portfolio_id] += times
    key = ("debtor_id", "span", "since", "measure")
    rows = [(*counted, touches) for counted, touches in sorted(counts.items()) if touches]
    put(connection, COUNT, (*key, "portfolio_id", "touches"), rows, key=key, facts=("touches",), add=True)


def forget_contacts(connection: Connection, now: datetime) -> int:
    """Drop the windows that nobody asks for any more; answers how many rows went."""
    return sum(
        connection.execute(
            delete(COUNT).where(COUNT.c.span == span.value, COUNT.c.since < now.date() - kept)
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


def most_contacted(
    connection: Connection, portfolio_id: int, span: Span, days: Collection[date], measure: Measure, most: int
) -> set[int]:
    """Up to ``most`` debtors of a portfolio for each of the windows that these days lie in, those with the most
    touches; an index has them in this order.
    """
    found: set[int] = set()
    for since in sorted({begins(span, day) for day in days}):
        theirs = (
            select(COUNT.c.debtor_id)
            .where(
                COUNT.c.portfolio_id == portfolio_id,
                COUNT.c.span == span.value,
                COUNT.c.since == since,
                COUNT.c.measure == measure.value,
                COUNT.c.touches > 0,
            )
            .order_by(COUNT.c.touches.desc())
            .limit(most)
        )
        found.update(connection.scalars(theirs))
    return found


@lru_cache
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
