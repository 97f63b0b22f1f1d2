"""The journal: lines are added, never changed, and give a call's events back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.call_events import Answered, AnyCallEvent, Created, DigitPressed, HungUp, ResultRecorded, Ringing
from domain.touch import TouchId
from ledger.books import Books
from ledger.journal import Entry, Journal, entry_of
from ledger.tables import TouchEventRow, table
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

A, B = TouchId("a"), TouchId("b")
EVENTS: list[AnyCallEvent] = [
    Ringing(A, NOON),
    Answered(A, NOON + timedelta(seconds=3, microseconds=1)),
    DigitPressed(A, NOON + timedelta(seconds=5), "choice", "#"),
    ResultRecorded(A, NOON + timedelta(seconds=5), "обещал"),
]


def test_a_call_s_events_come_back_as_they_were(books: Books) -> None:
    with books.write() as tx:
        tx.journal.append(map(entry_of, EVENTS))
    with books.read() as tx:
        assert tx.journal.events_of([A, B]) == {A: EVENTS, B: []}


def test_they_come_in_the_order_they_were_told_and_each_to_its_touch(books: Books) -> None:
    late, early = Answered(A, NOON), Ringing(A, NOON - timedelta(seconds=9))
    with books.write() as tx:
        tx.journal.append([entry_of(late), entry_of(Ringing(B, NOON)), entry_of(early)])
    with books.read() as tx:
        assert tx.journal.events_of([A]) == {A: [late, early]}


def test_lines_that_are_no_call_events_are_passed_over(books: Books) -> None:
    with books.write() as tx:
        tx.journal.append([Entry(A, NOON, "reserved", {"phone": "+7"}), entry_of(Ringing(A, NOON))])
        tx.journal.append([Entry(A, NOON, "closed", {"outcome": "busy", "ended_at": NOON})])
        tx.journal.append([])
    with books.read() as tx:
        assert tx.journal.events_of([A]) == {A: [Ringing(A, NOON)]}
        facts = tx.connection.scalars(select(table(TouchEventRow).c.facts)).all()
    assert facts[2] == '{"outcome":"busy","ended_at":"2026-03-10T09:00:00+00:00"}'


@pytest.mark.parametrize("event", [Created(A, NOON), HungUp(A, NOON, 16)])
def test_what_the_log_of_the_node_keeps_is_not_journalled(event: AnyCallEvent) -> None:
    with pytest.raises(KeyError):
        entry_of(event)


def test_there_is_no_way_to_change_a_line() -> None:
    public = {name for name in vars(Journal) if not name.startswith("_")}
    assert public == {"append", "events_of"}
