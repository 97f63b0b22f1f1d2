"""What a rate of calls that is held all day would do: the yardstick of the controller."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dialer.pacing.callbacks.day import Day
from dialer.pacing.callbacks.scenario import CallbackScenario
from dialer.pacing.callbacks.simulator import simulate_callbacks

STEPS = 10


def best_constant(
    scenario: CallbackScenario, seeds: Sequence[int], good: Callable[[Sequence[Day]], bool]
) -> tuple[float, list[Day]]:
    """The largest rate (calls per second) held on the days of all seeds that are still ``good``, and those days.

    It is found by halving with the days known beforehand, which nobody who dials can do.
    """
    low, high = 0.0, scenario.max_rate
    best = _days(scenario, seeds, low)
    for _ in range(STEPS):
        middle = (low + high) / 2
        days = _days(scenario, seeds, middle)
        if good(days):
            low, best = middle, days
        else:
            high = middle
    return low, best


def _days(scenario: CallbackScenario, seeds: Sequence[int], rate: float) -> list[Day]:
    return [simulate_callbacks(scenario, seed, rate) for seed in seeds]
