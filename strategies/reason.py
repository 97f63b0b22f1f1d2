"""Why a plan is as it is: data, and the one place that puts it into words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from domain.campaign import Plan, Why


@dataclass(frozen=True, slots=True)
class Reason:
    """Which segment matched by which clause, in which variant and step, and what decided there.

    ``detail`` is what the language cannot know: an outcome, an answer, a reason that the strategy gives.
    """

    why: Why
    segment: str = ""
    clause: str = ""
    variant: str = ""
    step: str = ""
    detail: str = ""

    def __str__(self) -> str:
        """One line for a person."""
        match self.why:
            case Why.FIRST:
                variant = f", variant {self.variant}" if self.variant else ""
                return f"segment {self.segment}{variant}, step {self.step}"
            case Why.FACTS_CHANGED:
                return f"the facts have changed: segment {self.segment}, step {self.step}"
            case Why.STRATEGY_CHANGED:
                return "the strategy has changed" + (f": step {self.step} is next" if self.step else "")
            case Why.NO_SEGMENT:
                return self.detail or "no segment takes this debtor"
            case Why.CONTROL:
                return f"control group: variant {self.variant} of segment {self.segment} is left alone"
            case Why.NO_PHONE:
                return "no phone that may be dialled"
            case Why.PAID:
                return "paid"
            case _:
                return self.detail

    def on(self, plan: Plan, **changes: Any) -> Plan:
        """The plan with these changes, for this reason."""
        return replace(plan, why=self.why, reason=str(self), **changes)
