"""Who calls us is in the log whatever comes of it, and no limit counts him."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.call import Call
from domain.debtor import Debtor
from domain.errors import InputError
from domain.intensity import Allowed
from domain.portfolio import Portfolio
from domain.rules import RuleSet
from domain.touch import ANY_ATTEMPT, CHANNEL_GROUPS, Outcome, TouchId
from domain.verdict import Verdict
from domain.window import CalendarWindow
from ledger.audit import rebuild, verify
from ledger.books import Books, Transaction
from ledger.inbound import InboundCall
from ledger.reports.statement import StatementLine, statement
from ledger.touches import Closing
from tests.ledger.rows import BASIS, NOON, THREE_A_DAY, add_debtor, request, rules_of

pytestmark = pytest.mark.unit

MOBILE, OURS = "+79160000001", "+78000000000"
T1, T2 = (TouchId(f"01a200bb715f72ddb91035d90000000{n}") for n in (1, 2))
ONE_OF_ANYTHING = replace(
    THREE_A_DAY, channels=CHANNEL_GROUPS["call"], outcomes=ANY_ATTEMPT, window=CalendarWindow("day"), max=1
)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def debtor(books: Books, portfolio: Portfolio) -> Debtor:
    with books.write() as tx:
        return add_debtor(tx, portfolio.id, "A1", MOBILE)


def call(id: TouchId = T1, debtor: Debtor | None = None, phone: str = MOBILE) -> InboundCall:
    return InboundCall(id, phone, OURS, "node1", "confirmed phone", debtor)


def end(tx: Transaction, outcome: Outcome, id: TouchId = T1) -> set[TouchId]:
    at = NOON + MINUTE
    ended = Call(id, answered_at=NOON, ended_at=at)
    return tx.touches.close([Closing(ended, Verdict(outcome, "waited 40 s"), at)])


def lines(tx: Transaction, debtor: Debtor) -> list[StatementLine]:
    return statement(tx.connection, debtor, lambda _: RuleSet(""))


@pytest.mark.parametrize("outcome", [Outcome.TALK_DEBTOR, Outcome.ABANDONED, Outcome.MSG_DELIVERED])
def test_he_is_in_the_statement_and_no_limit_counts_him(
    books: Books, debtor: Debtor, outcome: Outcome
) -> None:
    """Answered, abandoned in the queue, served himself only; and while the call is up."""
    rules = rules_of(ONE_OF_ANYTHING)
    with books.write() as tx:
        tx.inbound.arrived(call(debtor=debtor), NOON)
        assert tx.touches.judge([request(debtor, T2)], rules, BASIS, NOON)[0][0] == Allowed()
        assert end(tx, outcome) == {T1}
        assert tx.touches.judge([request(debtor, T2)], rules, BASIS, NOON + MINUTE)[0][0] == Allowed()
        (line,) = lines(tx, debtor)
        assert (line.direction, line.outcome, line.phone) == ("in", outcome, MOBILE)
        assert (line.caller_number, line.seconds, line.counters) == (OURS, 60, {})
        assert verify(tx.connection).sound


def test_a_stranger_is_a_debtor_once_he_says_so(books: Books, debtor: Debtor) -> None:
    with books.write() as tx:
        tx.inbound.arrived(call(phone=""), NOON)
        assert lines(tx, debtor) == []
        tx.inbound.identified(T1, debtor, "told his account", NOON + MINUTE)
        assert [line.outcome for line in lines(tx, debtor)] == ["open"]
        assert end(tx, Outcome.TALK_DEBTOR) == {T1}
        assert verify(tx.connection).sound


def test_a_stranger_who_stays_one_is_closed_and_corrected_like_others(books: Books, debtor: Debtor) -> None:
    with books.write() as tx:
        tx.inbound.arrived(call(phone=""), NOON)
        assert end(tx, Outcome.ABANDONED) == {T1}
        corrected = tx.touches.correct(
            T1, Outcome.TALK_THIRD_PARTY, author="Иванова", reason="heard it", now=NOON
        )
        assert (corrected.was, corrected.debtor_id) == (Outcome.ABANDONED, None)
        assert verify(tx.connection).sound
        assert rebuild(tx.connection) == 1
        assert verify(tx.connection).sound


def test_what_is_open_at_a_node(books: Books, debtor: Debtor) -> None:
    with books.write() as tx:
        tx.inbound.arrived(call(T1), NOON)
        tx.inbound.arrived(replace(call(T2), node="node2"), NOON)
        tx.touches.reserve([request(debtor, "3" * 32)], rules_of(), BASIS, NOON)
        assert {(one.id, one.called) for one in tx.inbound.open("node1")} == {(T1, OURS), ("3" * 32, "")}
        end(tx, Outcome.ABANDONED)
        assert [one.id for one in tx.inbound.open("node1")] == ["3" * 32], (
            "a call back belongs to no campaign"
        )


def test_our_own_call_cannot_be_given_to_another_debtor(books: Books, debtor: Debtor) -> None:
    with books.write() as tx:
        tx.touches.reserve([request(debtor, T1)], rules_of(), BASIS, NOON)
        with pytest.raises(InputError, match=f"touch {T1} is no call that came in"):
            tx.inbound.identified(T1, debtor, "", NOON)
