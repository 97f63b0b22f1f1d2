"""Why a plan is as it is: data, and the one place that puts it into words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from domain.campaign import Plan, Why
from domain.said import said


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
        """One line for a person, in English."""
        return str(self.words)

    @property
    def words(self) -> str:
        """One line for a person, in any language."""
        at = {"segment": self.segment, "variant": self.variant, "step": self.step}
        match self.why:
            case Why.FIRST if self.variant:
                return said("segment %(segment)s, variant %(variant)s, step %(step)s", **at)
            case Why.FIRST:
                return said("segment %(segment)s, step %(step)s", **at)
            case Why.FACTS_CHANGED:
                return said("the facts have changed: segment %(segment)s, step %(step)s", **at)
            case Why.STRATEGY_CHANGED if self.step:
                return said("the strategy has changed: step %(step)s is next", **at)
            case Why.STRATEGY_CHANGED:
                return said("the strategy has changed")
            case Why.NO_SEGMENT:
                return self.detail or said("no segment takes this debtor")
            case Why.CONTROL:
                return said("control group: variant %(variant)s of segment %(segment)s is left alone", **at)
            case Why.NO_PHONE:
                return said("no phone that may be dialled")
            case Why.PAID:
                return said("paid")
            case _:
                return self.detail

    def on(self, plan: Plan, **changes: Any) -> Plan:
        """The plan with these changes, for this reason."""
        return replace(plan, why=self.why, reason=str(self), **changes)
