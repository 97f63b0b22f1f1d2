"""The log of touches: reserving within limits, closing once, and never more than the rules allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs

from domain.call import Call, advance
from domain.call_events import Answered, Created, DigitPressed, HungUp, ResultRecorded, Ringing
from domain.debtor import Debtor
from domain.intensity import Allowed, Refused
from domain.portfolio import Portfolio
from domain.rules import HoursRule, RuleSet
from domain.touch import Outcome, TouchId
from domain.verdict import Verdict
from domain.window import CalendarWindow, Hours
from ledger.books import Books, Transaction
from ledger.tables import TouchEventRow, TouchRow, table
from ledger.touches import Closing, TouchRequest
from tests.ledger.rows import (
    BASIS,
    CALLS,
    NOON,
    ON_SQLITE,
    ONE_A_PHONE,
    ONE_LIVE_A_DAY,
    THREE_A_DAY,
    add_campaign,
    add_debtor,
    request,
    rules_of,
)

pytestmark = pytest.mark.unit

ONE = rules_of(ONE_LIVE_A_DAY)
MIDNIGHT = datetime(2026, 3, 10, 21, tzinfo=UTC)
PHONE = "+79160000001"


def reserve(
    books: Books, requests: Sequence[TouchRequest], rules: RuleSet, now: datetime = NOON
) -> list[Allowed | Refused]:
    with books.write() as tx:
        return tx.touches.reserve(requests, rules, BASIS, now)


def close(
    books: Books, id: str, outcome: Outcome, *, at: datetime = NOON, call: Call | None = None
) -> set[TouchId]:
    with books.write() as tx:
        ending = call or replace(Call(TouchId(id)), ended_at=at)
        return tx.touches.close([Closing(ending, Verdict(outcome, "as told"), at)])


def logged(tx: Transaction) -> dict[str, Any]:
    return {row.id: row for row in tx.connection.execute(select(table(TouchRow)))}


def journal(books: Books) -> list[tuple[str, str]]:
    event = table(TouchEventRow)
    with books.read() as tx:
        return [
            (row.touch_id, row.kind)
            for row in tx.connection.execute(select(event.c.touch_id, event.c.kind).order_by(event.c.id))
        ]


@pytest.fixture
def debtor(books: Books, portfolio: Portfolio) -> Debtor:
    with books.write() as tx:
        return add_debtor(tx, portfolio.id, "A", PHONE)


@pytest.fixture
def neighbour(books: Books, portfolio: Portfolio) -> Debtor:
    """Another debtor with the same phone."""
    with books.write() as tx:
        return add_debtor(tx, portfolio.id, "B", PHONE, "+79160000002")


class TestReserve:
    def test_an_allowed_touch_is_logged_open_with_all_that_was_asked(
        self, books: Books, portfolio: Portfolio, debtor: Debtor
    ) -> None:
        with books.write() as tx:
            campaign = add_campaign(tx, portfolio.id)
        asked = request(debtor, "t1", campaign)
        assert reserve(books, [asked], ONE) == [Allowed()]
        with books.read() as tx:
            row = logged(tx)["t1"]
        assert (row.debtor_id, row.campaign_id, row.phone) == (debtor.id, campaign.id, PHONE)
        assert (row.reserved_at, row.outcome, row.node) == (NOON, None, "node1")
        assert (row.channel, row.direction, row.strategy_version_id) == (
            "voice_msg",
            "out",
            campaign.strategy_version_id,
        )
        assert journal(books) == [("t1", "reserved")]

    def test_an_open_reservation_counts_as_the_worst(self, books: Books, debtor: Debtor) -> None:
        reserve(books, [request(debtor, "t1")], ONE)
        assert reserve(books, [request(debtor, "t2")], ONE) == [Refused(("live-per-day",), MIDNIGHT)]

    def test_a_refused_touch_is_not_logged(self, books: Books, debtor: Debtor) -> None:
        reserve(books, [request(debtor, "t1")], ONE)
        reserve(books, [request(debtor, "t2")], ONE)
        with books.read() as tx:
            assert list(logged(tx)) == ["t1"]
        assert journal(books) == [("t1", "reserved")]

    def test_an_outcome_that_does_not_count_frees_the_limit(self, books: Books, debtor: Debtor) -> None:
        reserve(books, [request(debtor, "t1")], ONE)
        close(books, "t1", Outcome.BUSY)
        assert reserve(books, [request(debtor, "t2")], ONE) == [Allowed()]
        close(books, "t2", Outcome.UNKNOWN)
        assert isinstance(reserve(books, [request(debtor, "t3")], ONE)[0], Refused)

    def test_earlier_requests_of_the_batch_count(self, books: Books, debtor: Debtor) -> None:
        asked = [request(debtor, f"t{place}") for place in range(5)]
        verdicts = reserve(books, asked, rules_of(THREE_A_DAY))
        assert verdicts == [Allowed()] * 3 + [Refused(("attempts-per-day",), MIDNIGHT)] * 2

    def test_a_shared_phone_counts_across_debtors_and_within_the_batch(
        self, books: Books, debtor: Debtor, neighbour: Debtor
    ) -> None:
        rules = rules_of(ONE_A_PHONE)
        first, second = reserve(books, [request(debtor, "t1"), request(neighbour, "t2")], rules)
        assert (first, second) == (Allowed(), Refused(("live-per-phone",), MIDNIGHT))
        assert isinstance(reserve(books, [request(neighbour, "t3")], rules)[0], Refused)
        assert reserve(books, [request(neighbour, "t4", phone="+79160000002")], rules) == [Allowed()]

    def test_a_neighbour_s_attempts_over_the_shared_phone_are_not_the_debtor_s(
        self, books: Books, debtor: Debtor, neighbour: Debtor
    ) -> None:
        rules = rules_of(THREE_A_DAY, ONE_A_PHONE)
        for id in ("t1", "t2", "t3"):
            assert reserve(books, [request(debtor, id)], rules) == [Allowed()]
            close(books, id, Outcome.BUSY)
        assert reserve(books, [request(neighbour, "t4")], rules) == [Allowed()]

    def test_without_a_phone_rule_a_shared_phone_does_not_matter(
        self, books: Books, debtor: Debtor, neighbour: Debtor
    ) -> None:
        verdicts = reserve(books, [request(debtor, "t1"), request(neighbour, "t2")], ONE)
        assert verdicts == [Allowed(), Allowed()]

    def test_history_reaches_back_to_the_beginning_of_the_longest_month(
        self, books: Books, debtor: Debtor
    ) -> None:
        monthly = rules_of(replace(ONE_LIVE_A_DAY, window=CalendarWindow("month")))
        first = datetime(2026, 9, 30, 21, tzinfo=UTC)  # 1 October 00:00 in Moscow
        assert reserve(books, [request(debtor, "t1")], monthly, first) == [Allowed()]
        last = datetime(2026, 10, 31, 20, 59, tzinfo=UTC)
        assert isinstance(reserve(books, [request(debtor, "t2")], monthly, last)[0], Refused)
        assert reserve(books, [request(debtor, "t3")], monthly, last + timedelta(minutes=1)) == [Allowed()]

    def test_hours_and_basis_are_asked_too(self, books: Books, debtor: Debtor) -> None:
        office = Hours(time(8), time(22))
        rules = rules_of(hours=[HoursRule("hours", CALLS, (office,), (office,))])
        night = datetime(2026, 3, 10, 1, tzinfo=UTC)
        with books.write() as tx:
            (verdict,) = tx.touches.reserve([request(debtor, "t1")], rules, None, night)
        assert verdict == Refused(
            ("legal-basis", "hours"), None, (("legal-basis", "no document entitles us"),)
        )

    def test_a_debtor_without_a_zone_is_refused(self, books: Books, debtor: Debtor) -> None:
        verdicts = reserve(books, [request(replace(debtor, zones=()), "t1")], ONE)
        assert verdicts == [Refused(("zone",), None)]

    def test_nothing_asked(self, books: Books) -> None:
        assert reserve(books, [], ONE) == []

    def test_an_error_leaves_nothing(self, books: Books, debtor: Debtor, neighbour: Debtor) -> None:
        with pytest.raises(IntegrityError):
            reserve(books, [request(debtor, "t1"), request(neighbour, "t1")], ONE)
        with books.read() as tx:
            assert logged(tx) == {}
        assert journal(books) == []


class TestClockSetBack:
    """A debtor's touches never go back in time, and a log ahead of the clock opens nothing."""

    def test_a_touch_is_logged_at_the_last_one_s_instant_and_the_log_says_so(
        self, books: Books, debtor: Debtor
    ) -> None:
        rules = rules_of(THREE_A_DAY)
        reserve(books, [request(debtor, "t1")], rules)
        with capture_logs() as said:
            assert reserve(books, [request(debtor, "t2")], rules, NOON - timedelta(hours=1)) == [Allowed()]
        with books.read() as tx:
            assert logged(tx)["t2"].reserved_at == NOON
        assert said == [
            {"event": "clock_behind_log", "log_level": "warning", "touch": "t2", "behind_s": 3600.0}
        ]

    def test_no_limit_is_passed_by_it(self, books: Books, debtor: Debtor) -> None:
        reserve(books, [request(debtor, "t1")], ONE)
        verdicts = reserve(books, [request(debtor, "t2")], ONE, NOON - timedelta(days=1))
        assert verdicts == [Refused(("live-per-day",), MIDNIGHT)]

    def test_another_debtor_s_touch_is_where_the_clock_is(
        self, books: Books, portfolio: Portfolio, debtor: Debtor
    ) -> None:
        with books.write() as tx:
            other = add_debtor(tx, portfolio.id, "C", "+79160000003")
        reserve(books, [request(debtor, "t1")], ONE)
        earlier = NOON - timedelta(hours=1)
        with capture_logs() as said:
            reserve(books, [request(other, "t2")], ONE, earlier)
        with books.read() as tx:
            assert logged(tx)["t2"].reserved_at == earlier
        assert said == []

    def test_a_log_at_noon_does_not_open_the_hours_at_night(self, books: Books, debtor: Debtor) -> None:
        office = Hours(time(8), time(22))
        rules = rules_of(hours=[HoursRule("hours", CALLS, (office,), (office,))])
        reserve(books, [request(debtor, "t1")], rules)
        night = datetime(2026, 3, 10, 1, tzinfo=UTC)  # 04:00 in Moscow
        verdicts = reserve(books, [request(debtor, "t2")], rules, night)
        assert verdicts == [Refused(("hours",), datetime(2026, 3, 10, 5, tzinfo=UTC))]


def heard(id: str) -> Call:
    """A call with everything: it rang, was answered, a digit was pressed."""
    touch, call = TouchId(id), Call(TouchId(id))
    for event in (
        Created(touch, NOON),
        Ringing(touch, NOON + timedelta(seconds=1)),
        Answered(touch, NOON + timedelta(seconds=4.5)),
        DigitPressed(touch, NOON + timedelta(seconds=9), "choice", "2"),
        ResultRecorded(touch, NOON + timedelta(seconds=9), "promise"),
        HungUp(touch, NOON + timedelta(seconds=14.25), 16),
    ):
        call = advance(call, event)
    return call


class TestClose:
    def test_the_end_is_logged_whole(self, books: Books, debtor: Debtor) -> None:
        reserve(books, [request(debtor, "t1")], ONE)
        assert close(books, "t1", Outcome.MSG_DELIVERED, call=heard("t1")) == {"t1"}
        with books.read() as tx:
            row = logged(tx)["t1"]
        assert (row.outcome, row.reason) == ("msg_delivered", "as told")
        assert (row.ring_ms, row.talk_ms, row.digits, row.result) == (3500, 9750, "2", "promise")
        assert (row.answered_at, row.ended_at) == (
            NOON + timedelta(seconds=4.5),
            NOON + timedelta(seconds=14.25),
        )
        assert (row.cause, row.sip) == (16, None)
        assert journal(books) == [("t1", "reserved"), ("t1", "closed")]

    def test_the_first_end_stays_in_log_and_journal(self, books: Books, debtor: Debtor) -> None:
        reserve(books, [request(debtor, "t1")], ONE)
        close(books, "t1", Outcome.BUSY)
        assert close(books, "t1", Outcome.UNKNOWN, at=NOON + timedelta(hours=1)) == set()
        with books.read() as tx:
            row = logged(tx)["t1"]
        assert (row.outcome, row.ended_at) == ("busy", NOON)
        assert journal(books) == [("t1", "reserved"), ("t1", "closed")]

    def test_the_same_end_twice_in_a_batch_is_one_end(self, books: Books, debtor: Debtor) -> None:
        reserve(books, [request(debtor, "t1")], ONE)
        call = replace(Call(TouchId("t1")), ended_at=NOON)
        ends = [Closing(call, Verdict(outcome, ""), NOON) for outcome in (Outcome.BUSY, Outcome.UNKNOWN)]
        with books.write() as tx:
            assert tx.touches.close(ends) == {"t1"}
        with books.read() as tx:
            assert logged(tx)["t1"].outcome == "busy"
        assert journal(books) == [("t1", "reserved"), ("t1", "closed")]

    def test_a_touch_that_was_never_reserved_is_not_made_up(self, books: Books) -> None:
        assert close(books, "nobody", Outcome.BUSY) == set()
        assert journal(books) == []

    def test_nothing_to_close(self, books: Books) -> None:
        with books.write() as tx:
            assert tx.touches.close([]) == set()


class TestOpen:
    def test_the_open_touches_of_one_campaign(
        self, books: Books, portfolio: Portfolio, debtor: Debtor
    ) -> None:
        with books.write() as tx:
            spring, autumn = add_campaign(tx, portfolio.id), add_campaign(tx, portfolio.id, "autumn")
        asked = [request(debtor, "t1", spring), request(debtor, "t2", spring), request(debtor, "t3", autumn)]
        reserve(books, asked, rules_of())
        close(books, "t1", Outcome.BUSY)
        with books.read() as tx:
            (touch,) = tx.touches.open(spring.id)
        assert (touch.id, touch.debtor_id, touch.node) == ("t2", debtor.id, "node1")
        assert (touch.reserved_at, touch.phone) == (NOON, PHONE)

    def test_what_counts_against_the_call_limit(
        self, books: Books, portfolio: Portfolio, debtor: Debtor
    ) -> None:
        with books.write() as tx:
            spring = add_campaign(tx, portfolio.id)
        reserve(books, [request(debtor, f"t{place}", spring) for place in range(4)], rules_of())
        close(books, "t0", Outcome.NOT_PLACED)
        close(books, "t1", Outcome.BUSY)
        with books.read() as tx:
            assert tx.touches.placed(spring.id) == 3
            assert tx.touches.placed(spring.id + 1) == 0
            assert tx.touches.outcomes(spring.id) == {
                "t0": Outcome.NOT_PLACED,
                "t1": Outcome.BUSY,
                "t2": None,
                "t3": None,
            }


@ON_SQLITE
class TestSpeed:
    """The three questions of every tick must not read the whole log."""

    def plan_of(self, books: Books, statement: str) -> str:
        with books.read() as tx:
            return " / ".join(
                row.detail for row in tx.connection.execute(text(f"EXPLAIN QUERY PLAN {statement}"))
            )

    def test_a_debtor_s_history_is_found_by_index(self, books: Books) -> None:
        plan = self.plan_of(
            books, "SELECT id FROM touch WHERE debtor_id IN (1, 2) AND reserved_at > '2026-01-01'"
        )
        assert "USING INDEX touch_of_debtor (debtor_id=? AND reserved_at>?)" in plan.replace("COVERING ", "")

    def test_a_phone_s_history_is_found_by_index(self, books: Books) -> None:
        plan = self.plan_of(
            books, "SELECT id FROM touch WHERE phone IN ('1', '2') AND reserved_at > '2026-01-01'"
        )
        assert "USING INDEX touch_of_phone (phone=? AND reserved_at>?)" in plan

    def test_open_touches_are_found_by_index(self, books: Books) -> None:
        plan = self.plan_of(books, "SELECT phone FROM touch WHERE campaign_id = 1 AND outcome IS NULL")
        assert "USING INDEX touch_o" in plan  # touch_open or touch_of_campaign: both go straight to them
