"""A node's line to its carrier: what it carries at once and a second, whichever campaigns and desks fill it."""

from __future__ import annotations

from dataclasses import replace

from dialer.pacing.caps import Caps, CapsPacer
from dialer.pacing.facts import PacingDecision
from dialer.settings import NodeSettings
from domain.said import said


class Trunk:
    """Grants calls out of what all campaigns of this process share. What is granted counts as up until it is placed or
    given back: two campaigns that ask at once are not promised the same channel.
    """

    def __init__(self, settings: NodeSettings) -> None:
        self._caps = Caps(settings.max_channels, settings.max_calls_per_second)
        self._pacer = CapsPacer()
        self._promised = 0

    def grant(self, decision: PacingDecision, up: int, now: float) -> PacingDecision:
        """As much of a campaign's decision as the line carries; ``up`` are the calls of the node, ``now`` is steady."""
        if decision.dial == 0:
            return decision
        carried = self._pacer.decide(self._caps, up + self._promised, now, decision.dial)
        self._promised += carried.dial
        if carried.dial == decision.dial:
            return decision
        why = said("the trunk's %(limit)s", limit=carried.reason)
        return replace(decision, dial=carried.dial, reason=why)

    def placed(self, granted: int, calls: int) -> None:
        """Of what was granted so many ``calls`` are up now; the rest found nobody to call."""
        self._promised -= granted
        self._pacer.give_back(granted - calls)
