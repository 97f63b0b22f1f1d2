"""What calls tell of phones, counted as outcomes are written, and the same when counted anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete

from domain.call import Call
from domain.debtor import Debtor, Want
from domain.phone import Tried
from domain.portfolio import Portfolio
from domain.touch import Channel, Outcome, TouchId
from domain.verdict import Verdict
from ledger.audit import rebuild
from ledger.books import Books
from ledger.fact_tables import PhoneTriedRow
from ledger.tables import table
from ledger.touches import Closing
from tests.ledger.rows import BASIS, NOON, add_debtor, request, rules_of

pytestmark = pytest.mark.unit

EVENING = NOON + timedelta(hours=7)
FIRST, SECOND = "+79160000001", "+79160000002"


@pytest.fixture
def debtor(books: Books, portfolio: Portfolio) -> Debtor:
    with books.write() as tx:
        add_debtor(tx, portfolio.id, "neighbour", FIRST)
        return add_debtor(tx, portfolio.id, "A", FIRST, SECOND)


def call(
    books: Books,
    debtor: Debtor,
    id: str,
    outcome: Outcome,
    *,
    phone: str = FIRST,
    at: datetime = NOON,
    channel: Channel = Channel.VOICE_MSG,
) -> None:
    asked = replace(request(debtor, id, phone=phone), channel=channel)
    with books.write() as tx:
        tx.touches.reserve([asked], rules_of(), BASIS, at)
    with books.write() as tx:
        ended = replace(Call(TouchId(id)), ended_at=at)
        tx.touches.close([Closing(ended, Verdict(outcome, "as told"), at)] * 2)
        tx.touches.close([Closing(ended, Verdict(Outcome.UNKNOWN, "too late"), at)])


def tried(books: Books, debtor: Debtor) -> list[tuple[Tried, ...]]:
    with books.read() as tx:
        assert all(phone.tried == () for phone in tx.debtors.load([debtor.id])[debtor.id].phones)
        return [phone.tried for phone in tx.debtors.load([debtor.id], {Want.QUALITY})[debtor.id].phones]


def test_each_phone_has_counts_of_its_own_by_band_of_the_debtors_day(books: Books, debtor: Debtor) -> None:
    call(books, debtor, "t1", Outcome.NO_ANSWER)
    call(books, debtor, "t2", Outcome.TALK_DEBTOR)
    call(books, debtor, "t3", Outcome.MACHINE_MSG, at=EVENING)
    call(books, debtor, "t4", Outcome.ANSWERED_SHORT, at=EVENING, phone=SECOND)
    assert tried(books, debtor) == [(Tried(1, 2, 1), Tried(3, 1, 0)), (Tried(3, 1, 1),)]


@pytest.mark.parametrize(
    ("outcome", "channel"),
    [
        (Outcome.NOT_PLACED, Channel.VOICE_MSG),
        (Outcome.NO_CARRIER, Channel.VOICE_MSG),
        (Outcome.MSG_DELIVERED, Channel.SMS),
    ],
)
def test_what_tells_nothing_of_the_phone_is_not_counted(
    books: Books, debtor: Debtor, outcome: Outcome, channel: Channel
) -> None:
    call(books, debtor, "t1", outcome, channel=channel)
    assert tried(books, debtor) == [(), ()]


def test_a_correction_is_counted_too(books: Books, debtor: Debtor) -> None:
    call(books, debtor, "t1", Outcome.TALK_DEBTOR)
    with books.write() as tx:
        tx.touches.correct(TouchId("t1"), Outcome.MACHINE_MSG, author="me", reason="heard it", now=EVENING)
    assert tried(books, debtor)[0] == (Tried(1, 1, 0),)


def test_a_rebuild_counts_the_same(books: Books, debtor: Debtor) -> None:
    for number, outcome in enumerate(sorted(Outcome)):
        call(books, debtor, f"t{number:02}", outcome, at=NOON + timedelta(minutes=25 * number))
    before = tried(books, debtor)
    with books.write() as tx:
        tx.connection.execute(delete(table(PhoneTriedRow)))
        rebuild(tx.connection)
    assert tried(books, debtor) == before != [(), ()]
