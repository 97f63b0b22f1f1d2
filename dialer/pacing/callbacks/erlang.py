"""How many calls in a team can take: Erlang C, and the speed at which it works."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from dialer.pacing.callbacks.delay import Numbers

STEPS = 40
PRIOR_HANDLE_S = 180.0
PRIOR_TALKS = 10.0
HALF_LIFE_S = 3600.0
PRIOR_PATIENCE_S = 180.0
PRIOR_HANG_UPS = 5.0


def service_level(operators: int, offered: float, within: float) -> float:
    """Share of callers answered within ``within`` (in talk lengths) when ``offered`` talks arrive in one talk's length.

    Erlang C: nobody hangs up, which errs on the side of the callers.
    """
    if offered >= operators:
        return 0.0
    lost = 1.0
    for n in range(1, operators + 1):
        lost = offered * lost / (n + offered * lost)
    waits = lost / (1 - offered / operators * (1 - lost))
    return 1 - waits * math.exp(-(operators - offered) * within)


@lru_cache(maxsize=65536)
def capacity(operators: int, level: float, within: float) -> float:
    """The largest offered load (in talks per talk length) that keeps the service level."""
    low, high = 0.0, float(operators)
    for _ in range(STEPS):
        middle = (low + high) / 2
        if service_level(operators, middle, within) >= level:
            low = middle
        else:
            high = middle
    return low


def capacities(operators: Numbers, level: float, within: float) -> Numbers:
    """As `capacity` for each minute's operators; between whole numbers it is read off a straight line."""
    most = math.ceil(operators.max(initial=0.0))
    table = [capacity(n, round(level, 2), round(within, 3)) for n in range(most + 1)]
    return np.interp(operators, np.arange(most + 1), table)


class Rhythm:
    """Mean seconds of something, from those that ended and the time that all spent, ended or not.

    The maximum-likelihood estimate of an exponential time with censoring: talks that grow longer are seen
    before the first of them ends. Forgets with a half-life of an hour.
    """

    def __init__(self, prior_s: float, weight: float) -> None:
        self._prior_s, self._weight = prior_s, weight
        self._ended, self._spent_s = 0.0, 0.0

    def spent(self, ended: float, spent_s: float, elapsed_s: float) -> None:
        """In ``elapsed_s`` they spent ``spent_s`` together, and so many ended."""
        fade = 0.5 ** (elapsed_s / HALF_LIFE_S)
        self._ended = self._ended * fade + ended
        self._spent_s = self._spent_s * fade + spent_s

    @property
    def mean_s(self) -> float:
        """Seconds; never 0."""
        spent = self._spent_s + self._weight * self._prior_s
        return max(1.0, spent / (self._ended + self._weight))
