"""The two pacers that learn nothing: one dial per idle operator, and a fixed number of dials per idle operator."""

from __future__ import annotations

from dialer.pacing.facts import PacingDecision, Snapshot
from domain.said import said


class Ratio:
    """As many dials in flight as ``level`` times the idle operators; level 1 is progressive and abandons nobody."""

    def __init__(self, level: float = 1.0) -> None:
        self._level = level
        self._last: float | None = None

    def decide(self, snapshot: Snapshot) -> PacingDecision:
        """Memory is only of the time: facts of a clock that goes back are refused once."""
        fault, self._last = snapshot.fault(self._last), snapshot.now
        if fault:
            return PacingDecision(0, fault)
        return steady(snapshot, self._level)


def steady(snapshot: Snapshot, level: float = 1.0, why: str = "") -> PacingDecision:
    """What `Ratio` answers to facts that are sound; ``why`` is told when it stands in for another pacer."""
    figures = {
        "operators": float(snapshot.operators),
        "idle": float(len(snapshot.idle_since)),
        "in_flight": float(len(snapshot.ringing_since)),
        "level": level,
    }
    if not snapshot.operators:
        return PacingDecision(0, said("no operator is there"), figures)
    if snapshot.leads_left <= 0:
        return PacingDecision(0, said("the list is exhausted"), figures)
    wanted = int(level * max(0, snapshot.free)) - len(snapshot.ringing_since)
    dial = min(snapshot.leads_left, max(0, wanted))
    one, several = (
        said("one dial per idle operator"),
        said("%(level)s dials per idle operator", level=f"{level:g}"),
    )
    return PacingDecision(dial, why or (one if level == 1 else several), figures)
