"""How soon callers were served, by desk and half hour, from the journal of both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.call import Call, advance
from domain.call_events import Answered, AnyCallEvent, Connected, HungUp, Queued
from domain.caller import CallerKind
from domain.inbound import judge_inbound
from domain.touch import TouchId
from ledger.books import Books
from ledger.inbound import InboundCall
from ledger.journal import KIND_OF, entry_of
from ledger.reports.queues import QueueFigures, by_desk, by_half_hour, waits
from ledger.touches import Closing
from tests.ledger.rows import NOON

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)


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
        waited = waits(tx.connection, NOON - DAY, NOON + DAY)
    assert by_desk(waited, 20) == [
        QueueFigures("heat", None, 4, 3, 2, 1, 14.0, 25.0, overflowed=1),
        QueueFigures("water", None, 1, 1, 1, 0, 1.0, 1.0),
    ]
    assert [(one.desk, one.begins, one.offered, one.level) for one in by_half_hour(waited, 20)] == [
        ("heat", NOON, 3, 1 / 3),
        ("heat", NOON + timedelta(minutes=30), 1, 1.0),
        ("water", NOON, 1, 1.0),
    ]


def test_nobody_rang(books: Books) -> None:
    with books.read() as tx:
        assert waits(tx.connection, NOON, NOON + DAY) == []
    assert by_desk([], 20) == []
