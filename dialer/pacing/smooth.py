"""A smoothed distribution of durations, from those that ended and those that go on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dialer.pacing.arrays import Array

SHORTEST_S, LONGEST_S, BINS = 0.25, 14400.0, 240
LOGS = np.linspace(np.log(SHORTEST_S), np.log(LONGEST_S), BINS + 1)
BIN = float(LOGS[1] - LOGS[0])
NARROW = 0.6
"""Of the bandwidth that would suit one smooth hump: real talks have several."""
NARROWEST = 0.02
TAIL = 3.0
"""What is longer than all that ended is spread up to so many times the oldest one."""


class Smooth:
    """Kaplan and Meier's estimate on a logarithmic grid, smoothed by a normal kernel there."""

    def __init__(self, ended: Sequence[float], going_on: Array) -> None:
        logs = _logs(np.array(ended))
        mass = _mass(np.histogram(logs, LOGS)[0], np.histogram(_logs(going_on), LOGS)[0])
        width = NARROW * 1.06 * max(float(logs.std()), NARROWEST) * len(logs) ** -0.2 / BIN
        steps = np.arange(-30, 31)
        kernel = np.exp(-0.5 * (steps / max(width, 0.3)) ** 2)
        mass = np.convolve(mass, kernel / kernel.sum(), "same")
        self._by = np.minimum(np.concatenate(((0.0,), np.cumsum(mass))), 1.0)
        most = np.searchsorted(self._by, 1 - 1 / (len(logs) + 1))
        self.oldest = float(np.exp(LOGS[max(int(most) - 1, 0)]))

    def by(self, seconds: Array) -> Array:
        """Share that has ended after ``seconds``."""
        return np.interp(np.log(np.maximum(seconds, SHORTEST_S / 2)), LOGS, self._by)

    def hazard(self, seconds: Array) -> Array:
        """Cumulative hazard; beyond `oldest` it grows no more, for nothing is known of it."""
        return -np.log1p(-self.by(np.minimum(seconds, self.oldest)))

    def left(self, ages: Array, seconds: Array) -> Array:
        """For each age (rows) the chance to end within each of ``seconds``; those beyond `oldest` count as that old."""
        known = np.minimum(ages, self.oldest)
        before = self.by(known)[:, None]
        return np.asarray((self.by(known[:, None] + seconds) - before) / np.maximum(1 - before, 1e-9))


def _logs(seconds: Array) -> Array:
    return np.log(np.clip(seconds, SHORTEST_S, LONGEST_S * 0.999))


def _mass(ends: Array, on: Array) -> Array:
    """Share that ends in each bin; what outlasts them all lies in the last one and up to `TAIL` times as far."""
    at_risk = np.cumsum((ends + on)[::-1])[::-1] - on / 2
    left = np.cumprod(1 - ends / np.maximum(at_risk, 1.0))
    mass = np.concatenate(((1.0,), left[:-1])) - left
    last = int(np.flatnonzero(ends + on)[-1])
    reach = min(int(np.log(TAIL) / BIN), BINS - last - 1) + 1
    mass[last : last + reach] += left[-1] / reach
    return np.asarray(mass)
