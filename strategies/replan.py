"""What becomes of a plan when the debtor's facts, or the strategy, have changed: pure, and as little as possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.campaign import Plan, PlanState, Why
from domain.debtor import Debtor
from domain.touch import PastTouch
from strategies.enquiry import after_asking
from strategies.evaluate import first_plan
from strategies.language import Strategy
from strategies.reason import Reason


def replan(
    strategy: Strategy, debtor: Debtor, plan: Plan, now: datetime, history: Sequence[PastTouch] = ()
) -> Plan:
    """The plan as facts and strategy have it now; the same object when nothing follows from them.

    An open touch is left alone. Whom his facts move to another segment starts there at once, but not before the time
    that his last answer asked for; whom only the strategy moves is not touched earlier than he would have been. Who has
    been through his steps, or gave an answer that ends them, is not begun anew. What a bailiff has said since he is
    asked is heard first.
    """
    if plan.state is PlanState.IN_TOUCH:
        return plan
    plan = after_asking(strategy, debtor, plan, now) or plan
    entered = first_plan(strategy, debtor, now, history)
    here = (plan.segment, plan.variant) == (entered.segment, entered.variant)
    if entered.state is PlanState.DONE:
        return plan if here and _ended_alike(plan, entered) else entered
    if plan.state is PlanState.DONE:
        over = plan.why is Why.ANSWERED or (here and _was_let_in(plan))
        return plan if over else _begun(Why.FACTS_CHANGED, entered)
    segment = strategy.segment(plan.segment)
    steps = segment.steps_of(plan.variant) if here and segment else ()
    if step := next((step for step in steps if step.id == plan.step), None):
        kept = replace(plan, priority=entered.priority, desk=step.desk, mode=step.mode)
        return plan if kept == plan else kept
    moved = segment is not None and plan.segment != entered.segment
    begun = _begun(Why.FACTS_CHANGED if moved else Why.STRATEGY_CHANGED, entered)
    waits = plan.why is Why.ANSWERED or not moved
    return replace(begun, due_at=max(now, plan.due_at)) if waits else begun


def _was_let_in(plan: Plan) -> bool:
    """Who was left alone from the beginning has no step."""
    return bool(plan.step)


def _ended_alike(plan: Plan, entered: Plan) -> bool:
    """Whether a plan is done already, for the reason for which he would not be let in; the loss of his phones ends
    nothing that has ended.
    """
    worked_out = _was_let_in(plan) and entered.why is Why.NO_PHONE
    same = (plan.why, plan.reason) == (entered.why, entered.reason)
    return plan.state is PlanState.DONE and (worked_out or same)


def _begun(why: Why, entered: Plan) -> Plan:
    return Reason(why, entered.segment, "", entered.variant, entered.step).on(entered)
