"""A rate beside a slow model: how many times faster the world runs than the model says."""

from __future__ import annotations

import math

QUICK = 15.0
JUMP = 0.8
"""Log-distance of the quick estimate (memory `QUICK`, so 0.18 of noise) that chance does not bring about."""
MEMORY_S = 600.0
LEAST, MOST = 80.0, 500.0


class Level:
    """A factor that follows what was counted against what was expected (a martingale's increments, so no bias).

    Its memory is the events of `MEMORY_S`, within `LEAST` and `MOST`: noise is 1 / sqrt(2 * memory). A quick one runs
    beside it; where the two part by more than chance explains, the slow one jumps there and learns as if it were new.
    """

    def __init__(self, least: float = 1e-3, most: float = 1e3) -> None:
        self._bounds = math.log(least), math.log(most)
        self._slow = self._quick = 0.0
        self._seen = self._per_s = 0.0

    @property
    def factor(self) -> float:
        """1 is as the model says."""
        return math.exp(self._slow)

    @property
    def noise(self) -> float:
        """Standard deviation of the factor's logarithm."""
        return 1 / math.sqrt(self._memory if self._seen < LEAST else 2 * self._memory)

    @property
    def _memory(self) -> float:
        return min(max(LEAST, self._per_s * MEMORY_S), MOST, 5 + self._seen)

    def follow(self, counted: float, expected: float, elapsed: float) -> None:
        """``expected`` by the model times the factor of before, over ``elapsed`` seconds."""
        self._seen += counted
        share = 1 - math.exp(-elapsed / MEMORY_S)
        self._per_s += share * (counted / max(elapsed, 0.1) - self._per_s)
        memory = self._memory
        by_quick = expected * math.exp(self._quick - self._slow)
        self._slow = self._bounded(self._slow + _gain(counted - expected, memory))
        self._quick = self._bounded(self._quick + _gain(counted - by_quick, min(QUICK, memory)))
        if abs(self._quick - self._slow) > JUMP:
            self._slow, self._seen = self._quick, QUICK

    def _bounded(self, value: float) -> float:
        return min(max(value, self._bounds[0]), self._bounds[1])


def _gain(surprise: float, memory: float) -> float:
    return min(max(surprise / memory, -1.0), 1.0)
