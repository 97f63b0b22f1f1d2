"""How long those who rang us waited for an operator: a row of each, kept when his call ends.

A projection of the journal: to fold a month's calls anew for each look at a report would take minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import reduce
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from domain.call import Call, advance
from domain.touch import TouchId
from ledger.inbound_tables import CAME_IN
from ledger.journal import Journal
from ledger.report_tables import WaitRow
from ledger.tables import TouchRow, table
from ledger.tally import half_hour

TOUCH, WAIT = table(TouchRow), table(WaitRow)
AT_ONCE = 500


def keep_waits(connection: Connection, touches: Sequence[TouchId]) -> None:
    """Write down how long these waited, whose calls have just ended and are journalled; most wait for nobody."""
    if rows := _from_journal(connection, touches):
        connection.execute(insert(WAIT), rows)


def recount_waits(connection: Connection) -> None:
    """Write them all anew."""
    connection.execute(delete(WAIT))
    for page in _pages(connection):
        keep_waits(connection, page)


def wrong_waits(connection: Connection) -> Iterator[str]:
    """The touches of which something else is kept than their events say."""
    known: set[TouchId] = set()
    for page in _pages(connection):
        known.update(page)
        kept = {
            row.touch_id: dict(row._mapping)
            for row in connection.execute(select(WAIT).where(WAIT.c.touch_id.in_(page)))
        }
        found = {row["touch_id"]: row for row in _from_journal(connection, page)}
        yield from (f"wait in touch {id}" for id in page if kept.get(id) != found.get(id))
    yield from (
        f"wait in touch {id}" for id in connection.scalars(select(WAIT.c.touch_id)) if id not in known
    )


def _pages(connection: Connection) -> Iterator[list[TouchId]]:
    """All calls that came in and have ended."""
    ended = select(TOUCH.c.id).where(CAME_IN, TOUCH.c.ended_at.is_not(None)).order_by(TOUCH.c.reserved_at)
    touches = [TouchId(id) for id in connection.scalars(ended)]
    return (touches[first : first + AT_ONCE] for first in range(0, len(touches), AT_ONCE))


def _from_journal(connection: Connection, touches: Sequence[TouchId]) -> list[dict[str, Any]]:
    if not touches:
        return []
    ended = select(TOUCH.c.id, TOUCH.c.ended_at).where(TOUCH.c.id.in_(touches), TOUCH.c.ended_at.is_not(None))
    ends: dict[TouchId, datetime] = dict(connection.execute(ended).all())
    journal = Journal(connection).events_of(list(ends))
    calls = [reduce(advance, journal[touch], Call(touch)) for touch in ends]
    return [_wait(call, call.queued_at, ends[call.touch]) for call in calls if call.queued_at]


def _wait(call: Call, queued_at: datetime, ended_at: datetime) -> dict[str, Any]:
    until = call.connected_at or call.unserved_at or ended_at
    return {
        "touch_id": call.touch,
        "half_hour": half_hour(queued_at),
        "desk": call.came_to,
        "since": queued_at,
        "wait_ms": max(0, round((until - queued_at).total_seconds() * 1000)),
        "answered": call.connected_at is not None,
        "flowed_to": call.flowed_to,
        "ended_at": ended_at,
    }
