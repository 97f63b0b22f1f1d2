"""What screens are told of a call beside its operator: who is at its other end, and how we came to him."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from dialer.campaign_loop import CampaignLoop
from dialer.clock import Clock
from dialer.handlers.settle import Ended
from dialer.running import Running
from dialer.switchboard import Switchboard
from domain.call import Call
from domain.touch import TouchId

MOST_REMEMBERED = 2_000
"""Calls that are over: their operators write them down yet."""


class CallFacts:
    """Follows a switchboard's calls; of one that is over it remembers what was known at its end."""

    def __init__(
        self,
        switchboard: Switchboard,
        loops: Callable[[], Collection[CampaignLoop]],
        clock: Clock,
        waits: Callable[[str], str],
    ) -> None:
        self._switchboard, self._loops, self._clock, self._waits = switchboard, loops, clock, waits
        self._over: dict[str, dict[str, Any]] = {}
        switchboard.followers.append(self._follow)

    def of(self, touch: str) -> dict[str, Any]:
        """The facts as JSON values; none of a call that this dialler has never followed."""
        running = self._switchboard.calls.get(TouchId(touch))
        return self._told(running) if running else self._over.get(touch, {})

    def _follow(self, before: Call, running: Running) -> None:
        if running.call.over:
            self._over[running.call.touch] = self._told(running)
            if len(self._over) > MOST_REMEMBERED:
                del self._over[next(iter(self._over))]

    def _told(self, running: Running) -> dict[str, Any]:
        loop = next((one for one in self._loops() if one.campaign.id == running.campaign_id), None)
        plan, verdict = running.plan, self._verdict(running)
        segment = loop.ready.work.strategy.segment(plan.segment) if loop else None
        steps = segment.steps_of(plan.variant) if segment else ()
        bailiff = running.bailiff
        return {
            "direction": "in" if running.line else "out",
            "number": running.phone,
            "line": running.line,
            "waits": self._waits(running.call.touch),
            "caller": running.caller.value if running.caller else "",
            "debtors": list(running.debtors),
            "bailiff": {"name": bailiff.name, "department": bailiff.department} if bailiff else None,
            "campaign": loop.campaign.name if loop else "",
            "segment": plan.segment,
            "step": plan.step,
            "script": next((step.script for step in steps if step.id == plan.step), ""),
            "outcome": verdict[0],
            "outcome_reason": verdict[1],
        }

    def _verdict(self, running: Running) -> tuple[str | None, str]:
        """What came of it if it ended now; nothing before anybody has talked."""
        call = running.call
        if call.operator is None:
            return None, ""
        call = call if call.over else replace(call, ended_at=self._clock.now())
        ended = Ended(
            call, running.plan, running.phone, running.campaign_id, running.caller, running.line
        ).verdict
        return ended.outcome.value, ended.reason
