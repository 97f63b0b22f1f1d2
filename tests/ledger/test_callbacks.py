"""What robots' calls and callers tell of each other, in both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from domain.debtor import Debtor
from domain.touch import Channel, Direction, Outcome, TouchId
from ledger.books import Books, Transaction
from ledger.reports.callbacks import CallsOut, calls_out, followed
from ledger.tables import TouchRow, table
from tests.ledger.plans_of_queries import listening
from tests.ledger.rows import NOON, add_campaign, add_debtor

pytestmark = pytest.mark.integration

HOUR = timedelta(hours=1)


def touch(
    tx: Transaction,
    nth: int,
    debtor: Debtor | None,
    at: datetime,
    *,
    campaign: int | None = None,
    outcome: Outcome | None = Outcome.MSG_DELIVERED,
    channel: Channel = Channel.VOICE_MSG,
) -> TouchId:
    """A touch of 30 seconds; one without a campaign came in."""
    id = TouchId(f"{nth:032x}")
    row = {
        "id": id,
        "debtor_id": debtor.id if debtor else None,
        "campaign_id": campaign,
        "channel": channel.value,
        "direction": (Direction.OUT if campaign else Direction.IN).value,
        "phone": "+79160000001",
        "step": "inform",
        "segment": "fresh",
        "reserved_at": at,
        "ended_at": at + timedelta(seconds=30) if outcome else None,
        "outcome": outcome.value if outcome else None,
    }
    tx.connection.execute(insert(table(TouchRow)).values(row))
    return id


def portfolio_of(tx: Transaction, name: str = "heat") -> int:
    return tx.portfolios.put(name, creditor="Heat", contact_phone="", basis=None).id


def counted(calls: Sequence[CallsOut]) -> list[tuple[datetime, Outcome, int]]:
    return [(one.minute, one.outcome, one.calls) for one in calls]


def test_robots_calls_are_counted_by_the_minute_in_which_they_ended(books: Books) -> None:
    with books.write() as tx:
        ours, others = portfolio_of(tx), portfolio_of(tx, "water")
        campaign, other = add_campaign(tx, ours), add_campaign(tx, others, "water")
        debtor = add_debtor(tx, ours, "1", "+79160000001")
        for nth in range(3):
            touch(tx, nth, debtor, NOON, campaign=campaign.id)
        touch(tx, 3, debtor, NOON, campaign=campaign.id, outcome=Outcome.NO_ANSWER)
        touch(tx, 4, debtor, NOON + timedelta(seconds=50), campaign=campaign.id)
        touch(tx, 5, debtor, NOON, campaign=campaign.id, outcome=None)
        touch(tx, 6, debtor, NOON, campaign=campaign.id, channel=Channel.CALL_HUMAN)
        touch(tx, 7, debtor, NOON, campaign=other.id)
        touch(tx, 8, debtor, NOON - HOUR, campaign=campaign.id)
        touch(tx, 9, debtor, NOON)
    with books.read() as tx:
        found = calls_out(tx.connection, [ours], NOON, NOON + HOUR)
        assert counted(found) == [
            (NOON, Outcome.MSG_DELIVERED, 3),
            (NOON, Outcome.NO_ANSWER, 1),
            (NOON + timedelta(minutes=1), Outcome.MSG_DELIVERED, 1),
        ]
        assert (found[0].step, found[0].segment) == ("inform", "fresh")
        assert calls_out(tx.connection, [], NOON, NOON + HOUR) == []


def test_a_caller_follows_the_last_robot_that_called_him_within_a_day(books: Books) -> None:
    with books.write() as tx:
        ours = portfolio_of(tx)
        campaign = add_campaign(tx, ours).id
        called, late, never = (add_debtor(tx, ours, key, f"+7916000000{key}") for key in "123")
        touch(tx, 1, called, NOON - 5 * HOUR, campaign=campaign)
        touch(tx, 2, called, NOON - HOUR, campaign=campaign, outcome=Outcome.NO_ANSWER)
        touch(tx, 3, called, NOON + HOUR, campaign=campaign)
        touch(tx, 4, late, NOON - 30 * HOUR, campaign=campaign)
        rings = [touch(tx, 10 + nth, who, NOON) for nth, who in enumerate([called, late, never, None])]
    with books.read() as tx:
        found = followed(tx.connection, rings)
    ended = NOON - HOUR + timedelta(seconds=30)
    assert found == {rings[0]: CallsOut(ended, "inform", "fresh", Outcome.NO_ANSWER, 1)}


def test_nobody_called(books: Books) -> None:
    with books.read() as tx:
        assert followed(tx.connection, []) == {}


def test_no_table_is_read_whole(books: Books) -> None:
    with books.write() as tx:
        ours = portfolio_of(tx)
        campaign = add_campaign(tx, ours).id
        debtor = add_debtor(tx, ours, "1", "+79160000001")
        touch(tx, 1, debtor, NOON - HOUR, campaign=campaign)
        ring = touch(tx, 2, debtor, NOON)
    with books.read() as tx, listening(tx.connection) as asked:
        calls_out(tx.connection, [ours], NOON - HOUR, NOON)
        followed(tx.connection, [ring])
        assert "touch" not in asked.scanned(tx.connection)
