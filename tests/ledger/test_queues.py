"""How soon callers were served, by desk and half hour, from the journal, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from domain.call import Call, advance
from domain.call_events import Answered, AnyCallEvent, Connected, HungUp, Queued
from domain.caller import CallerKind
from domain.inbound import judge_inbound
from domain.touch import TouchId
from ledger.audit import count_anew, verify
from ledger.books import Books
from ledger.inbound import InboundCall
from ledger.journal import KIND_OF, entry_of
from ledger.report_tables import WaitRow
from ledger.reports.queues import QueueFigures, by_day, by_desk, by_half_hour, waited, waits
from ledger.tables import table
from ledger.touches import Closing
from tests.ledger.rows import NOON

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)
MOSCOW = ZoneInfo("Europe/Moscow")


def rings(
    books: Books,
    nth: int,
    *,
    at: float = 0.0,
    desk: str = "heat",
    waits_s: float = 5.0,
    answered: bool = True,
    flows_to: str = "",
) -> None:
    """Somebody rings ``at`` seconds after noon, waits and is served, or leaves."""
    touch, began = TouchId(f"{nth:032x}"), NOON + timedelta(seconds=at)
    after = began + timedelta(seconds=waits_s)
    events: list[AnyCallEvent] = [Answered(touch, began), Queued(touch, began, desk)]
    call = Call(touch, created_at=began)
    if flows_to:
        events.append(Queued(touch, began + timedelta(seconds=waits_s / 2), flows_to))
    with books.write() as tx:
        if answered:
            events.append(Connected(touch, after, 1))
        events.append(HungUp(touch, after + timedelta(seconds=30 if answered else 0), 16))
        for event in events:
            call = advance(call, event)
        tx.inbound.arrived(InboundCall(touch, "+79161234567", "+78005553535", "node1", "test"), began)
        tx.journal.append([entry_of(event) for event in events if type(event) in KIND_OF])
        tx.touches.close([Closing(call, judge_inbound(call, CallerKind.DEBTOR), after)])


def test_by_desk_and_half_hour(books: Books) -> None:
    with books.write() as tx:
        tx.operators.add("anna", "", (), "secret", 5)
    rings(books, 1, waits_s=5)
    rings(books, 2, waits_s=25)
    rings(books, 3, waits_s=6, answered=False)
    rings(books, 4, at=1800, waits_s=20, flows_to="water")
    rings(books, 5, desk="water", waits_s=1)
    rings(books, 6, at=-2 * 86400.0)
    with books.read() as tx:
        found = waited(tx.connection, NOON - DAY, NOON + DAY, 20)
    assert by_desk(found) == [
        QueueFigures("heat", None, 4, 3, 2, 1, 14.0, 25.0, overflowed=1),
        QueueFigures("water", None, 1, 1, 1, 0, 1.0, 1.0),
    ]
    assert [(one.desk, one.begins, one.offered, one.level) for one in by_half_hour(found)] == [
        ("heat", NOON, 3, 1 / 3),
        ("heat", NOON + timedelta(minutes=30), 1, 1.0),
        ("water", NOON, 1, 1.0),
    ]


def test_by_days_of_the_houses_clock(books: Books) -> None:
    midnight = datetime(2026, 3, 10, tzinfo=MOSCOW)
    before = (midnight - NOON).total_seconds() - 60
    rings(books, 1, at=before, answered=False)
    rings(books, 2, at=before + 120, answered=False)
    with books.read() as tx:
        found = waited(tx.connection, midnight - DAY, midnight + DAY, 20)
    assert [(one.begins, one.offered) for one in by_day(found, MOSCOW)] == [
        (midnight - DAY, 1),
        (midnight, 1),
    ]


def test_each_wait_of_a_period_and_those_that_ended_lately(books: Books) -> None:
    rings(books, 1, waits_s=5, answered=False)
    rings(books, 2, at=60, waits_s=7, answered=False)
    with books.read() as tx:
        both = waits(tx.connection, NOON, NOON + DAY)
        lately = waits(tx.connection, NOON, NOON + DAY, NOON + timedelta(seconds=30))
        later = waits(tx.connection, NOON + timedelta(seconds=1), NOON + DAY)
    assert [(one.touch, one.seconds) for one in both] == [(f"{1:032x}", 5.0), (f"{2:032x}", 7.0)]
    assert lately == later == both[1:]


def test_nobody_rang(books: Books) -> None:
    with books.read() as tx:
        assert waits(tx.connection, NOON, NOON + DAY) == []
        assert by_desk(waited(tx.connection, NOON, NOON + DAY, 20)) == []


def test_waits_are_what_the_journal_says(books: Books) -> None:
    rings(books, 1, waits_s=5, answered=False)
    rings(books, 2, waits_s=7, answered=False)
    with books.write() as tx:
        kept = select(table(WaitRow)).order_by(table(WaitRow).c.touch_id)
        before = tx.connection.execute(kept).all()
        assert verify(tx.connection).sound
        tx.connection.execute(
            update(table(WaitRow)).where(table(WaitRow).c.wait_ms == 5000).values(wait_ms=1)
        )
        assert verify(tx.connection).totals == [f"wait in touch {1:032x}"]
        count_anew(tx.connection)
        assert verify(tx.connection).sound
        assert tx.connection.execute(kept).all() == before
