"""What callers will find: service level and waiting, minute by minute, beginning with the queue as it is.

Stationary formulas (Erlang C or A minute by minute) know neither the callers who wait already nor a lunch in which more
come than can be served. The number of calls in the house is taken as normally distributed, with mean and variance that
follow two equations (Gaussian closure of the M(t)/M/n(t)+M queue: Massey and Pender, Queueing Systems 75, 2013). It
costs the same for 3 operators as for 300, and lies within 4 points of Erlang C around a service level of 80 % (3 to
20 operators; 8 points for 50 with short talks).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dialer.pacing.callbacks.delay import Numbers

STEP_S = 20.0


@dataclass(frozen=True, slots=True)
class House:
    """The queue's start: calls being served or waiting, and how fast it works, in seconds (`STEP_S` at the least)."""

    calls: float
    handle_s: float
    patience_s: float
    within_s: float


@dataclass(frozen=True, slots=True)
class Service:
    """By minute: share of the callers who are answered in time, and seconds that they wait on average."""

    level: Numbers
    wait_s: Numbers


def expected_service(house: House, calls_in: Numbers, operators: Numbers) -> Service:
    """``calls_in`` and ``operators`` by minute; with no operator nobody is answered."""
    serving, leaving = 1 / max(STEP_S, house.handle_s), 1 / max(STEP_S, house.patience_s)
    levels, waits = np.zeros(len(calls_in)), np.zeros(len(calls_in))
    mean, variance = house.calls, 0.0
    for minute, (arrivals, team) in enumerate(zip(calls_in.tolist(), operators.tolist(), strict=True)):
        for _ in range(int(60 / STEP_S)):
            queue, full = _queue(mean, variance, team)
            out = (mean - queue) * serving + queue * leaving
            back = (1 - full) * serving + full * leaving
            variance = max(0.0, variance + STEP_S * (arrivals / 60 + out - 2 * back * variance))
            mean = max(0.0, mean + STEP_S * (arrivals / 60 - out))
        levels[minute], waits[minute] = _found(house, mean, variance, team)
    return Service(levels, waits)


def _queue(mean: float, variance: float, team: float) -> tuple[float, float]:
    """How many wait on average, and how likely all operators are taken."""
    spread = math.sqrt(max(variance, 1e-6))
    room = (team - mean) / spread
    full = 0.5 * math.erfc(room / math.sqrt(2))
    density = math.exp(-room * room / 2) / math.sqrt(2 * math.pi)
    return max(0.0, spread * (density - room * full)), full


def _found(house: House, mean: float, variance: float, team: float) -> tuple[float, float]:
    if team < 0.5:
        return 0.0, house.patience_s
    served = team * house.within_s / house.handle_s
    room = (team - 0.5 + served - mean) / math.sqrt(max(variance + served, 1e-6))
    queue, _ = _queue(mean, variance, team)
    wait = min(queue * house.handle_s / team, house.patience_s)
    return 0.5 * math.erfc(-room / math.sqrt(2)), wait
