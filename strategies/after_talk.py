"""What an operator's word of a talk means for the debtor's plan: pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.campaign import Plan, PlanState, Why
from strategies.language import Strategy


def after_talk(
    strategy: Strategy,
    plan: Plan,
    result: str,
    now: datetime,
    *,
    rests_until: datetime | None = None,
    words: str,
    phone: str = "",
) -> Plan:
    """The plan when a talk brought ``result``, which in plain ``words`` stands in its reason.

    What the strategy says in ``after_result`` holds; where it does not stop, he rests until an instant that the talk
    itself has given. An open touch and a plan that is done are left alone.
    """
    if plan.state is not PlanState.DUE:
        return plan
    answer = strategy.after_result.get(result)
    said = replace(plan, why=Why.ANSWERED, reason=words)
    if answer and answer.stop:
        return replace(said, state=PlanState.DONE, reason=answer.stop)
    if rests_until:
        return replace(said, due_at=rests_until)
    if answer and answer.other_phone:
        return replace(said, due_at=now + answer.other_phone, turn=plan.turn + 1, avoid=phone)
    return replace(said, due_at=now + answer.wait) if answer and answer.wait else plan
