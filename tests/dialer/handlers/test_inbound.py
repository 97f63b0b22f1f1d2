"""Callers on real books: who rings is logged once and sent where he belongs, and nobody rings him meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from asterisk.inbound import Ring
from dialer.handlers.call_back import Missed, call_back, owe, read_due, request_of
from dialer.handlers.inbound import greet, identify, left_open
from domain.call import Call
from domain.callback import CallbackState
from domain.caller import CallerKind
from domain.campaign import PlanState, Why
from domain.inbound import Line, Way, judge_inbound
from domain.touch import Channel, Outcome, TouchId
from domain.window import DAY, parse_hours
from ledger.books import Books
from ledger.touches import Closing
from tests.dialer.work import Desk
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

PHONE, LINE = "+79160000001", "+78005553535"
RING = Ring("node1-1795330800.42", "node1", LINE, PHONE)
ID = TouchId("f" * 32)
SECOND = timedelta(seconds=1)


@pytest.fixture
def desk(books: Books) -> Desk:
    with books.write() as tx:
        tx.operators.add("anna", "Анна", (), "secret", 5)
    return Desk(books)


def over(books: Books, *, operator: int | None = None, result: str = "") -> None:
    """His call ends half a minute later."""
    call = Call(RING.touch, NOON, NOON, NOON, NOON + 30 * SECOND, 16, desk="operators", queued_at=NOON)
    call = replace(call, result=result)
    verdict = judge_inbound(call, CallerKind.DEBTOR)
    with books.write() as tx:
        tx.touches.close([Closing(call, verdict, NOON + 30 * SECOND)])
        if operator is not None:
            tx.connection.exec_driver_sql(
                f"UPDATE touch SET operator_id = {operator} WHERE id = '{RING.touch}'"
            )
        else:
            owe(tx, [Missed(call, verdict.outcome, PHONE, LINE)], NOON)


class TestGreeting:
    def test_a_caller_is_logged_once_however_often_he_is_told(self, desk: Desk, books: Books) -> None:
        debtor = desk.add("A", PHONE)
        first = greet(books, RING, {"operators"}, NOON)
        greet(books, RING, {"operators"}, NOON + SECOND)
        assert first.route.debtor is not None
        assert (first.route.debtor.debtor_id, first.route.way) == (debtor.id, Way.OPERATOR)
        (running,) = left_open(books, "node1", 0.0)
        assert (running.phone, running.line, running.caller) == (PHONE, LINE, CallerKind.DEBTOR)
        with books.read() as tx:
            assert (tx.inbound.at(RING.touch), tx.inbound.debtor_of(RING.touch)) == (NOON, debtor.id)

    def test_our_call_that_rings_him_is_told_and_the_operator_whom_he_knows(
        self, desk: Desk, books: Books
    ) -> None:
        desk.add("A", PHONE)
        (reserved,) = desk.reserve().reserved
        assert greet(books, RING, (), NOON).ringing == (reserved.request.id,)
        over(books, operator=1)
        again = replace(RING, channel="node1-1795330900.43")
        assert greet(books, again, (), NOON + SECOND).first == 1

    def test_who_tells_his_account_is_known_from_then_on(self, desk: Desk, books: Books) -> None:
        debtor = desk.add("A", PHONE)
        assert greet(books, replace(RING, number=""), (), NOON).route.caller is CallerKind.HIDDEN
        identify(books, RING.touch, debtor, "told his account number", NOON)
        with books.read() as tx:
            assert tx.inbound.debtor_of(RING.touch) == debtor.id


class TestHeldBack:
    def test_nobody_rings_who_is_ringing_us(self, desk: Desk, books: Books) -> None:
        debtor = desk.add("A", PHONE)
        greet(books, RING, (), NOON)
        assert desk.reserve().reserved == []
        plan = desk.plan(debtor)
        assert (plan.state, plan.why, plan.reason) == (
            PlanState.DUE,
            Why.HELD_BACK,
            "held back: he is calling us",
        )
        assert plan.due_at == NOON + timedelta(minutes=5)

    def test_nor_who_has_talked_to_us_today(self, desk: Desk, books: Books) -> None:
        debtor = desk.add("A", PHONE)
        greet(books, RING, (), NOON)
        over(books, operator=1)
        assert desk.reserve(now=NOON + timedelta(hours=1)).reserved == []
        assert desk.plan(debtor).reason == "held back: he has called us and talked today"
        assert NOON < desk.plan(debtor).due_at <= NOON + DAY
        assert len(desk.reserve(now=NOON + DAY).reserved) == 1

    def test_a_call_in_vain_holds_nobody_back(self, desk: Desk, books: Books) -> None:
        desk.add("A", PHONE)
        greet(books, RING, (), NOON)
        over(books)
        assert len(desk.reserve().reserved) == 1


class TestCallBack:
    def test_who_rang_in_vain_is_called_back_once_as_the_rules_allow(self, desk: Desk, books: Books) -> None:
        debtor = desk.add("A", PHONE)
        greet(books, RING, (), NOON)
        over(books)
        over(books)
        assert read_due(books, NOON, 9) == []
        later = NOON + timedelta(minutes=2)
        (owed,) = read_due(books, later, 9)
        assert (owed.debtor_id, owed.phone, owed.desk) == (debtor.id, PHONE, "operators")
        touch = call_back(books, owed, "node1", ID, later)
        assert touch is not None
        assert (touch.channel, touch.phone, touch.campaign_id) == (Channel.CALL_HUMAN, PHONE, None)
        assert read_due(books, later, 9) == []
        (running,) = left_open(books, "node1", 0.0)
        assert (running.call.touch, running.line) == (ID, "")
        request = request_of(touch, owed, "carrier", 20.0, 1, record=True)
        assert (request.context, request.variables["DZ_FIRST"]) == ("dozvon-inbound", "1")

    def test_what_the_rules_refuse_waits_for_them(self, desk: Desk, books: Books) -> None:
        desk.add("A", PHONE)
        greet(books, RING, (), NOON)
        over(books)
        night = NOON + timedelta(hours=14)
        (owed,) = read_due(books, night, 9)
        assert call_back(books, owed, "node1", ID, night) is None
        with books.read() as tx:
            assert tx.call_backs.counts() == {CallbackState.OWED: 1}
        assert read_due(books, night, 9) == []

    def test_who_has_rung_again_and_talked_is_owed_nothing(self, desk: Desk, books: Books) -> None:
        desk.add("A", PHONE)
        greet(books, RING, (), NOON)
        over(books)
        greet(books, replace(RING, channel="node1-1795330990.50"), (), NOON + timedelta(minutes=1))
        later = NOON + timedelta(minutes=2)
        (owed,) = read_due(books, later, 9)
        assert call_back(books, owed, "node1", ID, later) is None
        with books.read() as tx:
            assert tx.call_backs.counts() == {CallbackState.DROPPED: 1}

    def test_strangers_are_not_called_back(self, desk: Desk, books: Books) -> None:
        greet(books, RING, (), NOON)
        over(books)
        with books.read() as tx:
            assert tx.call_backs.counts() == {}

    def test_out_of_hours_it_waits_for_the_opening(self, desk: Desk, books: Books) -> None:
        desk.add("A", PHONE)
        with books.write() as tx:
            tx.lines.put(Line(LINE, hours=parse_hours("10:00-18:00"), zone="UTC"))
        greet(books, RING, (), NOON)
        over(books)
        assert read_due(books, NOON + timedelta(minutes=59), 9) == []
        assert len(read_due(books, NOON + timedelta(hours=1), 9)) == 1


def test_an_abandoned_call_is_missed_and_a_talk_is_not() -> None:
    call = Call(ID)
    assert Missed(call, Outcome.ABANDONED, PHONE, LINE).owed
    assert Missed(replace(call, result="operator_wanted"), Outcome.MSG_DELIVERED, PHONE, LINE).owed
    assert not Missed(call, Outcome.MSG_DELIVERED, PHONE, LINE).owed
