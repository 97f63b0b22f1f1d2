"""What an operator's word of a talk means for a plan, and what he may agree to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.campaign import Plan, PlanState, Why
from strategies.after_talk import after_talk
from strategies.load import parse_strategy
from strategies.promises import PromiseRules
from tests.faults import told
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

DAY = timedelta(days=1)
BODY = """\
name: test
regime: ru-230fz-agency
segments: [{id: all, steps: [{id: talk, call: {mode: preview}}]}]
after_result:
  refusal: {stop: refused}
  dispute: {wait: 7d}
  wrong_person: {other_phone: 1d}
promises: {within: 14d, share: 30, parts: 6}
"""
STRATEGY = parse_strategy(BODY, "s.yaml")
PLAN = Plan(1, NOON, segment="all", step="talk")


def after(result: str, plan: Plan = PLAN, **told: object) -> Plan:
    return after_talk(STRATEGY, plan, result, NOON, words="he said so", phone="+79160000001", **told)  # type: ignore[arg-type]


def test_the_strategy_says_what_follows() -> None:
    assert (after("refusal").state, after("refusal").reason) == (PlanState.DONE, "refused")
    assert (after("dispute").due_at, after("dispute").why) == (NOON + 7 * DAY, Why.ANSWERED)
    other = after("wrong_person")
    assert (other.due_at, other.turn, other.avoid) == (NOON + DAY, 1, "+79160000001")
    assert after("promise") is PLAN, "of what it says nothing nothing follows"


def test_what_the_talk_has_given_holds_unless_the_strategy_stops() -> None:
    rested = after("dispute", rests_until=NOON + 3 * DAY)
    assert (rested.due_at, rested.reason) == (NOON + 3 * DAY, "he said so")
    assert after("refusal", rests_until=NOON + 3 * DAY).state is PlanState.DONE


@pytest.mark.parametrize("state", sorted({PlanState.IN_TOUCH, PlanState.DONE}))
def test_an_open_touch_and_a_plan_that_is_done_are_left_alone(state: PlanState) -> None:
    plan = replace(PLAN, state=state)
    assert after("refusal", plan) is plan


def test_what_may_be_agreed_to() -> None:
    assert (PromiseRules().least(100_000), PromiseRules().least(0)) == (1, 1)
    assert PromiseRules(share=30).least(100_001) == 30_100, "whole roubles, no less than the share"
    assert PromiseRules(share=100).least(150) == 150, "never more than all that is owed"


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("within: soon", "promises.within: 'soon' is not a duration"),
        ("share: 101", "promises.share:"),
        ("parts: 1", "promises.parts:"),
        ("sum: 5", "promises.sum:"),
    ],
)
def test_wrong_rules_are_one_line(field: str, line: str) -> None:
    body = BODY.replace("promises: {within: 14d, share: 30, parts: 6}", f"promises: {{{field}}}")
    assert line in told(parse_strategy, body, "s.yaml")
