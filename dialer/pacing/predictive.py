"""Predictive pacing."""

from __future__ import annotations

from dialer.pacing.facts import PacingDecision, Snapshot
from dialer.pacing.steady import steady


class Predictive:
    """Dials ahead of operators who will soon be free, as far as the abandon budget carries it."""

    def __init__(self, target_abandon: float, patience: float) -> None:
        self._target, self._patience = target_abandon, patience
        self._last: float | None = None

    def decide(self, snapshot: Snapshot) -> PacingDecision:
        """Starts progressive, as long as little is known."""
        fault, self._last = snapshot.fault(self._last), snapshot.now
        return PacingDecision(0, fault) if fault else steady(snapshot, why="too little is known yet")
