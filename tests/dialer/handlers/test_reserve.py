"""A batch of reservations on real books: taken, asked, logged or put off, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from dialer.handlers.reserve import STALE_DUE
from domain.call import Call
from domain.campaign import CampaignStatus, PlanState, Why
from domain.errors import LeaseLost
from domain.phone import PhoneStatus
from domain.rules import HoursRule
from domain.touch import Outcome, TouchId
from domain.verdict import Verdict
from domain.window import Hours
from ledger.books import Books
from ledger.touches import Closing
from strategies.load import parse_strategy
from tests.dialer.work import BODY, RULES, Desk
from tests.ledger.rows import BASIS, CALLER, CALLS, NOON

pytestmark = pytest.mark.unit

MIDNIGHT = datetime(2026, 3, 10, 21, tzinfo=UTC)
PHONE, OTHER = "+79160000001", "+79160000002"


@pytest.fixture
def desk(books: Books) -> Desk:
    return Desk(books)


class TestReserved:
    def test_a_due_debtor_is_logged_and_his_plan_waits_for_the_touch(self, desk: Desk) -> None:
        debtor = desk.add("A", PHONE)
        batch = desk.reserve()
        (reserved,) = batch.reserved
        touch = reserved.request
        assert (touch.phone, touch.script, touch.node, touch.segment) == (
            PHONE,
            "debt_informer@1",
            "n1",
            "big",
        )
        assert (touch.campaign_id, touch.caller_number) == (desk.campaign.id, "+78000000000")
        assert desk.plan(debtor) == reserved.plan
        assert (reserved.plan.state, reserved.plan.touch_id) == (PlanState.IN_TOUCH, touch.id)
        assert desk.outcomes() == {touch.id: None}
        assert (batch.taken, batch.refusals) == (1, {})

    def test_who_is_in_touch_is_not_taken_again(self, desk: Desk) -> None:
        desk.add("A", PHONE)
        desk.reserve()
        again = desk.reserve()
        assert (again.taken, again.reserved) == (0, [])

    def test_the_highest_priority_first_and_no_more_than_wanted(self, desk: Desk) -> None:
        big, huge = desk.add("A", PHONE), desk.add("B", OTHER, roubles=9000)
        assert [r.request.debtor for r in desk.reserve(1).reserved] == [huge]
        assert [r.request.debtor for r in desk.reserve(1).reserved] == [big]

    @pytest.mark.parametrize("want", [0, -1])
    def test_none_wanted(self, desk: Desk, want: int) -> None:
        desk.add("A", PHONE)
        assert desk.reserve(want).taken == 0


class TestRefused:
    def test_a_refused_plan_is_due_when_it_is_allowed_and_says_which_rule_held_it(self, desk: Desk) -> None:
        first, neighbour = desk.add("A", PHONE), desk.add("B", PHONE)
        batch = desk.reserve()
        assert [r.request.debtor for r in batch.reserved] == [first]
        held = desk.plan(neighbour)
        assert (held.state, held.due_at, held.touch_id) == (PlanState.DUE, MIDNIGHT, None)
        assert held.reason == "held back by live-per-phone"
        assert batch.refusals == {"live-per-phone": 1}
        assert len(desk.outcomes()) == 1

    def test_every_rule_that_held_it_is_named(self, desk: Desk) -> None:
        debtor = desk.add("A", PHONE)
        touch = desk.reserve().reserved[0]
        plan = replace(touch.plan, state=PlanState.DUE, touch_id=None)
        with desk.books.write() as tx:
            tx.plans.save(desk.campaign.id, [plan])
        batch = desk.reserve()
        assert desk.plan(debtor).reason == "held back by live-per-day, live-per-phone"
        assert batch.refusals == {"live-per-day": 1, "live-per-phone": 1}

    def test_outside_hours(self, desk: Desk) -> None:
        debtor = desk.add("A", PHONE)
        office = Hours(time(8), time(22))
        rules = replace(RULES, hours=(HoursRule("hours", CALLS, (office,), (office,)),))
        night = NOON.replace(hour=20)  # 23:00 in Moscow
        assert desk.reserve(rules=rules, now=night).reserved == []
        held = desk.plan(debtor)
        assert (held.due_at, held.reason) == (datetime(2026, 3, 11, 5, tzinfo=UTC), "held back by hours")

    def test_what_will_not_be_allowed_is_looked_at_again_in_a_while(self, desk: Desk) -> None:
        debtor = desk.add("A", PHONE)
        rules = replace(RULES, hours=(HoursRule("hours", CALLS, (), ()),))
        desk.reserve(rules=rules)
        held = desk.plan(debtor)
        assert held.due_at == NOON + STALE_DUE
        assert held.reason == "held back by hours; not within 60 days"

    def test_a_number_that_ends_in_mid_campaign_stops_the_calls(self, desk: Desk) -> None:
        desk.add("A", PHONE)
        second = desk.add("B", OTHER)
        with desk.books.write() as tx:
            tx.numbers.put(replace(CALLER, valid_to=NOON + timedelta(minutes=1)))
        assert len(desk.reserve(1).reserved) == 1
        later = NOON + timedelta(minutes=1)
        batch = desk.reserve(now=later)
        assert (batch.reserved, batch.refusals) == ([], {"caller-number": 1})
        held = desk.plan(second)
        assert (held.state, held.due_at) == (PlanState.DUE, later + STALE_DUE)
        assert held.reason == "held back by caller-number; not within 60 days"
        with desk.books.write() as tx:
            tx.numbers.put(CALLER)
        assert len(desk.reserve(now=held.due_at).reserved) == 1

    def test_a_legal_basis_that_is_taken_back_in_mid_campaign_stops_the_calls(self, desk: Desk) -> None:
        desk.add("A", PHONE)
        second = desk.add("B", OTHER)
        assert len(desk.reserve(1).reserved) == 1
        desk.entitle(replace(BASIS, valid_to=NOON))
        assert (desk.reserve().reserved, desk.plan(second).reason) == (
            [],
            "held back by legal-basis; not within 60 days",
        )
        desk.entitle(BASIS)
        assert len(desk.reserve(now=NOON + STALE_DUE).reserved) == 1

    def test_a_number_whose_registration_is_still_to_begin(self, desk: Desk) -> None:
        debtor, tomorrow = desk.add("A", PHONE), NOON + timedelta(days=1)
        with desk.books.write() as tx:
            tx.numbers.put(replace(CALLER, valid_from=tomorrow))
        desk.reserve()
        held = desk.plan(debtor)
        assert (held.due_at, held.reason) == (tomorrow, "held back by caller-number")

    def test_a_debtor_without_a_zone_holds_up_nobody_else(self, desk: Desk) -> None:
        lost, other = desk.add("A", PHONE, zones=""), desk.add("B", OTHER)
        assert [r.request.debtor for r in desk.reserve().reserved] == [other]
        assert desk.plan(lost).reason == "held back by zone; not within 60 days"


class TestMoved:
    def test_a_plan_without_a_phone_left_is_done(self, desk: Desk) -> None:
        debtor = desk.add("A", PHONE)
        with desk.books.write() as tx:
            tx.debtors.mark_phone(debtor.id, PHONE, PhoneStatus.WRONG)
        batch = desk.reserve()
        assert (batch.taken, batch.reserved) == (1, [])
        assert (desk.plan(debtor).state, desk.plan(debtor).reason) == (
            PlanState.DONE,
            "no phone that may be dialled",
        )


class TestOwnership:
    def test_a_newer_owner_stops_the_older_and_nothing_is_written(self, desk: Desk) -> None:
        debtor = desk.add("A", PHONE)
        before, old = desk.plan(debtor), desk.taken
        desk.take_over()
        new, desk.taken = desk.taken, old
        with pytest.raises(LeaseLost, match="newer owner"):
            desk.reserve()
        assert (desk.plan(debtor), desk.outcomes()) == (before, {})
        desk.taken = new
        assert len(desk.reserve().reserved) == 1

    @pytest.mark.parametrize(
        "status", [CampaignStatus.PAUSED, CampaignStatus.STOPPED, CampaignStatus.FINISHED]
    )
    def test_only_a_running_campaign_dials(self, desk: Desk, status: CampaignStatus) -> None:
        desk.add("A", PHONE)
        with desk.books.write() as tx:
            tx.campaigns.set_status("spring", status)
        batch = desk.reserve()
        assert (batch.campaign.status, batch.taken, desk.outcomes()) == (status, 0, {})

    def test_changed_caps_are_seen_at_once(self, desk: Desk) -> None:
        with desk.books.write() as tx:
            tx.campaigns.set_caps("spring", max_channels=3)
        assert desk.reserve().campaign.max_channels == 3

    def test_the_call_limit_is_the_pacer_s_business(self, desk: Desk) -> None:
        desk.add("A", PHONE)
        with desk.books.write() as tx:
            tx.campaigns.set_caps("spring", call_limit=0)
        assert len(desk.reserve().reserved) == 1


def test_after_a_day_it_is_allowed_again(desk: Desk) -> None:
    debtor = desk.add("A", PHONE)
    (reserved,) = desk.reserve().reserved
    with desk.books.write() as tx:
        tx.touches.close(
            [Closing(Call(TouchId(reserved.request.id)), Verdict(Outcome.MSG_DELIVERED, ""), NOON)]
        )
        tx.plans.save(desk.campaign.id, [replace(reserved.plan, state=PlanState.DUE, touch_id=None)])
    assert desk.reserve(now=MIDNIGHT - timedelta(seconds=1)).reserved == []
    assert desk.plan(debtor).due_at == MIDNIGHT
    assert len(desk.reserve(now=MIDNIGHT).reserved) == 1


class TestCaps:
    CAPPED = BODY.replace(
        "ivr: debt_informer\n        retry",
        "ivr: debt_informer\n        cap: {touches_a_day: 3}\n        retry",
    )

    @pytest.fixture
    def desk(self, books: Books) -> Desk:
        desk = Desk(books)
        strategy = parse_strategy(self.CAPPED, "test.yaml")
        desk.taken = replace(
            desk.taken, work=replace(desk.taken.work, strategy=strategy, zone="Europe/Moscow")
        )
        return desk

    def test_a_step_stops_at_its_cap_until_tomorrow(self, desk: Desk) -> None:
        debtors = [desk.add(f"D{nth}", f"+7916000000{nth}") for nth in range(5)]
        assert [len(desk.reserve(want).reserved) for want in (2, 9, 9)] == [2, 1, 0]
        plans = [desk.plan(debtor) for debtor in debtors]
        assert [plan.state for plan in plans] == [PlanState.IN_TOUCH] * 3 + [PlanState.DUE] * 2
        midnight = datetime(2026, 3, 10, 21, tzinfo=UTC)
        assert {(plan.why, plan.due_at) for plan in plans[3:]} == {(Why.CAP, midnight)}
        assert len(desk.reserve(now=midnight + timedelta(hours=12)).reserved) == 2

    def test_whom_the_rules_refuse_uses_nothing_up(self, desk: Desk) -> None:
        same = [desk.add(f"S{nth}", "+79160000009") for nth in range(3)]
        others = [desk.add(f"D{nth}", f"+7916000000{nth}") for nth in range(3)]
        assert len(desk.reserve().reserved) == 1, "one live call a phone"
        assert len(desk.reserve().reserved) == 2
        assert [desk.plan(debtor).why for debtor in same[1:]] == [Why.HELD_BACK] * 2
        desk.reserve()
        assert [desk.plan(debtor).state for debtor in others] == [PlanState.IN_TOUCH] * 2 + [PlanState.DUE]
        assert desk.plan(others[2]).why is Why.CAP
