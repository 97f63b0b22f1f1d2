"""Why a debtor is treated as he is: all that decided, as data and in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.campaign import Campaign, Plan, PlanState
from domain.debtor import Debtor
from domain.intensity import HORIZON, Refused
from domain.version import Version
from ledger.reports.past import KnownTouch
from strategies.moves import Act, Decision, Move


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that decided, from the segments to the rules; fields are empty where it was decided before them.

    ``plan`` is what is planned, ``decision`` what the strategy says to it at ``at``, ``refused`` what the rules say.
    ``call`` is the touch that was begun within that minute, if one was.
    """

    debtor: Debtor
    campaign: Campaign
    others: tuple[str, ...]
    version: Version
    at: datetime
    past: bool
    passed_by: tuple[tuple[str, str], ...]
    plan: Plan
    segment: str = ""
    clause: str = ""
    decision: Decision | None = None
    refused: Refused | None = None
    call: KnownTouch | None = None

    @property
    def next_allowed(self) -> datetime | None:
        """When he may be touched: not before his plan falls due, nor before the rules allow it; None for never."""
        if self.plan.state is not PlanState.DUE or not isinstance(self.decision, Act):
            return None
        allowed = self.refused.next_allowed if self.refused else self.at
        return allowed and max(allowed, self.plan.due_at)

    @property
    def answer(self) -> str:
        """One sentence."""
        plan, due = self.plan, self.plan.due_at
        if self.call:
            return (
                f"touched then: segment {self.call.segment}, step {self.call.step} ({self.call.why or 'due'})"
            )
        if plan.state is PlanState.IN_TOUCH:
            return "a touch of him is open"
        if plan.state is PlanState.DONE:
            return f"not contacted: {plan.reason}"
        if self.refused and due <= self.at:
            return self._held_back(self.refused)
        if due > self.at:
            return f"waits until {due:%Y-%m-%d %H:%M} UTC: {plan.reason}"
        if isinstance(self.decision, Move):
            return f"moves on: {self.decision.reason}"
        return f"may be touched now: {plan.reason}"

    def _held_back(self, refused: Refused) -> str:
        words = dict(refused.why)
        rules = ", ".join(f"{rule}: {words[rule]}" if rule in words else rule for rule in refused.rules)
        until = refused.next_allowed
        return f"held back by {rules}" + (
            f" until {until:%Y-%m-%d %H:%M} UTC" if until else f"; not within {HORIZON.days} days"
        )

    def lines(self) -> Iterator[tuple[str, str]]:
        """Label and words for a person, what was decided first standing first."""
        yield "campaign", f"{self.campaign.name}, strategy {self.version.label}"
        for segment, why in self.passed_by:
            yield f"not {segment}", why
        yield "segment", f"{self.segment}: {self.clause}" if self.segment else "none takes him"
        yield "plan", f"{self.plan.state}, due {self.plan.due_at:%Y-%m-%d %H:%M} UTC: {self.plan.reason}"
        if self.decision:
            yield "now", str(self.decision.reason)
        if isinstance(self.decision, Act) and self.decision.choice:
            yield "phone", f"{self.decision.choice.phone.number}: {self.decision.choice.reason}"
        if self.refused:
            yield "rules", self._held_back(self.refused)
        if self.next_allowed:
            yield "next allowed", f"{self.next_allowed:%Y-%m-%d %H:%M} UTC"

    def to_json(self) -> dict[str, Any]:
        """The document of ``dozvon strategy explain --json``; times are UTC."""
        act = self.decision if isinstance(self.decision, Act) else None
        plan, call = self.plan, self.call
        return {
            **{"debtor": self.debtor.external_id, "campaign": self.campaign.name},
            **{"other_campaigns": self.others, "strategy": self.version.label},
            **{"at": self.at.isoformat(), "facts_as_today": self.past, "answer": self.answer},
            "not_in": [{"segment": segment, "because": why} for segment, why in self.passed_by],
            **{
                "segment": self.segment or None,
                "clause": self.clause or None,
                "variant": plan.variant or None,
            },
            **{"state": plan.state, "step": plan.step or None, "due_at": plan.due_at.isoformat()},
            **{"why": plan.why, "reason": plan.reason},
            "decision": str(self.decision.reason) if self.decision else None,
            "channel": act and act.step.channel,
            "phone": act and act.choice and act.choice.phone.number,
            "phone_reason": act and act.choice and act.choice.reason,
            "allowed": None if act is None else self.refused is None,
            "refused_by": self.refused.rules if self.refused else (),
            "rule_reasons": dict(self.refused.why) if self.refused else {},
            "next_allowed": self.next_allowed and self.next_allowed.isoformat(),
            "touch": call
            and {"id": call.past.id, "phone": call.past.phone, "step": call.step, "why": call.why},
        }
