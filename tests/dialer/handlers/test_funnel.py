"""The funnel: judged together or one by one, every debtor comes into the bucket that the engine would put him into."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

import pytest
from sqlalchemy import event

from dialer.handlers.funnel import (
    CALLABLE,
    HELD,
    IN_TOUCH,
    NOT_PLANNED,
    PASSED_OVER,
    Bucket,
    Stage,
    funnel,
)
from dialer.handlers.reserve import present_of, touch_request
from dialer.handlers.take_over import work_of
from dialer.ids import new_touch_id
from domain.block import Block, Consent
from domain.call import Call
from domain.campaign import Plan, PlanState, Why
from domain.debtor import Debtor
from domain.intensity import SLOT, Refused
from domain.rules import Count, LimitRule, Scope
from domain.touch import ANY_ATTEMPT, CHANNEL_GROUPS, Channel, Outcome, TouchId
from domain.verdict import Verdict
from domain.window import CalendarWindow, parse_hours
from ledger.books import Books, Transaction
from ledger.reports.funnel import FunnelRows
from ledger.touches import Closing
from strategies.evaluate import first_plan, next_step
from strategies.moves import Act
from tests.ledger.conftest import books, books_url
from tests.ledger.rows import BASIS, CALLER, NOON, THREE_A_DAY, add_campaign, add_debtor, request, rules_of

__all__ = ["books", "books_url"]

pytestmark = pytest.mark.unit

BODY = """\
name: test
regime: ru-230fz-agency
policies: [attempts-3-a-day, one-talk-per-phone-per-day]
segments:
  - {id: vulnerable, when: {vulnerable: true}, stop: an operator helps}
  - {id: small, when: {sum: {below: 300}}, stop: costs more than it brings}
  - id: shared
    when: {sum: {below: 5000}}
    priority: 10
    split:
      salt: x
      variants: {champion: {share: 70}, control: {share: 30, leave_alone: true}}
    steps:
      - {id: inform, ivr: debt_informer, hours: "09:00-18:00"}
      - {id: write, message: {kind: sms, text: pay}}
      - {id: pause, wait: 3d}
      - {id: again, ivr: debt_informer}
  - id: capped
    when: {sum: {below: 9000}}
    steps: [{id: inform, ivr: debt_informer, cap: {touches_a_day: 0}}]
  - id: last
    when: {sum: {below: 20000}}
    steps:
      - {id: inform, ivr: debt_informer}
      - {id: end, stop: was told}
"""
ZONES = (
    "Europe/Moscow",
    "Europe/Kaliningrad",
    "Asia/Vladivostok",
    "Asia/Omsk,Europe/Moscow",
    "Pacific/Auckland",
    "",
)
NO_RULES = rules_of()


class Crowd:
    """A portfolio in which everything happens, made by chance from a seed."""

    def __init__(self, tx: Transaction, seed: int, size: int = 60) -> None:
        self.tx, self.random = tx, Random(seed)
        tx.numbers.put(CALLER)
        self.portfolio = tx.portfolios.put("heat", creditor="Тепло", contact_phone="", basis=BASIS).id
        self.campaign = add_campaign(tx, self.portfolio, body=BODY)
        self.work = work_of(tx, self.campaign)
        self.debtors = [self.debtor(number) for number in range(size)]
        self.touches()
        for debtor in self.debtors:
            self.block(debtor)
            if self.random.random() < 0.95:
                tx.plans.save(self.campaign.id, [self.plan(debtor)])

    def debtor(self, number: int) -> Debtor:
        draw = self.random
        phones = {f"+7916000{draw.randrange(60):04d}" for _ in range(draw.choice([1, 1, 2, 3]))}
        roubles = draw.choice([0, 100, 1000, 1000, 1000, 7000, 15000, 15000, 50000])
        zones, vulnerable = draw.choice(ZONES), draw.random() < 0.1
        return add_debtor(
            self.tx,
            self.portfolio,
            f"D{number}",
            *sorted(phones),
            roubles=roubles,
            zones=zones,
            vulnerable=vulnerable,
            person=f"person {number // 3 % 9}" if number % 3 == 0 else None,
        )

    def touches(self) -> None:
        draw = self.random
        ago = (timedelta(hours=draw.choice([1, 2, 20, 90]), minutes=draw.randrange(50)) for _ in count())
        times = sorted(next(ago) for debtor in self.debtors for _ in range(draw.choice([0, 1, 2, 4])))
        for at in (NOON - before for before in reversed(times)):
            debtor, id = draw.choice(self.debtors[: len(self.debtors) // 2]), new_touch_id()
            asked = request(debtor, id, draw.choice([None, self.campaign]), draw.choice(debtor.phones).number)
            self.tx.touches.reserve([asked], NO_RULES, BASIS, at)
            outcome = draw.choice([*[Outcome.NO_ANSWER] * 3, Outcome.MSG_DELIVERED, Outcome.NOT_PLACED, None])
            if outcome:
                self.tx.touches.close([Closing(Call(TouchId(id)), Verdict(outcome, ""), at)])

    def block(self, debtor: Debtor) -> None:
        draw = self.random
        if draw.random() < 0.3:
            start = NOON + timedelta(days=draw.choice([-9, -9, -9, 1]))
            end = draw.choice([None, NOON - timedelta(days=1), NOON + timedelta(days=1)])
            channels = draw.choice(
                [CHANNEL_GROUPS["call"], CHANNEL_GROUPS["direct"], frozenset({Channel.SMS})]
            )
            block = Block(channels, start, end, reason="hospital" if debtor.person else "other")
            if draw.random() < 0.3:
                block = replace(block, scope=Scope.PHONE, target=draw.choice(debtor.phones).number)
            whose = None if block.target and draw.random() < 0.5 else debtor.id
            self.tx.blocks.put(block, debtor_id=whose, author="x")

    def plan(self, debtor: Debtor) -> Plan:
        draw = self.random
        plan = first_plan(self.work.strategy, debtor, NOON - timedelta(days=1))
        segment = self.work.strategy.segment(plan.segment)
        if segment and plan.state is PlanState.DUE:
            steps = [step.id for step in segment.steps_of(plan.variant)]
            changes: dict[str, Any] = draw.choice(
                [
                    {},
                    {},
                    {},
                    {"due_at": NOON, "why": Why.RETRY},
                    {"due_at": NOON + timedelta(hours=1), "why": Why.RETRY},
                    {"due_at": NOON + timedelta(hours=1), "why": Why.HELD_BACK},
                    {"state": PlanState.IN_TOUCH, "touch_id": "1"},
                    {"state": PlanState.DONE, "why": Why.FINISHED},
                ]
            )
            plan = replace(plan, step=draw.choice(steps), **changes)
        return plan


def one_by_one(crowd: Crowd) -> Counter[Bucket]:
    """Every debtor put to strategy and rules by himself."""
    plans = crowd.tx.plans.load(crowd.campaign.id, [debtor.id for debtor in crowd.debtors])
    return Counter(
        of_plan(crowd, debtor, plans[debtor.id]) if debtor.id in plans else NOT_PLANNED
        for debtor in crowd.debtors
    )


def of_plan(crowd: Crowd, debtor: Debtor, plan: Plan) -> Bucket:
    if plan.state is PlanState.IN_TOUCH:
        return IN_TOUCH
    present = replace(present_of(crowd.tx, crowd.campaign, crowd.work, NOON), lawful=None)
    while plan.state is PlanState.DUE and plan.due_at <= NOON:
        decision = next_step(crowd.work.strategy, debtor, plan, NOON, (), present)
        if isinstance(decision, Act):
            return of_verdict(crowd, debtor, decision)
        plan = decision.plan
        if decision.reason.why not in PASSED_OVER:
            break
    if plan.state is PlanState.DONE:
        return Bucket(Stage.DONE, plan.why)
    return Bucket(Stage.HELD_BACK if plan.why in HELD else Stage.WAITS, plan.why)


def of_verdict(crowd: Crowd, debtor: Debtor, act: Act) -> Bucket:
    asked = touch_request(act, debtor, crowd.campaign, crowd.work, "", new_touch_id())
    ((verdict, _),) = crowd.tx.touches.judge([asked], crowd.work.rules, crowd.work.portfolio.basis, NOON)
    return Bucket(Stage.HELD_BACK, verdict.rules[0]) if isinstance(verdict, Refused) else CALLABLE


@pytest.mark.parametrize("seed", range(4))
def test_it_is_what_every_debtor_says_for_himself(books: Books, seed: int) -> None:
    with books.write() as tx:
        crowd = Crowd(tx, seed)
        found = funnel(tx, crowd.work, crowd.campaign, NOON)
        assert Counter(found.buckets) == one_by_one(crowd)
        assert found.debtors == len(crowd.debtors)


def test_a_crowd_is_in_many_buckets(books: Books) -> None:
    """Else the test above would prove nothing."""
    with books.write() as tx:
        crowd = Crowd(tx, 1, 250)
        found = funnel(tx, crowd.work, crowd.campaign, NOON).buckets
    assert set(Stage) == {bucket.stage for bucket in found}
    held = {bucket.why for bucket in found if bucket.stage is Stage.HELD_BACK}
    assert held >= {"block", "zone", "hours", "attempts-per-day", "outside_hours", "cap", "held_back"}
    assert {Why.LEFT_ALONE, Why.CONTROL, Why.PAID, Why.NO_SEGMENT} <= {
        bucket.why for bucket in found if bucket.stage is Stage.DONE
    }


def test_without_a_legal_basis_nobody_is_callable(books: Books) -> None:
    with books.write() as tx:
        crowd = Crowd(tx, 2)
        work = replace(crowd.work, portfolio=replace(crowd.work.portfolio, basis=None))
        found = funnel(tx, work, crowd.campaign, NOON).buckets
    assert CALLABLE not in found
    assert found[Bucket(Stage.HELD_BACK, "legal-basis")]


def test_a_number_that_may_not_be_shown_any_more_holds_all_back(books: Books) -> None:
    with books.write() as tx:
        crowd = Crowd(tx, 1)
        tx.numbers.put(replace(CALLER, valid_to=NOON - timedelta(hours=1)))
        found = funnel(tx, crowd.work, crowd.campaign, NOON).buckets
        assert found == one_by_one(crowd)
    assert CALLABLE not in found


@pytest.mark.parametrize("most", [1, 5, 1000])
@pytest.mark.parametrize("counted", sorted(Count))
@pytest.mark.parametrize("scope", [Scope.TRUNK, Scope.CAMPAIGN])
def test_limits_of_the_house(books: Books, scope: Scope, counted: Count, most: int) -> None:
    with books.write() as tx:
        crowd = Crowd(tx, 1)
        house = LimitRule(
            "house", CHANNEL_GROUPS["call"], ANY_ATTEMPT, CalendarWindow("day"), most, scope, counted
        )
        rules = replace(crowd.work.rules, limits=(*crowd.work.rules.limits, house))
        work = crowd.work = replace(crowd.work, rules=rules)
        assert funnel(tx, work, crowd.campaign, NOON).buckets == one_by_one(crowd)


def test_hours_that_debtors_chose_and_rules_that_they_waive(books: Books) -> None:
    with books.write() as tx:
        crowd = Crowd(tx, 1)
        morning = Consent(frozenset(Channel), NOON - timedelta(days=1), slot=parse_hours("08:00-09:00"))
        for debtor in crowd.debtors[::3]:
            tx.consents.put(morning, debtor_id=debtor.id, author="test")
        found = funnel(tx, crowd.work, crowd.campaign, NOON).buckets
        assert found == one_by_one(crowd)
    assert found[Bucket(Stage.HELD_BACK, SLOT)]


def test_a_person_of_another_portfolio_holds_him_back(books: Books) -> None:
    with books.write() as tx:
        crowd = Crowd(tx, 3, 0)
        water = tx.portfolios.put("water", creditor="Водоканал", contact_phone="", basis=BASIS)
        mine = [
            add_debtor(tx, crowd.portfolio, key, f"+7916000000{place}", roubles=15000, person=f"person {key}")
            for place, key in enumerate("ABC")
        ]
        others = {
            key: add_debtor(tx, water.id, key, f"+7916000001{place}", person=f"person {key}")
            for place, key in enumerate("AB")
        }
        tx.plans.save(
            crowd.campaign.id,
            [Plan(debtor.id, NOON, segment="last", step="inform") for debtor in mine],
        )
        work = replace(crowd.work, rules=rules_of(THREE_A_DAY))
        assert funnel(tx, work, crowd.campaign, NOON).buckets == {CALLABLE: 3}
        for number in range(3):
            tx.touches.reserve([request(others["A"], f"t{number}")], NO_RULES, BASIS, NOON)
        hospital = Block(CHANNEL_GROUPS["call"], NOON, reason="hospital")
        tx.blocks.put(hospital, debtor_id=others["B"].id, author="x")
        found = funnel(tx, work, crowd.campaign, NOON).buckets
    assert found == {
        CALLABLE: 1,
        Bucket(Stage.HELD_BACK, "attempts-per-day"): 1,
        Bucket(Stage.HELD_BACK, "block"): 1,
    }


def test_plans_of_a_step_that_is_no_more_wait_to_be_planned(books: Books) -> None:
    with books.write() as tx:
        crowd = Crowd(tx, 3, 0)
        debtor = crowd.debtor(1)
        plan = replace(Plan(debtor.id, NOON), segment="shared", variant="champion", step="gone")
        tx.plans.save(crowd.campaign.id, [plan])
        found = funnel(tx, crowd.work, crowd.campaign, NOON)
    assert found.buckets == {Bucket(Stage.WAITS, Why.STRATEGY_CHANGED): 1}


def test_the_document_sums_to_the_whole(books: Books) -> None:
    with books.write() as tx:
        crowd = Crowd(tx, 4)
        document = funnel(tx, crowd.work, crowd.campaign, NOON).to_json()
    assert sum(bucket["share"] for bucket in document["buckets"]) == pytest.approx(1)
    assert (
        sum(bucket["debtors"] for bucket in document["buckets"]) == document["debtors"] == len(crowd.debtors)
    )
    stages = [bucket["stage"] for bucket in document["buckets"]]
    assert stages == sorted(stages, key=list(Stage).index)


def test_an_empty_portfolio_has_no_share_to_tell(books: Books) -> None:
    with books.write() as tx:
        crowd = Crowd(tx, 5, 0)
        assert funnel(tx, crowd.work, crowd.campaign, NOON).to_json()["buckets"] == []


@pytest.mark.parametrize("books_url", ["sqlite"], indirect=True)
def test_plans_are_counted_in_the_order_of_one_index(books: Books) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))

    with books.write() as tx:
        crowd = Crowd(tx, 4)
        event.listen(books.engine, "before_cursor_execute", note)
        rows = list(FunnelRows(tx.connection, crowd.campaign, NOON).plans())
        event.remove(books.engine, "before_cursor_execute", note)
        ((statement, parameters),) = asked
        steps = tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    assert sum(row.plans for row in rows) <= len(crowd.debtors)
    assert [step.detail for step in steps] == [
        "SEARCH plan USING COVERING INDEX plan_alike (campaign_id=?)"
    ], "a sort of a million plans takes seconds"
