"""Whom we owe a call, and who is calling us now, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.call import Call
from domain.callback import Callback, CallbackState
from domain.debtor import Debtor
from domain.portfolio import Portfolio
from domain.touch import Outcome, TouchId
from domain.verdict import Verdict
from ledger.books import Books
from ledger.inbound import InboundCall
from ledger.touches import Closing
from tests.ledger.plans_of_queries import listening
from tests.ledger.rows import NOON, add_debtor

pytestmark = pytest.mark.integration

T1, T2 = TouchId("1" * 32), TouchId("2" * 32)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def debtor(books: Books, portfolio: Portfolio) -> Debtor:
    with books.write() as tx:
        return add_debtor(tx, portfolio.id, "A1", "+79161234567")


def owed(debtor: Debtor, touch: TouchId = T1) -> Callback:
    return Callback(touch, debtor.id, "+79161234567", "heat", "rang us in vain", NOON)


def test_one_call_is_owed_at_a_time_and_made_once(books: Books, debtor: Debtor) -> None:
    with books.write() as tx:
        assert tx.call_backs.owe(owed(debtor))
        assert not tx.call_backs.owe(owed(debtor))
        assert not tx.call_backs.owe(owed(debtor, T2)), "he is owed one already"
        assert tx.call_backs.due(NOON - MINUTE, 9) == []
        assert tx.call_backs.due(NOON, 9) == [owed(debtor)]
        tx.call_backs.postpone(T1, NOON + MINUTE, "held back by hours")
        assert tx.call_backs.due(NOON, 9) == []
        assert tx.call_backs.rung(T1, T2)
        assert not tx.call_backs.rung(T1, T2)
        assert not tx.call_backs.drop(T1, "too late")
        assert tx.call_backs.owe(owed(debtor, T2))
        assert tx.call_backs.drop(T2, "he has rung us again")
        assert tx.call_backs.counts() == {CallbackState.RUNG: 1, CallbackState.DROPPED: 1}


def test_who_is_calling_us_and_who_has_talked(books: Books, debtor: Debtor) -> None:
    call = InboundCall(T1, "+79161234567", "+78005553535", "node1", "his phone", debtor)
    with books.write() as tx:
        tx.operators.add("anna", "", (), "secret", 5)
        tx.inbound.lock([debtor.id])
        assert not tx.inbound.knows(T1)
        tx.inbound.arrived(call, NOON)
        assert tx.inbound.knows(T1)
        assert (tx.inbound.at(T1), tx.inbound.last_at("node1")) == (NOON, NOON)
        assert tx.inbound.calling([debtor.id], NOON) == {debtor.id: None}
        verdict = Verdict(Outcome.TALK_DEBTOR, "talked")
        tx.touches.close([Closing(Call(T1, NOON, ended_at=NOON), verdict, NOON)])
        assert tx.inbound.calling([debtor.id], NOON - MINUTE) == {}, "no operator talked"
        tx.connection.exec_driver_sql("UPDATE touch SET operator_id = 1")
        assert tx.inbound.calling([debtor.id], NOON - MINUTE) == {debtor.id: NOON}
        assert tx.inbound.calling([debtor.id], NOON) == {}
        assert tx.inbound.last_operator([debtor.id], NOON - MINUTE) == 1
        assert tx.inbound.our_calls([debtor.id]) == []


def test_no_question_of_a_caller_reads_the_whole_log(books: Books, debtor: Debtor) -> None:
    with books.write() as tx:
        with listening(tx.connection) as asked:
            tx.inbound.last_at("node1")
            tx.inbound.open("node1")
            tx.inbound.calling([debtor.id], NOON)
            tx.inbound.our_calls([debtor.id])
            tx.inbound.last_operator([debtor.id], NOON)
            tx.call_backs.due(NOON, 9)
        assert len(asked.queries) == 6
        assert asked.scanned(tx.connection) == set()
