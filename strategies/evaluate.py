"""What next for one debtor: pure, and every answer carries its reason.

first_plan   when a campaign takes a debtor in
next_step    when a plan row falls due: act, or move on
after_touch  when a touch has ended: retry, repeat, wait, next step, or stop
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.campaign import Plan, PlanState
from domain.debtor import Debtor
from domain.phone import Phone
from domain.touch import Channel, Outcome
from strategies.facts import Facts
from strategies.language import Segment, Strategy

NOT_PLACED_RETRIES = 5
NOT_PLACED_PAUSE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Act:
    """Touch the debtor now."""

    plan: Plan
    channel: Channel
    script: str
    phone: Phone


@dataclass(frozen=True, slots=True)
class Move:
    """No touch now; the plan says what instead and why."""

    plan: Plan


Decision = Act | Move


def first_plan(strategy: Strategy, debtor: Debtor, now: datetime) -> Plan:
    """The plan with which a debtor enters a campaign."""
    plan = Plan(debtor.id, due_at=now)
    segment = match_segment(strategy, debtor, now)
    if segment is None:
        return _done(plan, "no segment takes this debtor")
    plan = replace(plan, segment=segment.id, priority=segment.priority)
    if segment.stop:
        return _done(plan, segment.stop)
    if not any(phone.diallable for phone in debtor.phones):
        return _done(plan, "no phone that may be dialled")
    return replace(plan, reason=f"segment {segment.id}, step {segment.steps[0].id}")


def next_step(strategy: Strategy, debtor: Debtor, plan: Plan, now: datetime) -> Decision:
    """What to do with a plan that is due. A debtor whose facts moved him to another segment starts there."""
    segment = match_segment(strategy, debtor, now)
    if segment is None or segment.id != plan.segment or segment.stop:
        return Move(first_plan(strategy, debtor, now))
    if debtor.kopecks == 0:
        return Move(_done(plan, "paid"))
    if plan.step >= len(segment.steps):
        return Move(_done(plan, "all steps are done"))
    step = segment.steps[plan.step]
    if step.wait is not None:
        return Move(_to_step(segment, plan, plan.step + 1, now + step.wait, f"step {step.id} waits"))
    phone = choose_phone(debtor, plan.turn)
    if phone is None:
        return Move(_done(plan, "no phone that may be dialled"))
    return Act(plan, Channel.VOICE_MSG, step.ivr or "", phone)


def after_touch(strategy: Strategy, plan: Plan, outcome: Outcome, result: str, now: datetime) -> Plan:
    """The plan after a touch of its present step ended with ``outcome`` and the debtor's ``result``."""
    plan = replace(plan, state=PlanState.DUE, touch_id=None)
    answer = strategy.after_result.get(result)
    if answer and answer.stop:
        return _done(plan, answer.stop)
    if answer and answer.wait:
        return _repeat(strategy, plan, now, f"answered {result}", at_least=answer.wait)
    if answer and answer.other_phone:
        return _retry(plan, now + answer.other_phone, f"answered {result}, another phone next", other=True)
    segment = strategy.segment(plan.segment)
    step = segment.steps[plan.step] if segment and plan.step < len(segment.steps) else None
    if step is None:
        return replace(plan, due_at=now, reason="the strategy changed")
    if outcome is Outcome.NOT_PLACED:
        return _not_placed(strategy, plan, now)
    retry = step.retry.get(outcome)
    if retry and plan.attempts < retry.times:
        reason = f"{outcome.value}, retry {plan.attempts + 1} of {retry.times}"
        return _retry(plan, now + retry.after, reason, other=retry.other_phone)
    return _repeat(strategy, plan, now, outcome.value)


def match_segment(strategy: Strategy, debtor: Debtor, now: datetime) -> Segment | None:
    """The first segment whose clauses all hold."""
    return next((segment for segment in strategy.segments if segment.holds(Facts(debtor, now))), None)


def choose_phone(debtor: Debtor, turn: int) -> Phone | None:
    """Phones take turns in their order: a round rings the next one, a retry only where the strategy says so."""
    phones = [phone for phone in debtor.phones if phone.diallable]
    return phones[turn % len(phones)] if phones else None


def _done(plan: Plan, reason: str) -> Plan:
    return replace(plan, state=PlanState.DONE, reason=reason)


def _retry(plan: Plan, due_at: datetime, reason: str, *, other: bool = False) -> Plan:
    return replace(plan, attempts=plan.attempts + 1, turn=plan.turn + other, due_at=due_at, reason=reason)


def _repeat(
    strategy: Strategy, plan: Plan, now: datetime, why: str, at_least: timedelta = timedelta()
) -> Plan:
    segment = strategy.segment(plan.segment)
    if segment is None or plan.step >= len(segment.steps):
        return replace(plan, due_at=now, reason="the strategy changed")
    repeat = segment.steps[plan.step].repeat
    if repeat and plan.round < repeat.times:
        due_at = now + max(repeat.every, at_least)
        reason = f"{why}, repeat {plan.round + 1} of {repeat.times}"
        return replace(
            plan, attempts=0, round=plan.round + 1, turn=plan.turn + 1, due_at=due_at, reason=reason
        )
    return _to_step(segment, plan, plan.step + 1, now + at_least, why)


def _not_placed(strategy: Strategy, plan: Plan, now: datetime) -> Plan:
    """Nobody was rung, so try again soon; but a call that can never be placed must not block the queue."""
    if plan.attempts < NOT_PLACED_RETRIES:
        return _retry(plan, now + NOT_PLACED_PAUSE, "the call was not placed")
    return _repeat(strategy, plan, now, "the call could not be placed")


def _to_step(segment: Segment, plan: Plan, index: int, due_at: datetime, why: str) -> Plan:
    plan = replace(plan, step=index, attempts=0, round=0, due_at=due_at)
    if index >= len(segment.steps):
        return _done(plan, f"{why}; all steps are done")
    return replace(plan, reason=f"{why}; then step {segment.steps[index].id}")
