"""Ended calls: closed once, followed by the next plan; what another owner has done stays done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from dialer.handlers.reserve import Reserved
from dialer.handlers.settle import Ended, settle
from dialer.work import Work
from domain.call import Call, advance
from domain.call_events import (
    Answered,
    AnswerGiven,
    AnyCallEvent,
    Created,
    HungUp,
    NotPlaced,
    ResultRecorded,
    Ringing,
)
from domain.campaign import Plan, PlanState, Why
from domain.phone import PhoneStatus
from domain.touch import Outcome
from ledger.books import Books
from ledger.fact_tables import PromiseRow
from ledger.journal import entry_of
from ledger.step_use import Use
from ledger.tables import DebtRow, table
from strategies.chances import Prices
from strategies.load import parse_strategy
from tests.dialer.work import BODY, Desk
from tests.ledger.rows import NOON, add_campaign

pytestmark = pytest.mark.unit

PHONE, OTHER = "+79160000001", "+79160000002"


@pytest.fixture
def desk(books: Books) -> Desk:
    return Desk(books)


def ended(desk: Desk, reserved: Reserved, *events: AnyCallEvent) -> Ended:
    call = Call(reserved.request.id)
    for event in events:
        call = advance(call, event)
    return Ended(call, reserved.plan, reserved.request.phone, desk.campaign.id)


def busy(desk: Desk, reserved: Reserved) -> Ended:
    touch = reserved.request.id
    return ended(desk, reserved, Created(touch, NOON), HungUp(touch, NOON, 17, 486))


def settle_now(desk: Desk, *ends: Ended, now: datetime = NOON) -> None:
    settle(desk.books, lambda _: desk.work, [], ends, now)


def test_a_busy_debtor_is_rung_again_in_a_quarter(desk: Desk) -> None:
    debtor = desk.add("A", PHONE)
    (reserved,) = desk.reserve().reserved
    settle_now(desk, busy(desk, reserved))
    assert desk.outcomes() == {reserved.request.id: "busy"}
    plan = desk.plan(debtor)
    assert (plan.state, plan.touch_id, plan.due_at) == (PlanState.DUE, None, NOON + timedelta(minutes=15))
    assert plan.reason == "busy, retry 1 of 2"


def test_a_call_that_was_not_placed_counts_nowhere_and_is_tried_soon(desk: Desk) -> None:
    debtor = desk.add("A", PHONE)
    (reserved,) = desk.reserve().reserved
    settle_now(desk, ended(desk, reserved, NotPlaced(reserved.request.id, NOON, "the link is down")))
    assert desk.outcomes() == {reserved.request.id: "not_placed"}
    assert desk.plan(debtor).due_at == NOON + timedelta(seconds=30)
    assert len(desk.reserve(now=NOON + timedelta(seconds=30)).reserved) == 1


def test_a_wrong_person_s_phone_is_marked_and_the_next_call_goes_elsewhere(desk: Desk) -> None:
    debtor = desk.add("A", PHONE, OTHER)
    (reserved,) = desk.reserve().reserved
    touch = reserved.request.id
    told = (Answered(touch, NOON), ResultRecorded(touch, NOON, "wrong_person"), HungUp(touch, NOON, 16))
    settle_now(desk, ended(desk, reserved, *told))
    with desk.books.read() as tx:
        phones = tx.debtors.load([debtor.id])[debtor.id].phones
    assert [phone.status for phone in phones] == [PhoneStatus.WRONG, PhoneStatus.UNVERIFIED]
    (again,) = desk.reserve(now=NOON + timedelta(days=1)).reserved
    assert again.request.phone == OTHER


def test_what_was_seen_is_journalled_with_it(desk: Desk) -> None:
    desk.add("A", PHONE)
    (reserved,) = desk.reserve().reserved
    seen = Ringing(reserved.request.id, NOON)
    settle(desk.books, lambda _: desk.work, [entry_of(seen)], [], NOON)
    with desk.books.read() as tx:
        assert tx.journal.events_of([seen.touch]) == {seen.touch: [seen]}
    assert desk.outcomes() == {seen.touch: None}


def test_telling_it_again_changes_nothing(desk: Desk) -> None:
    debtor = desk.add("A", PHONE)
    (reserved,) = desk.reserve().reserved
    end = busy(desk, reserved)
    settle_now(desk, end, end)
    before = desk.plan(debtor)
    settle_now(desk, end, now=NOON + timedelta(hours=9))
    assert desk.plan(debtor) == before


def test_a_former_owner_s_late_report_does_not_undo_the_new_owner_s_plan(desk: Desk) -> None:
    debtor = desk.add("A", PHONE)
    (reserved,) = desk.reserve().reserved
    settle_now(desk, busy(desk, reserved))
    later = NOON + timedelta(minutes=15)
    (again,) = desk.reserve(now=later).reserved
    settle_now(desk, busy(desk, reserved), now=later)
    assert desk.plan(debtor) == again.plan
    assert (desk.plan(debtor).state, desk.plan(debtor).touch_id) == (PlanState.IN_TOUCH, again.request.id)


def test_a_batch_over_several_campaigns_asks_each_its_own_strategy(desk: Desk) -> None:
    asked: list[int] = []

    def work_of(campaign_id: int) -> Work:
        asked.append(campaign_id)
        return desk.work

    desk.add("A", PHONE), desk.add("B", OTHER)
    with desk.books.write() as tx:
        other = add_campaign(tx, desk.portfolio.id, "autumn")
    first, second = (busy(desk, reserved) for reserved in desk.reserve().reserved)
    settle(desk.books, work_of, [], [first, replace(second, campaign_id=other.id)], NOON)
    assert asked == [desk.campaign.id, other.id]


def test_a_promise_is_written_down_with_its_touch_and_waited_for(desk: Desk) -> None:
    debtor = desk.add("A", PHONE)
    strategy = parse_strategy(f"{BODY}  promise: {{wait: 7d}}\n", "test.yaml")
    (reserved,) = desk.reserve().reserved
    touch = reserved.request.id
    told = (Answered(touch, NOON), ResultRecorded(touch, NOON, "promise"), HungUp(touch, NOON, 16))
    settle(
        desk.books, lambda _: replace(desk.work, strategy=strategy), [], [ended(desk, reserved, *told)], NOON
    )
    with desk.books.read() as tx:
        row = tx.connection.execute(select(table(PromiseRow))).one()
    assert (row.debtor_id, row.touch_id, row.made_at) == (debtor.id, touch, NOON)
    assert (row.due, row.kopecks, row.state) == (NOON.date() + timedelta(days=7), None, "open")
    assert (desk.plan(debtor).why, desk.plan(debtor).due_at) == (Why.ANSWERED, NOON + timedelta(days=7))


def test_the_day_and_the_sum_that_the_debtor_named_are_the_promise(desk: Desk) -> None:
    desk.add("A", PHONE)
    (reserved,) = desk.reserve().reserved
    touch = reserved.request.id
    told = (
        Answered(touch, NOON),
        AnswerGiven(touch, NOON, "when", "promise_date", "2026-03-15"),
        AnswerGiven(touch, NOON, "how_much", "promise_sum", "1500"),
        ResultRecorded(touch, NOON, "promise"),
        HungUp(touch, NOON, 16),
    )
    settle_now(desk, ended(desk, reserved, *told))
    with desk.books.read() as tx:
        row = tx.connection.execute(select(table(PromiseRow))).one()
    assert (row.due, row.kopecks) == (date(2026, 3, 15), 150_000)


def test_who_paid_while_he_was_rung_is_planned_anew_when_the_call_ends(desk: Desk) -> None:
    debtor = desk.add("A", PHONE)
    (reserved,) = desk.reserve().reserved
    with desk.books.write() as tx:
        tx.connection.execute(update(table(DebtRow)).values(kopecks=0))
    settle_now(desk, busy(desk, reserved))
    assert (desk.plan(debtor).state, desk.plan(debtor).why) == (PlanState.DONE, Why.PAID)


def test_a_phone_is_dead_when_the_carrier_has_refused_it_three_times_in_a_row(desk: Desk) -> None:
    debtor = desk.add("A", PHONE, OTHER)
    statuses = []
    for nth in range(3):
        with desk.books.write() as tx:
            tx.plans.save(
                desk.campaign.id, [Plan(debtor.id, NOON, segment="big", step="inform", priority=10)]
            )
        (reserved,) = desk.reserve(now=NOON + timedelta(hours=nth)).reserved
        touch = reserved.request.id
        refused = ended(desk, reserved, Created(touch, NOON), HungUp(touch, NOON, 1, 404))
        assert refused.verdict.outcome is Outcome.INVALID_NUMBER
        settle_now(desk, refused)
        with desk.books.read() as tx:
            statuses.append(tx.debtors.load([debtor.id])[debtor.id].phones[0].status)
    assert statuses == [PhoneStatus.UNVERIFIED, PhoneStatus.UNVERIFIED, PhoneStatus.DEAD]


class TestCosts:
    """A cap in roubles: 1 an attempt and 2 a begun minute, 9 in all."""

    @pytest.fixture
    def capped(self, desk: Desk) -> Desk:
        text = BODY.replace(
            "ivr: debt_informer\n        retry",
            "ivr: debt_informer\n        cap: {roubles_a_day: 9}\n        retry",
        )
        strategy, prices = parse_strategy(text, "test.yaml"), Prices(attempt=1, minute=2)
        desk.taken = replace(desk.taken, work=replace(desk.taken.work, strategy=strategy, prices=prices))
        return desk

    def use(self, desk: Desk) -> list[Use]:
        with desk.books.read() as tx:
            return list(tx.step_use.of_day(desk.campaign.id, NOON.date()).values())

    def test_calls_that_are_up_count_as_a_minute_and_then_as_what_they_were(self, capped: Desk) -> None:
        for nth in range(5):
            capped.add(f"D{nth}", f"+7916000000{nth}")
        first, second, third = capped.reserve().reserved
        assert self.use(capped) == [(3, 900)]
        assert capped.reserve().reserved == []
        touch = third.request.id
        long = (Answered(touch, NOON), HungUp(touch, NOON + timedelta(seconds=61), 16))
        unplaced = ended(capped, first, NotPlaced(first.request.id, NOON, "the link is down"))
        settle_now(capped, unplaced, busy(capped, second), ended(capped, third, *long))
        assert self.use(capped) == [(2, 100 + 500)]
