"""How many operators there will be: the known plan, as far as they kept to it today."""

from __future__ import annotations

import numpy as np

from dialer.pacing.callbacks.delay import Numbers
from dialer.pacing.callbacks.facts import QueueFacts

RETURN_MIN = 5.0
"""Who is there against the plan (or is not) is expected to follow it within some minutes."""
HALF_LIFE_S = 1800.0


class Staff:
    """Remembers which part of the planned operators really came."""

    def __init__(self) -> None:
        self._attendance = 1.0
        self._told_at: float | None = None

    def seen(self, facts: QueueFacts) -> None:
        """Facts of now; a desk without a plan is expected to stay as it is."""
        elapsed = 0.0 if self._told_at is None else max(0.0, facts.at - self._told_at)
        self._told_at = facts.at
        planned = float(_planned(facts, np.array([facts.at]))[0])
        if planned > 0:
            drawn = 1 - 0.5 ** (elapsed / HALF_LIFE_S)
            self._attendance += drawn * (min(1.0, facts.operators / planned) - self._attendance)

    def ahead(self, facts: QueueFacts, minutes: int) -> Numbers:
        """Operators expected in each of the next minutes."""
        if not facts.staffing:
            return np.full(minutes, float(facts.operators))
        after = np.arange(minutes + 1)
        planned = _planned(facts, np.asarray(facts.at + 60.0 * after)) * self._attendance
        astray = (facts.operators - planned[0]) * np.exp(-after / RETURN_MIN)
        return np.asarray(np.maximum(0.0, planned + astray)[1:])


def _planned(facts: QueueFacts, at: Numbers) -> Numbers:
    """Operators by the plan; before it begins there are none."""
    starts, operators = zip(*facts.staffing, strict=True) if facts.staffing else ((), ())
    return np.array([0.0, *operators])[np.searchsorted(starts, at, side="right")]
