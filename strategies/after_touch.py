"""What follows a touch that has ended: retry, repeat, wait, the next step, or the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import dropwhile

from domain.campaign import Plan, PlanState, Why
from domain.said import said
from domain.touch import Outcome
from strategies.language import AfterResult, Strategy
from strategies.moves import following
from strategies.reason import Reason
from strategies.steps import Step

NOT_PLACED_RETRIES = 5
NOT_PLACED_PAUSE = timedelta(seconds=30)
STEP_GONE_PAUSE = timedelta(days=1)
"""Nobody is touched twice in a row because a step was taken out of the strategy while he was touched."""


def after_touch(
    strategy: Strategy,
    plan: Plan,
    outcome: Outcome,
    result: str,
    now: datetime,
    phone: str = "",
    words: str = "",
) -> Plan:
    """The plan after a touch of its present step ended with ``outcome`` and the debtor's ``result``.

    ``phone`` is the one that was rung; it is not rung next where another one is wanted. ``words`` say what happened
    better than outcome and result do.
    """
    plan = replace(plan, state=PlanState.DUE, touch_id=None, avoid="", asked_at=None)
    answer = strategy.after_result.get(result)
    if answer and answer.stop:
        return _reason(plan, Why.ANSWERED, answer.stop).on(plan, state=PlanState.DONE)
    if answer and answer.other_phone:
        reason = _reason(plan, Why.ANSWERED, said("answered %(result)s, another phone next", result=result))
        return _again(plan, reason, now + answer.other_phone, other=True, phone=phone)
    segment = strategy.segment(plan.segment)
    steps = segment.steps_of(plan.variant) if segment else ()
    place = next((place for place, step in enumerate(steps) if step.id == plan.step), None)
    if place is None:
        return Reason(Why.STRATEGY_CHANGED).on(plan, due_at=now + STEP_GONE_PAUSE)
    step, later = steps[place], steps[place + 1 :]
    if outcome is Outcome.MSG_DELIVERED:
        later = tuple(dropwhile(lambda step: step.fallback, later))
    words = words or _words(outcome, result, answer)
    if answer is None and (retried := _retry(plan, step, outcome, now, phone, words)):
        return retried
    return _round_over(plan, step, later, now, words, answer)


def _retry(plan: Plan, step: Step, outcome: Outcome, now: datetime, phone: str, words: str) -> Plan | None:
    """Nobody was rung: try again soon, but a call that can never be placed must not block the queue."""
    if outcome is Outcome.NOT_PLACED:
        reason = _reason(plan, Why.NOT_PLACED, said("the call was not placed"))
        return _again(plan, reason, now + NOT_PLACED_PAUSE) if plan.attempts < NOT_PLACED_RETRIES else None
    retry = step.retry.get(outcome)
    if retry is None or plan.attempts >= retry.times:
        return None
    again = said(
        "%(what)s, retry %(place)s of %(times)s",
        **{"what": words, "place": plan.attempts + 1, "times": retry.times},
    )
    reason = _reason(plan, Why.RETRY, again)
    return _again(plan, reason, now + retry.after, other=retry.other_phone, phone=phone)


def _round_over(
    plan: Plan, step: Step, later: tuple[Step, ...], now: datetime, words: str, answer: AfterResult | None
) -> Plan:
    """The step's next repeat, or the step after it; an answer may ask for a longer wait."""
    wait = answer.wait if answer and answer.wait else timedelta()
    if step.repeat and plan.round < step.repeat.times:
        why = Why.ANSWERED if answer else Why.REPEAT
        again = said(
            "%(what)s, repeat %(place)s of %(times)s",
            **{"what": words, "place": plan.round + 1, "times": step.repeat.times},
        )
        reason = _reason(plan, why, again)
        due_at = now + max(step.repeat.every, wait)
        return reason.on(plan, attempts=0, round=plan.round + 1, turn=plan.turn + 1, due_at=due_at)
    reason = _reason(plan, Why.ANSWERED if answer else Why.NEXT_STEP, words)
    return following(plan, later, now + wait, reason, Why.FINISHED).plan


def _again(plan: Plan, reason: Reason, due_at: datetime, *, other: bool = False, phone: str = "") -> Plan:
    changed = {"turn": plan.turn + 1, "avoid": phone} if other else {}
    return reason.on(plan, attempts=plan.attempts + 1, due_at=due_at, **changed)


def _words(outcome: Outcome, result: str, answer: AfterResult | None) -> str:
    if answer:
        return said("answered %(result)s", result=result)
    return said("the call could not be placed") if outcome is Outcome.NOT_PLACED else outcome.value


def _reason(plan: Plan, why: Why, detail: str) -> Reason:
    return Reason(why, plan.segment, "", plan.variant, plan.step, detail)
