"""Packing rolls, and reading them: what is not packed yet is read from the log, so a roll is only a faster answer."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, func, insert, select, text

from domain.touch import Direction
from ledger.inbound_tables import CAME_IN
from ledger.rolls import DEBTOR, ROLL, TOUCH, Whose, everybody
from ledger.tally import HALF_HOUR_S, begins, epoch, half_hour, half_hours

LAG = timedelta(hours=2)
"""What is younger is not packed: most touches that turn out not to have left us have done so by then."""
A_DAY = 48
"""Half hours; so many are packed at once."""
PACKED = np.dtype([("debtor", "<u4"), ("ahead", "i1")])
"""A touch: whose, and how many days the date on his clock was ahead of UTC's: -1, 0 or 1."""


class Roll(NamedTuple):
    """Touches of a period, in no order: whose each was, and the number of its day (1970-01-01 is 0) on his clock."""

    debtors: NDArray[np.uint32]
    days: NDArray[np.uint16]


class _Read(NamedTuple):
    """Touches as the log has them: in which half hour each began, and what is packed of it."""

    halves: NDArray[np.int64]
    touches: NDArray[Any]


def roll(connection: Connection, whose: Whose, since: datetime, until: datetime) -> Roll:
    """The touches reserved within ``[since, until)``, cut at half hours as all figures are (`ledger.tally`)."""
    span = _within(connection, whose, *half_hours(since, until))
    known = select(ROLL.c.half_hour, ROLL.c.touches).where(whose.kept, *_between(span))
    kept: dict[int, bytes] = dict(connection.execute(known).all())
    sizes = [len(packed) // PACKED.itemsize for packed in kept.values()]
    packed = _Read(
        np.repeat(np.array(list(kept), np.int64), sizes), np.frombuffer(b"".join(kept.values()), PACKED)
    )
    reads = [packed, *(_read(connection, whose, gap) for gap in _gaps(span, kept))]
    halves, touches = (np.concatenate(parts) for parts in zip(*reads, strict=True))
    return Roll(touches["debtor"], (halves // A_DAY + touches["ahead"]).astype(np.uint16))


def pack(connection: Connection, whose: Whose, now: datetime, days: int | None = None) -> int:
    """Pack what is not packed of the half hours that lie `LAG` back, up to so many days of them; answers how many half
    hours. In a writing transaction.
    """
    if connection.dialect.name == "postgresql":  # who tears up a roll meanwhile waits, and finds this one
        connection.execute(text("LOCK TABLE roll IN EXCLUSIVE MODE"))
    span = _within(connection, whose, 0, half_hour(now - LAG))
    kept = set(connection.scalars(select(ROLL.c.half_hour).where(whose.kept, *_between(span))))
    pages = [page for gap in _gaps(span, kept) for page in _pages(gap)][:days]
    for page in pages:
        read = _read(connection, whose, page)
        order = np.lexsort((read.touches["debtor"], read.halves))
        touches, ends = read.touches[order], np.searchsorted(read.halves[order], [*page, page.stop])
        rows = [
            {
                "direction": whose.direction.value,
                "of_id": whose.of,
                "half_hour": half,
                "touches": part.tobytes(),
            }
            for half, (begin, end) in zip(page, pairwise(ends), strict=True)
            for part in [touches[begin:end]]
        ]
        connection.execute(insert(ROLL), rows)
    return sum(map(len, pages))


def recount_rolls(connection: Connection) -> None:
    """Pack everything anew, as of the log's last touch."""
    connection.execute(delete(ROLL))
    last: datetime | None = connection.scalar(select(func.max(TOUCH.c.reserved_at)))
    if last is not None:
        for whose in everybody(connection):
            pack(connection, whose, last)


def wrong_rolls(connection: Connection) -> Iterator[str]:
    """The rolls that say something else than the log: of which campaign or portfolio, and from when on."""
    for whose in everybody(connection):
        halves = connection.scalars(
            select(ROLL.c.half_hour).where(whose.kept).order_by(ROLL.c.half_hour)
        ).all()
        for gap in _gaps(range(halves[0], halves[-1] + 1), set()) if halves else ():
            for page in _pages(gap):
                yield from _wrong(connection, whose, page)


def _wrong(connection: Connection, whose: Whose, page: range) -> Iterator[str]:
    """By whose touches they are: a debtor who has moved since has another clock now."""
    read = _read(connection, whose, page)
    known = (
        select(ROLL.c.half_hour, ROLL.c.touches).where(whose.kept, *_between(page)).order_by(ROLL.c.half_hour)
    )
    for half, packed in connection.execute(known):
        found = np.sort(read.touches["debtor"][read.halves == half])
        if not np.array_equal(found, np.sort(np.frombuffer(packed, PACKED)["debtor"])):
            of = "campaign" if whose.direction is Direction.OUT else "callers of portfolio"
            yield f"{of} {whose.of}, half hour of {begins(half, HALF_HOUR_S):%Y-%m-%d %H:%M} UTC: its roll"


def _within(connection: Connection, whose: Whose, first: int, end: int) -> range:
    """These half hours as far as the log has touches in them; of those who rang, touches of anybody."""
    of = TOUCH.c.campaign_id == whose.of if whose.direction is Direction.OUT else CAME_IN
    begun, last = (
        connection.scalar(select(edge(TOUCH.c.reserved_at)).where(of)) for edge in (func.min, func.max)
    )
    if begun is None or last is None:
        return range(0)
    start = max(first, half_hour(begun))
    return range(start, max(start, min(end, half_hour(last) + 1)))


def _between(span: range) -> tuple[Any, Any]:
    return ROLL.c.half_hour >= span.start, ROLL.c.half_hour < span.stop


def _gaps(span: range, kept: Collection[int]) -> Iterator[range]:
    """What of a span is not kept."""
    begin = span.start
    for half in (*span, span.stop):
        if half in kept or half == span.stop:
            if begin < half:
                yield range(begin, half)
            begin = half + 1


def _pages(span: range) -> Iterator[range]:
    for begin in span[::A_DAY]:
        yield range(begin, min(begin + A_DAY, span.stop))


def _read(connection: Connection, whose: Whose, span: range) -> _Read:
    """From the log: seven microseconds for each touch."""
    at = epoch(connection.dialect.name)
    period = (
        TOUCH.c.reserved_at >= begins(span.start, HALF_HOUR_S),
        TOUCH.c.reserved_at < begins(span.stop, HALF_HOUR_S),
    )
    columns = (TOUCH.c.debtor_id, (at // HALF_HOUR_S).label("half_hour"), DEBTOR.c.zones)
    rows = connection.execute(
        select(*columns).select_from(TOUCH.join(DEBTOR)).where(whose.touches, *period)
    ).all()
    halves = np.fromiter((half for _, half, _ in rows), np.int64, len(rows))
    return _Read(halves, np.array([(debtor, _ahead(zones, half)) for debtor, half, zones in rows], PACKED))


@lru_cache(maxsize=100_000)
def _ahead(zones: str, half: int) -> int:
    """By his first zone, if he may live in several."""
    at = begins(half, HALF_HOUR_S)
    return (at.astimezone(ZoneInfo(zones.split(",")[0] or "UTC")).date() - at.date()).days
