"""How long after a call the debtor calls back: learned from pairs, of which the long ones are seen last."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

WINDOW_MIN = 24 * 60
"""A call in follows a call out of the last day, else it follows none."""
EDGES_MIN = np.array(
    [0, 1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, WINDOW_MIN],
    dtype=np.int64,
)
PRIOR_MEDIAN_MIN = 15.0
PRIOR_SIGMA = 1.3
"""Before pairs are seen: lognormal, half within a quarter of an hour, a tenth after 80 minutes. An assumption."""
PRIOR_PAIRS = 20.0
"""The assumption weighs as much as so many pairs."""


class Delay:
    """A histogram over lags in whole minutes; each bin is an own rate per callback that could be seen in it.

    The rate of a bin is pairs seen / callbacks at risk, which is the maximum-likelihood estimate of a Poisson model
    whatever part of the calls had no time yet to bring theirs (censoring); a gamma prior makes it hold with no pairs.
    """

    def __init__(self) -> None:
        self._pairs = np.zeros(len(EDGES_MIN) - 1)
        self._widths = np.diff(EDGES_MIN)
        self._prior = _prior()
        self.pmf: Numbers = np.zeros(WINDOW_MIN)
        self.learn(np.zeros(WINDOW_MIN))

    def pair(self, lag_min: int) -> None:
        """A debtor called back after so many minutes."""
        self._pairs[np.searchsorted(EDGES_MIN, lag_min, side="right") - 1] += 1

    def fade(self, factor: float) -> None:
        """What was seen long ago counts for less."""
        self._pairs *= factor

    def learn(self, at_risk: Numbers) -> None:
        """``at_risk``: for each lag, the callbacks expected of all calls that are at least as old."""
        risk = np.add.reduceat(at_risk, EDGES_MIN[:-1]) / self._widths
        mass = (self._pairs + PRIOR_PAIRS * self._prior) / (risk + PRIOR_PAIRS)
        self.pmf = np.repeat(mass / mass.sum() / self._widths, self._widths)

    @property
    def cdf(self) -> Numbers:
        """For each age in minutes, the share of a call's callbacks that have come (mid-minute)."""
        came: Numbers = np.cumsum(self.pmf) - self.pmf / 2
        return came


def _prior() -> Numbers:
    below = [
        0.5 * math.erfc(-math.log(max(edge, 1e-9) / PRIOR_MEDIAN_MIN) / PRIOR_SIGMA / math.sqrt(2))
        for edge in EDGES_MIN
    ]
    mass = np.diff(np.array(below))
    return np.asarray(mass / mass.sum(), dtype=np.float64)
