"""Corrected outcomes: by an event with author and reason, freeing or using up the quota."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
from sqlalchemy import select

from domain.call import Call
from domain.debtor import Debtor
from domain.errors import InputError
from domain.intensity import Allowed, Refused
from domain.portfolio import Portfolio
from domain.touch import Channel, Outcome, TouchId, outcomes_of
from domain.verdict import Verdict
from ledger.books import Books
from ledger.tables import TouchEventRow, TouchRow, table
from ledger.touches import Closing
from tests.ledger.rows import BASIS, NOON, ONE_LIVE_A_DAY, add_debtor, request, rules_of

pytestmark = pytest.mark.unit

ONE = rules_of(ONE_LIVE_A_DAY)
EVENING = NOON + timedelta(hours=8)


@pytest.fixture
def debtor(books: Books, portfolio: Portfolio) -> Debtor:
    with books.write() as tx:
        return add_debtor(tx, portfolio.id, "A", "+79160000001")


def reserve(books: Books, debtor: Debtor, id: str) -> Allowed | Refused:
    with books.write() as tx:
        (verdict,) = tx.touches.reserve([request(debtor, id)], ONE, BASIS, NOON)
    return verdict


def closed(books: Books, debtor: Debtor, id: str, outcome: Outcome) -> None:
    assert reserve(books, debtor, id) == Allowed()
    with books.write() as tx:
        call = replace(Call(TouchId(id)), ended_at=NOON)
        tx.touches.close([Closing(call, Verdict(outcome, "as told"), NOON)])


def correct(
    books: Books, id: str, outcome: Outcome, author: str = "operator 7", reason: str = "heard it"
) -> Outcome:
    with books.write() as tx:
        return tx.touches.correct(TouchId(id), outcome, author=author, reason=reason, now=EVENING).was


def outcome_of(books: Books, id: str) -> tuple[str, str]:
    touch = table(TouchRow)
    with books.read() as tx:
        row = tx.connection.execute(select(touch.c.outcome, touch.c.reason).where(touch.c.id == id)).one()
    return row.outcome, row.reason


def test_it_is_an_event_with_author_and_reason(books: Books, debtor: Debtor) -> None:
    closed(books, debtor, "t1", Outcome.MSG_DELIVERED)
    assert correct(books, "t1", Outcome.MACHINE_NO_MSG) is Outcome.MSG_DELIVERED
    assert outcome_of(books, "t1") == ("machine_no_msg", "heard it")
    event = table(TouchEventRow)
    with books.read() as tx:
        *_, line = tx.connection.execute(select(event).order_by(event.c.id))
    assert (line.kind, line.at) == ("corrected", EVENING)
    assert orjson.loads(line.facts) == {
        "outcome": "machine_no_msg",
        "reason": "heard it",
        "author": "operator 7",
        "was": "msg_delivered",
    }


def test_it_frees_the_quota(books: Books, debtor: Debtor) -> None:
    closed(books, debtor, "t1", Outcome.MSG_DELIVERED)
    assert isinstance(reserve(books, debtor, "t2"), Refused)
    correct(books, "t1", Outcome.MACHINE_NO_MSG)
    assert reserve(books, debtor, "t3") == Allowed()


def test_it_uses_the_quota_up(books: Books, debtor: Debtor) -> None:
    closed(books, debtor, "t1", Outcome.NO_ANSWER)
    correct(books, "t1", Outcome.TALK_DEBTOR)
    assert isinstance(reserve(books, debtor, "t2"), Refused)


def test_one_may_be_corrected_again(books: Books, debtor: Debtor) -> None:
    closed(books, debtor, "t1", Outcome.NO_ANSWER)
    assert correct(books, "t1", Outcome.TALK_DEBTOR) is Outcome.NO_ANSWER
    assert correct(books, "t1", Outcome.BUSY) is Outcome.TALK_DEBTOR
    assert outcome_of(books, "t1")[0] == "busy"


def test_a_late_end_does_not_undo_it(books: Books, debtor: Debtor) -> None:
    closed(books, debtor, "t1", Outcome.NO_ANSWER)
    correct(books, "t1", Outcome.TALK_DEBTOR)
    with books.write() as tx:
        assert (
            tx.touches.close([Closing(Call(TouchId("t1")), Verdict(Outcome.UNKNOWN, ""), EVENING)]) == set()
        )
    assert outcome_of(books, "t1")[0] == "talk_debtor"


def test_an_open_touch_is_not_corrected(books: Books, debtor: Debtor) -> None:
    reserve(books, debtor, "t1")
    with pytest.raises(InputError, match="touch t1 is still open; give the id of a touch that has ended"):
        correct(books, "t1", Outcome.BUSY)
    assert isinstance(reserve(books, debtor, "t2"), Refused)


@pytest.mark.parametrize(
    ("channel", "outcome"),
    [
        (Channel.CALL_HUMAN, Outcome.MEETING_HELD),
        (Channel.CALL_HUMAN, Outcome.MSG_SENT),
        (Channel.VOICE_MSG, Outcome.MEETING_FAILED),
        (Channel.SMS, Outcome.NO_ANSWER),
        (Channel.MEETING, Outcome.TALK_DEBTOR),
    ],
)
def test_nor_to_what_its_channel_cannot_become(
    books: Books, debtor: Debtor, channel: Channel, outcome: Outcome
) -> None:
    with books.write() as tx:
        asked = replace(request(debtor, "t1"), channel=channel)
        assert tx.touches.reserve([asked], rules_of(), BASIS, NOON) == [Allowed()]
        tx.touches.close([Closing(Call(TouchId("t1")), Verdict(Outcome.UNKNOWN, "as told"), NOON)])
    told = f"touch t1 over {channel} cannot have become {outcome}; it may be .*not_placed"
    with pytest.raises(InputError, match=told):
        correct(books, "t1", outcome)
    assert outcome_of(books, "t1") == ("unknown", "as told")


def test_every_class_is_of_some_channel_and_unknown_of_each() -> None:
    assert frozenset().union(*map(outcomes_of, Channel)) == frozenset(Outcome)
    assert all({Outcome.UNKNOWN, Outcome.NOT_PLACED} <= outcomes_of(channel) for channel in Channel)


def test_nor_one_that_is_not_there(books: Books) -> None:
    with pytest.raises(InputError, match="touch t9 is not in the log"):
        correct(books, "t9", Outcome.BUSY)


@pytest.mark.parametrize(("author", "reason"), [("", "heard it"), ("operator 7", ""), (" ", "heard it")])
def test_nor_without_author_and_reason(books: Books, debtor: Debtor, author: str, reason: str) -> None:
    closed(books, debtor, "t1", Outcome.NO_ANSWER)
    with pytest.raises(InputError, match="a correction needs an author and a reason"):
        correct(books, "t1", Outcome.BUSY, author, reason)
    assert outcome_of(books, "t1") == ("no_answer", "as told")
