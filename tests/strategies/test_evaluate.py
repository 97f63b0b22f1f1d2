"""What next for a debtor, step by step to the end of his plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.campaign import Plan, PlanState, Why
from domain.debtor import Debt, Debtor
from domain.phone import Phone, PhoneNumber, PhoneStatus
from domain.touch import Channel, Outcome, TouchId
from strategies.after_touch import NOT_PLACED_PAUSE, NOT_PLACED_RETRIES, STEP_GONE_PAUSE, after_touch
from strategies.evaluate import first_plan, next_step
from strategies.language import Strategy
from strategies.load import parse_strategy, strategy_text
from strategies.moves import Act, Decision, Move

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
STRATEGY = parse_strategy(
    """\
name: test
regime: ru-230fz-agency
segments:
  - {id: vulnerable, when: {vulnerable: true}, stop: an operator helps}
  - {id: small, when: {sum: {below: 300}}, stop: too little}
  - id: fresh
    when: {months_overdue: {below: 6}, sum: {below: 10000}}
    priority: 20
    steps:
      - id: first
        ivr: hello
        retry:
          busy: {after: 15m, times: 2}
          unavailable: {after: 15m, times: 2, other_phone: true}
        repeat: {every: 3d, times: 1}
      - {id: pause, wait: 2d}
      - {id: second, ivr: again}
  - id: aged
    when: {months_overdue: {below: 36}}
    priority: 10
    steps: [{id: only, ivr: hello}]
after_result:
  promise: {wait: 5d}
  operator_wanted: {stop: waits for an operator}
  wrong_person: {other_phone: 1d}
""",
    "test.yaml",
)
PHONES = ("+79160000001", "+79160000002")


def debtor(roubles: int = 1000, oldest: date = date(2026, 1, 1), phones: tuple[str, ...] = PHONES) -> Debtor:
    return Debtor(
        7,
        "A7",
        1,
        ("Europe/Moscow",),
        debts=(Debt("1", "heat", roubles * 100, oldest),),
        phones=tuple(Phone(PhoneNumber(number), position=place) for place, number in enumerate(phones)),
    )


def plan(
    segment: str = "fresh", step: str = "first", attempts: int = 0, round: int = 0, turn: int = 0
) -> Plan:
    return Plan(7, NOW, segment=segment, step=step, attempts=attempts, round=round, turn=turn, priority=20)


def ended(of: Plan, outcome: Outcome, result: str = "", now: datetime = NOW) -> Plan:
    in_touch = replace(of, state=PlanState.IN_TOUCH, touch_id=TouchId("t1"))
    return after_touch(STRATEGY, in_touch, outcome, result, now, PHONES[0])


def ringing(decision: Decision) -> str:
    assert isinstance(decision, Act)
    assert decision.choice is not None
    return decision.choice.phone.number


class TestFirstPlan:
    @pytest.mark.parametrize(
        ("who", "segment", "why", "reason"),
        [
            (replace(debtor(), vulnerable=True), "vulnerable", Why.LEFT_ALONE, "an operator helps"),
            (debtor(299), "small", Why.LEFT_ALONE, "too little"),
            (debtor(0), "", Why.PAID, "paid"),
            (debtor(oldest=date(2020, 1, 1)), "", Why.NO_SEGMENT, "no segment takes this debtor"),
            (debtor(phones=()), "fresh", Why.NO_PHONE, "no phone that may be dialled"),
        ],
    )
    def test_those_left_alone_are_done_and_told_why(
        self, who: Debtor, segment: str, why: Why, reason: str
    ) -> None:
        first = first_plan(STRATEGY, who, NOW)
        assert (first.state, first.segment, first.why, first.reason) == (PlanState.DONE, segment, why, reason)

    @pytest.mark.parametrize(
        ("who", "segment", "priority", "step"),
        [
            (debtor(300), "fresh", 20, "first"),
            (debtor(9999), "fresh", 20, "first"),
            (debtor(10_000), "aged", 10, "only"),
            (debtor(oldest=date(2025, 9, 30)), "aged", 10, "only"),
            (debtor(oldest=date(2025, 10, 1)), "fresh", 20, "first"),
        ],
    )
    def test_the_first_segment_whose_clauses_all_hold(
        self, who: Debtor, segment: str, priority: int, step: str
    ) -> None:
        first = first_plan(STRATEGY, who, NOW)
        assert (first.state, first.due_at, first.segment) == (PlanState.DUE, NOW, segment)
        assert (first.priority, first.reason) == (priority, f"segment {segment}, step {step}")

    def test_a_debtor_whose_every_phone_is_ruled_out(self) -> None:
        wrong = replace(debtor().phones[0], status=PhoneStatus.WRONG)
        assert first_plan(STRATEGY, replace(debtor(), phones=(wrong,)), NOW).state is PlanState.DONE


class TestNextStep:
    def test_a_call(self) -> None:
        act = next_step(STRATEGY, debtor(), plan(), NOW)
        assert isinstance(act, Act)
        assert (act.step.channel, act.step.script) == (Channel.VOICE_MSG, "hello")
        assert ringing(act) == PHONES[0]
        assert act.plan == replace(plan(), why=Why.FIRST, reason="segment fresh, step first")
        assert act.reason.clause == "sum below 10000 roubles, months_overdue below 6 months"

    @pytest.mark.parametrize(
        ("of", "why", "reason"),
        [
            (plan(attempts=2), Why.RETRY, "segment fresh, step first, retry 2"),
            (plan(round=1), Why.REPEAT, "segment fresh, step first, repeat 1"),
            (plan(round=1, attempts=1), Why.RETRY, "segment fresh, step first, repeat 1, retry 1"),
            (plan(step="second"), Why.NEXT_STEP, "segment fresh, step second"),
        ],
    )
    def test_a_call_tells_which_one_it_is(self, of: Plan, why: Why, reason: str) -> None:
        act = next_step(STRATEGY, debtor(), of, NOW)
        assert (act.plan.why, act.plan.reason, str(act.reason)) == (why, reason, reason)

    def test_a_wait(self) -> None:
        move = next_step(STRATEGY, debtor(), plan(step="pause"), NOW)
        assert isinstance(move, Move)
        assert (move.plan.step, move.plan.due_at) == ("second", NOW + timedelta(days=2))
        assert (move.plan.why, move.plan.reason) == (Why.WAITS, "step pause waits 2d; then step second")

    @pytest.mark.parametrize(("turn", "phone"), [(0, 0), (1, 1), (2, 0)])
    def test_phones_take_turns(self, turn: int, phone: int) -> None:
        act = next_step(STRATEGY, debtor(), plan(attempts=1, round=1, turn=turn), NOW)
        assert ringing(act) == PHONES[phone]

    def test_a_phone_that_is_ruled_out_is_passed_over(self) -> None:
        first, second = debtor().phones
        who = replace(debtor(), phones=(replace(first, status=PhoneStatus.WRONG), second))
        act = next_step(STRATEGY, who, plan(), NOW)
        assert ringing(act) == second.number

    def test_facts_that_changed_move_the_debtor_to_another_segment(self) -> None:
        before = plan(step="second", attempts=1, round=1)
        move = next_step(STRATEGY, debtor(oldest=date(2025, 1, 1)), before, NOW)
        assert isinstance(move, Move)
        assert (move.plan.segment, move.plan.step, move.plan.attempts) == ("aged", "only", 0)
        assert (move.plan.why, move.plan.priority) == (Why.FACTS_CHANGED, 10)
        assert move.plan.reason == "the facts have changed: segment aged, step only"

    @pytest.mark.parametrize(
        ("who", "of", "reason"),
        [
            (debtor(0), plan(), "paid"),
            (replace(debtor(), vulnerable=True), plan(), "an operator helps"),
            (debtor(phones=()), plan(), "no phone that may be dialled"),
        ],
    )
    def test_an_end_has_its_reason(self, who: Debtor, of: Plan, reason: str) -> None:
        move = next_step(STRATEGY, who, of, NOW)
        assert isinstance(move, Move)
        assert (move.plan.state, move.plan.reason) == (PlanState.DONE, reason)

    def test_who_has_paid_is_left_alone(self) -> None:
        who = replace(debtor(), debts=())
        move = next_step(parse_strategy(*all_in_one()), who, plan("all", "only"), NOW)
        assert isinstance(move, Move)
        assert (move.plan.state, move.plan.reason) == (PlanState.DONE, "paid")


def all_in_one() -> tuple[str, str]:
    text = "name: t\nregime: ru-230fz-agency\nsegments: [{id: all, steps: [{id: only, ivr: hello}]}]\n"
    return text, "t.yaml"


class TestAfterTouch:
    def test_retries_of_an_outcome_then_the_repeat_then_the_next_step(self) -> None:
        story, now = plan(), NOW
        reasons = []
        for _ in range(7):
            story = ended(story, Outcome.BUSY, now=now)
            reasons.append((story.reason, story.due_at - now))
            now = story.due_at
            if story.step == "pause":
                break
        quarter, days = timedelta(minutes=15), timedelta(days=3)
        assert reasons == [
            ("busy, retry 1 of 2", quarter),
            ("busy, retry 2 of 2", quarter),
            ("busy, repeat 1 of 1", days),
            ("busy, retry 1 of 2", quarter),
            ("busy, retry 2 of 2", quarter),
            ("busy; then step pause", timedelta()),
        ]
        assert (story.attempts, story.round, story.state) == (0, 0, PlanState.DUE)

    @pytest.mark.parametrize(
        ("outcome", "result", "turn"),
        [
            (Outcome.BUSY, "", 0),  # a retry: the same phone
            (Outcome.UNAVAILABLE, "", 1),  # a retry that names another phone
            (Outcome.NO_ANSWER, "", 1),  # a repeat
            (Outcome.TALK_WRONG_PERSON, "wrong_person", 1),
            (Outcome.NOT_PLACED, "", 0),
        ],
    )
    def test_which_phone_is_next(self, outcome: Outcome, result: str, turn: int) -> None:
        assert ended(plan(), outcome, result).turn == turn

    def test_the_last_step_ends_the_plan(self) -> None:
        last = ended(plan(step="second"), Outcome.NO_ANSWER)
        assert (last.state, last.reason) == (PlanState.DONE, "no_answer; all steps are done")

    def test_an_ended_touch_is_no_longer_the_plan_s(self) -> None:
        for outcome in Outcome:
            assert ended(plan(), outcome).touch_id is None

    def test_a_promise_waits_at_least_as_long(self) -> None:
        repeated = ended(plan(), Outcome.MSG_DELIVERED, "promise")
        assert (repeated.due_at, repeated.round) == (NOW + timedelta(days=5), 1)
        assert repeated.reason == "answered promise, repeat 1 of 1"
        next_one = ended(plan(round=1), Outcome.MSG_DELIVERED, "promise")
        assert (next_one.step, next_one.due_at) == ("pause", NOW + timedelta(days=5))

    def test_who_wants_an_operator_is_done(self) -> None:
        done = ended(plan(), Outcome.MSG_DELIVERED, "operator_wanted")
        assert (done.state, done.reason) == (PlanState.DONE, "waits for an operator")

    def test_a_wrong_person_s_phone_is_followed_by_another(self) -> None:
        again = ended(plan(), Outcome.TALK_WRONG_PERSON, "wrong_person")
        assert (again.attempts, again.turn, again.due_at) == (1, 1, NOW + timedelta(days=1))
        assert (again.avoid, ended(again, Outcome.BUSY).avoid) == (PHONES[0], "")
        assert again.reason == "answered wrong_person, another phone next"

    def test_an_answer_that_the_strategy_does_not_know_changes_nothing(self) -> None:
        assert ended(plan(), Outcome.BUSY, "hummed") == ended(plan(), Outcome.BUSY)

    def test_a_call_that_was_not_placed_is_tried_soon_and_not_for_ever(self) -> None:
        story = plan()
        for attempt in range(NOT_PLACED_RETRIES):
            story = ended(story, Outcome.NOT_PLACED)
            assert (story.attempts, story.due_at) == (attempt + 1, NOW + NOT_PLACED_PAUSE)
        story = ended(story, Outcome.NOT_PLACED)
        assert story.reason == "the call could not be placed, repeat 1 of 1"

    def test_a_segment_that_is_gone_is_looked_at_anew(self) -> None:
        changed = ended(plan("gone"), Outcome.BUSY)
        assert (changed.state, changed.due_at, changed.reason) == (
            PlanState.DUE,
            NOW + STEP_GONE_PAUSE,
            "the strategy has changed",
        )
        moved = next_step(STRATEGY, debtor(), changed, NOW).plan
        assert (moved.segment, moved.step, moved.why) == ("fresh", "first", Why.STRATEGY_CHANGED)

    def test_a_step_that_is_gone_sends_nobody_into_another_one_unawares(self) -> None:
        moved = next_step(STRATEGY, debtor(), plan(step="gone", attempts=2), NOW)
        assert isinstance(moved, Move)
        assert (moved.plan.step, moved.plan.attempts, moved.plan.why) == ("first", 0, Why.STRATEGY_CHANGED)
        assert moved.plan.reason == "the strategy has changed: step first is next"


def lived(strategy: Strategy, who: Debtor, fate: Callable[[int], tuple[Outcome, str]]) -> list[Plan]:
    """All plans of a debtor from the first to the last, however the touches end."""
    plans, now = [first_plan(strategy, who, NOW)], NOW
    while plans[-1].state is PlanState.DUE and len(plans) < 2000:
        now = max(now, plans[-1].due_at)
        decision = next_step(strategy, who, plans[-1], now)
        if isinstance(decision, Act):
            plans.append(after_touch(strategy, decision.plan, *fate(len(plans)), now))
        else:
            plans.append(decision.plan)
    return plans


FATES = st.lists(
    st.tuples(st.sampled_from(Outcome), st.sampled_from(["", "promise", "listened"])), min_size=1, max_size=12
)
SHIPPED = parse_strategy(*strategy_text("utilities-technical"))


@pytest.mark.parametrize("strategy", [STRATEGY, SHIPPED], ids=lambda strategy: strategy.name)
class TestWholeLives:
    @given(fates=FATES)
    def test_every_plan_ends_and_says_why(self, strategy: Strategy, fates: list[tuple[Outcome, str]]) -> None:
        plans = lived(strategy, debtor(), lambda place: fates[place % len(fates)])
        assert plans[-1].state is PlanState.DONE
        assert all(plan.reason for plan in plans)
        assert all(earlier.due_at <= later.due_at for earlier, later in pairwise(plans))

    @given(fates=FATES)
    def test_the_same_facts_give_the_same_plans(
        self, strategy: Strategy, fates: list[tuple[Outcome, str]]
    ) -> None:
        def fate(place: int) -> tuple[Outcome, str]:
            return fates[place % len(fates)]

        assert lived(strategy, debtor(), fate) == lived(strategy, debtor(), fate)
