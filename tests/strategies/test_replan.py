"""Changed facts and changed strategies: who moves, who stays, and who is left in peace."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.campaign import Plan, PlanState, Why
from domain.phone import PhoneStatus
from domain.touch import Outcome, TouchId
from strategies.evaluate import first_plan
from strategies.load import parse_strategy
from strategies.replan import replan
from tests.strategies.test_evaluate import NOW, STRATEGY, debtor, ended

pytestmark = pytest.mark.unit

LATER = NOW + timedelta(hours=5)
FRESH = first_plan(STRATEGY, debtor(), NOW)
RETRIED = ended(FRESH, Outcome.BUSY)
WORKED_OUT = replace(
    FRESH, state=PlanState.DONE, step="second", why=Why.FINISHED, reason="all steps are done"
)


@pytest.mark.parametrize(
    "stands",
    [
        FRESH,
        RETRIED,
        replace(FRESH, state=PlanState.IN_TOUCH, touch_id=TouchId("t1")),
        WORKED_OUT,
        ended(FRESH, Outcome.TALK_DEBTOR, "operator_wanted"),
    ],
    ids=["due", "retried", "in touch", "worked out", "answered"],
)
def test_nothing_follows_from_nothing_new(stands: Plan) -> None:
    assert replan(STRATEGY, debtor(), stands, LATER) is stands


def test_an_open_touch_is_left_alone_whatever_has_happened() -> None:
    open_touch = replace(FRESH, state=PlanState.IN_TOUCH, touch_id=TouchId("t1"))
    assert replan(STRATEGY, debtor(0), open_touch, LATER) is open_touch


def test_who_has_paid_leaves_at_once_and_once() -> None:
    left = replan(STRATEGY, debtor(0), RETRIED, LATER)
    assert (left.state, left.why, left.due_at) == (PlanState.DONE, Why.PAID, LATER)
    assert replan(STRATEGY, debtor(0), left, LATER + timedelta(days=1)) is left
    assert replan(STRATEGY, debtor(0), WORKED_OUT, LATER).why is Why.PAID


def test_another_segment_begins_at_its_first_step() -> None:
    moved = replan(STRATEGY, debtor(20_000), RETRIED, LATER)
    assert (moved.segment, moved.step, moved.attempts, moved.due_at) == ("aged", "only", 0, LATER)
    assert (moved.why, moved.reason) == (Why.FACTS_CHANGED, "the facts have changed: segment aged, step only")
    assert replan(STRATEGY, debtor(20_000), WORKED_OUT, LATER).segment == "aged"


def test_but_not_before_the_time_that_he_asked_for() -> None:
    promised = ended(FRESH, Outcome.TALK_DEBTOR, "promise")
    assert promised.why is Why.ANSWERED
    assert promised.reason == "answered promise, repeat 1 of 1"
    moved = replan(STRATEGY, debtor(20_000), promised, LATER)
    assert (moved.segment, moved.due_at) == ("aged", NOW + timedelta(days=5))


def test_an_answer_that_ends_it_ends_it_in_every_segment() -> None:
    over = ended(FRESH, Outcome.TALK_DEBTOR, "operator_wanted")
    assert replan(STRATEGY, debtor(20_000), over, LATER) is over


def test_who_was_kept_out_comes_in_when_the_reason_is_gone() -> None:
    without = replace(debtor(), phones=())
    kept_out = first_plan(STRATEGY, without, NOW)
    assert kept_out.why is Why.NO_PHONE
    assert replan(STRATEGY, without, kept_out, LATER) is kept_out
    found = replan(STRATEGY, debtor(), kept_out, LATER)
    assert (found.state, found.step, found.why) == (PlanState.DUE, "first", Why.FACTS_CHANGED)


def test_the_loss_of_his_phones_ends_nothing_that_has_ended() -> None:
    dead = tuple(replace(phone, status=PhoneStatus.DEAD) for phone in debtor().phones)
    assert replan(STRATEGY, replace(debtor(), phones=dead), WORKED_OUT, LATER) is WORKED_OUT
    assert replan(STRATEGY, replace(debtor(), phones=dead), RETRIED, LATER).why is Why.NO_PHONE


@pytest.mark.parametrize(
    ("before", "after", "step", "why"),
    [
        ("- id: first\n", "- id: opening\n", "opening", Why.STRATEGY_CHANGED),
        ("- id: fresh\n", "- id: young\n", "first", Why.STRATEGY_CHANGED),
        ("times: 2", "times: 1", "first", Why.RETRY),
    ],
    ids=["its step is gone", "its segment is gone", "neither"],
)
def test_a_new_version_moves_only_whom_it_must(before: str, after: str, step: str, why: Why) -> None:
    changed = parse_strategy(TEXT.replace(before, after), "changed.yaml")
    here = replan(changed, debtor(), RETRIED, LATER)
    assert (here.step, here.why) == (step, why)
    assert replan(changed, debtor(), RETRIED, NOW).due_at == RETRIED.due_at, "nobody is rung earlier for it"
    assert (here is RETRIED) is (why is Why.RETRY)


def test_a_new_priority_is_taken_without_moving_anybody() -> None:
    urgent = parse_strategy(TEXT.replace("priority: 20", "priority: 90"), "changed.yaml")
    assert replan(urgent, debtor(), RETRIED, LATER) == replace(RETRIED, priority=90)


TEXT = """\
name: test
regime: ru-230fz-agency
segments:
  - id: fresh
    priority: 20
    steps:
      - id: first
        ivr: hello
        retry: {busy: {after: 15m, times: 2}}
      - {id: second, ivr: again}
"""
