"""What is decided of a plan that is due: a touch, or where it goes without one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from domain.campaign import Plan, PlanState, Why
from domain.said import said
from strategies.phones import PhoneChoice
from strategies.reason import Reason
from strategies.steps import Step


@dataclass(frozen=True, slots=True)
class Act:
    """Touch the debtor now; ``choice`` is the phone and why, None where the step needs none."""

    plan: Plan
    step: Step
    choice: PhoneChoice | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Move:
    """No touch now; the plan says what instead."""

    plan: Plan
    reason: Reason


Decision = Act | Move


def following(plan: Plan, later: Sequence[Step], due_at: datetime, reason: Reason, done: Why) -> Move:
    """To the next of the ``later`` steps; after the last one the plan is done, because of ``done``."""
    anew: dict[str, Any] = {"attempts": 0, "round": 0, "asked_at": None}
    if not later:
        reason = replace(reason, why=done, detail=said("%(what)s; all steps are done", what=reason.detail))
        return Move(reason.on(plan, state=PlanState.DONE, **anew), reason)
    step = later[0]
    reason = replace(reason, detail=said("%(what)s; then step %(step)s", what=reason.detail, step=step.id))
    anew |= {"step": step.id, "desk": step.desk, "mode": step.mode, "due_at": due_at, "avoid": ""}
    return Move(reason.on(plan, **anew), reason)
