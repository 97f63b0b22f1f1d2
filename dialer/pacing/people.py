"""How the simulated dials, talks and wrap-ups turn out: drawn from a scenario by a seed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from dialer.pacing.facts import EventKind
from dialer.pacing.scenario import Scenario, Steps

WAVE_S = 4 * 3600.0
"""The answer rate's wave: up and down once in four hours."""
MACHINE_TALK_S = 5.0
"""An operator hears soon enough that a machine was passed to him."""
CHUNK = 4096


class People:
    """One stream of draws per kind: the n-th dial, talk and wrap-up of a seed are alike whatever the pacer does."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        dials, rings, amd, talks, wraps = np.random.default_rng(seed).spawn(5)
        self._scenario = scenario
        self._dials, self._amd = _stream(dials.random), _stream(amd.random)
        self._rings = _stream(lambda size: rings.gamma(scenario.ring_s.gamma_shape, 1.0, size))
        self._talks, self._wraps = _stream(talks.standard_normal), _stream(wraps.standard_normal)

    def dial(self, second: float) -> tuple[EventKind, float, bool]:
        """A dial made now: how it ends, after how many seconds, and whether it is a machine that does it."""
        scenario = self._scenario
        luck = next(self._dials)
        ring = scenario.ring_s.setup + scenario.ring_s.gamma_scale * next(self._rings)
        if any(start <= second < start + length for start, length in scenario.outages):
            return EventKind.CONGESTED, scenario.ring_s.setup, False
        luck -= self._answer_rate(second)
        machine = luck >= 0
        if machine:
            luck -= scenario.machine_rate.at(second)
        if luck < 0 and ring <= scenario.ring_timeout_s:
            return self._picked_up(ring, machine=machine)
        if 0 <= luck < scenario.fast_fail_rate.at(second):
            return EventKind.FAILED, scenario.ring_s.setup, False
        return EventKind.NO_ANSWER, scenario.ring_timeout_s, False

    def talk(self, second: float, *, machine: bool) -> float:
        """Seconds of a talk that begins now."""
        if machine:
            return MACHINE_TALK_S
        return _lognormal(second, self._scenario.talk_s, self._scenario.talk_cv, next(self._talks))

    def wrap(self, second: float) -> float:
        """Seconds of a wrap-up that begins now."""
        return _lognormal(second, self._scenario.wrap_s, self._scenario.wrap_cv, next(self._wraps))

    def _answer_rate(self, second: float) -> float:
        wave = self._scenario.answer_wave
        swing = 1 + wave * math.sin(2 * math.pi * second / WAVE_S) if wave else 1.0
        return self._scenario.answer_rate.at(second) * swing

    def _picked_up(self, ring: float, *, machine: bool) -> tuple[EventKind, float, bool]:
        amd = self._scenario.amd
        mistaken = next(self._amd) < (amd.false_negative if machine else amd.false_positive)
        kind = EventKind.MACHINE if machine != mistaken else EventKind.ANSWERED
        return kind, ring + amd.delay_s, machine


def _stream(draw: Callable[[int], NDArray[np.float64]]) -> Iterator[float]:
    while True:
        yield from draw(CHUNK).tolist()


def _lognormal(second: float, mean: Steps, spread: Steps, normal: float) -> float:
    """``spread`` is the coefficient of variation."""
    middle = mean.at(second)
    if middle <= 0:
        return 0.0
    variance = math.log1p(spread.at(second) ** 2)
    return middle * math.exp(math.sqrt(variance) * normal - variance / 2)
