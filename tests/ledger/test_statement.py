"""The statement of one debtor: every touch in his local time, with the counters as they were known at its moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from domain.call import Call
from domain.debtor import Debtor
from domain.intensity import Allowed
from domain.portfolio import Portfolio
from domain.rules import RuleSet
from domain.touch import Outcome, TouchId
from domain.verdict import Verdict
from ledger.books import Books
from ledger.reports.statement import Correction, StatementLine, statement
from ledger.tables import DebtorRow, table
from ledger.touches import Closing
from tests.ledger.rows import (
    BASIS,
    NOON,
    ONE_A_PHONE,
    THREE_A_DAY,
    add_debtor,
    request,
    rules_of,
)

pytestmark = pytest.mark.unit

PHONE = "+79160000001"
RULES = rules_of(replace(THREE_A_DAY, max=9), replace(ONE_A_PHONE, max=9))
HOUR = timedelta(hours=1)


@pytest.fixture
def debtor(books: Books, portfolio: Portfolio) -> Debtor:
    with books.write() as tx:
        return add_debtor(tx, portfolio.id, "A", PHONE, zones="Asia/Vladivostok,Europe/Moscow")


@pytest.fixture
def neighbour(books: Books, portfolio: Portfolio) -> Debtor:
    with books.write() as tx:
        return add_debtor(tx, portfolio.id, "B", PHONE)


def reserve(books: Books, debtor: Debtor, id: str, at: datetime) -> None:
    with books.write() as tx:
        assert tx.touches.reserve([request(debtor, id)], RULES, BASIS, at) == [Allowed()]


def close(books: Books, id: str, outcome: Outcome, at: datetime) -> None:
    call = replace(Call(TouchId(id)), answered_at=at - timedelta(seconds=7.5), ended_at=at)
    with books.write() as tx:
        tx.touches.close([Closing(call, Verdict(outcome, "as told"), at)])


def of(books: Books, debtor: Debtor) -> list[StatementLine]:
    def rules(versions: str) -> RuleSet:
        assert versions == "test"
        return RULES

    with books.read() as tx:
        return statement(tx.connection, debtor, rules)


def test_nothing_happened(books: Books, debtor: Debtor) -> None:
    assert of(books, debtor) == []


def test_a_line_says_everything_of_a_touch(books: Books, debtor: Debtor) -> None:
    reserve(books, debtor, "t1", NOON)
    close(books, "t1", Outcome.MSG_DELIVERED, NOON + HOUR)
    (line,) = of(books, debtor)
    assert (line.touch, line.at, line.channel, line.direction) == ("t1", NOON, "voice_msg", "out")
    assert line.local.isoformat() == "2026-03-10T19:00:00+10:00"
    assert (line.phone, line.caller_number) == (PHONE, "+78000000000")
    assert (line.outcome, line.reason, line.seconds) == ("msg_delivered", "as told", 7.5)
    assert (line.script, line.rules) == ("hello", "test")
    assert line.counters == {"attempts-per-day": (0, 9), "live-per-phone": (0, 9)}
    assert line.corrections == ()


def test_counters_are_those_before_the_touch_as_known_then(books: Books, debtor: Debtor) -> None:
    reserve(books, debtor, "t1", NOON)
    reserve(books, debtor, "t2", NOON + HOUR)  # t1 was open, and counted as the worst
    close(books, "t1", Outcome.BUSY, NOON + 2 * HOUR)
    reserve(books, debtor, "t3", NOON + 3 * HOUR)  # t1 was busy, t2 open
    lines = of(books, debtor)
    assert [line.touch for line in lines] == ["t1", "t2", "t3"]
    assert [line.outcome for line in lines] == ["busy", "open", "open"]
    assert [line.counters["attempts-per-day"][0] for line in lines] == [0, 1, 2]
    assert [line.counters["live-per-phone"][0] for line in lines] == [0, 1, 1]


def test_a_correction_shows_both_and_does_not_rewrite_what_was_known(books: Books, debtor: Debtor) -> None:
    reserve(books, debtor, "t1", NOON)
    close(books, "t1", Outcome.TALK_DEBTOR, NOON)
    reserve(books, debtor, "t2", NOON + HOUR)
    corrected_at = NOON + 2 * HOUR
    with books.write() as tx:
        tx.touches.correct(
            TouchId("t1"), Outcome.BUSY, author="operator 7", reason="heard it", now=corrected_at
        )
    reserve(books, debtor, "t3", NOON + 3 * HOUR)
    close(books, "t2", Outcome.BUSY, NOON + 4 * HOUR)
    first, second, third = of(books, debtor)
    assert first.outcome == "busy"
    assert first.corrections == (Correction(corrected_at, "talk_debtor", "busy", "operator 7", "heard it"),)
    assert second.counters["live-per-phone"][0] == 1
    assert third.counters["live-per-phone"][0] == 1  # t2, open then


def test_others_over_the_same_phone_are_counted_and_not_shown(
    books: Books, debtor: Debtor, neighbour: Debtor
) -> None:
    reserve(books, neighbour, "n1", NOON)
    close(books, "n1", Outcome.TALK_DEBTOR, NOON)
    reserve(books, debtor, "t1", NOON + HOUR)
    (line,) = of(books, debtor)
    assert line.touch == "t1"
    assert line.counters == {"attempts-per-day": (0, 9), "live-per-phone": (1, 9)}


def test_a_debtor_whose_zone_was_lost_since(books: Books, debtor: Debtor) -> None:
    reserve(books, debtor, "t1", NOON)
    with books.write() as tx:
        tx.connection.execute(update(table(DebtorRow)).values(zones=""))
        lost = tx.debtors.keyed("A")
    (line,) = of(books, lost)
    assert line.local.utcoffset() == timedelta()
    assert line.counters["attempts-per-day"] == (0, 9)
