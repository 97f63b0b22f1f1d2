"""How calls out, callbacks, talks and patience turn out: drawn from a scenario by a seed."""

from __future__ import annotations

import math

import numpy as np

from dialer.pacing.callbacks.facts import CallOut, Key, Reach
from dialer.pacing.callbacks.scenario import CallbackScenario

KEY = Key("informer", "all")
ENDINGS = {Reach.HEARD: (0.40, 1.40), Reach.MISSED: (0.45, 0.98), Reach.NOTHING: (0.15, 0.0)}
"""How calls end, and how readily their debtors call back beside the average."""


class Truth:
    """One stream of draws per kind. Times are seconds from the opening."""

    def __init__(self, scenario: CallbackScenario, seed: int) -> None:
        self._scenario = scenario
        self._outs, self._base, self._talks, self._patience = np.random.default_rng(seed).spawn(4)

    def calls_out(
        self, second: float, calls: int, length_s: float
    ) -> tuple[list[CallOut], list[tuple[float, CallOut]]]:
        """Calls that end from ``second`` on, and when whom of them calls in."""
        ended = self._outs.multinomial(calls, [part for part, _ in ENDINGS.values()])
        told, coming = [], []
        share = self._scenario.share.at(second)
        for (reach, (_, readiness)), number in zip(ENDINGS.items(), ended.tolist(), strict=True):
            told.append(CallOut(second, KEY, reach, number))
            for _ in range(self._outs.binomial(number, min(1.0, share * readiness))):
                call = CallOut(second + length_s * self._outs.random(), KEY, reach)
                coming.append((call.at + self._delay(second), call))
        return told, coming

    def strangers(self, second: float, length_s: float) -> list[float]:
        """When those call in whom nobody called."""
        mean = self._scenario.base_per_hour.at(second) * length_s / 3600
        return [second + length_s * self._base.random() for _ in range(self._base.poisson(mean))]

    def talk_s(self, second: float) -> float:
        """Seconds that a caller takes an operator, wrap-up included."""
        mean, spread = self._scenario.talk_s.at(second), math.log1p(self._scenario.talk_cv**2)
        return mean * math.exp(math.sqrt(spread) * self._talks.standard_normal() - spread / 2)

    def patience_s(self) -> float:
        """Seconds that a caller waits."""
        return float(self._patience.exponential(self._scenario.patience_s))

    def _delay(self, second: float) -> float:
        median, sigma = self._scenario.delay_median_s.at(second), self._scenario.delay_sigma
        return median * math.exp(sigma * self._outs.standard_normal())
