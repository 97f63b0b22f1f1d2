"""What happened on a simulated day, and its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dialer.pacing.callbacks.delay import Numbers

WINDOW_MIN = 30
FEWEST = 10
"""A half-hour with fewer callers has no service level worth the name."""


@dataclass(frozen=True, slots=True)
class Call:
    """A caller: when he called (second of the opening), how long he waited, and whether he was answered."""

    at: float
    waited: float
    answered: bool


@dataclass(frozen=True, slots=True)
class Minute:
    """What a plot shows of a minute: the rate decided in it with its reason, operators, callers waiting."""

    rate: float
    reason: str
    operators: int
    waiting: int


class Day:
    """Counts as the simulator tells."""

    def __init__(self, within_s: float, seconds: float) -> None:
        self.calls_out = self.late = 0
        self.calls: list[Call] = []
        self.minutes: list[Minute] = []
        self.busy_s = self.present_s = 0.0
        self._within_s, self._minutes = within_s, int(seconds // 60)

    @property
    def service_level(self) -> float:
        """Share of all callers of the day who were answered in time; 1 when nobody called."""
        return self._in_time / len(self.calls) if self.calls else 1.0

    @property
    def by_minute(self) -> tuple[Numbers, Numbers]:
        """Callers by the minute in which they called, and those of them who were answered in time."""
        places = [min(self._minutes - 1, int(one.at // 60)) for one in self.calls]
        came, served = np.zeros(self._minutes), np.zeros(self._minutes)
        np.add.at(came, places, 1.0)
        np.add.at(served, places, [float(self._served(one)) for one in self.calls])
        return came, served

    def to_json(self) -> dict[str, Any]:
        """Figures: shares, seconds, counts. ``late`` called after closing."""
        waits = [one.waited for one in self.calls]
        return {
            "calls_out": self.calls_out,
            "calls_in": len(self.calls),
            "service_level": round(self.service_level, 4),
            "worst_half_hour": round(worst_half_hour([self]), 4),
            "hung_up": sum(not one.answered for one in self.calls),
            "late": self.late,
            "wait_mean_s": round(float(np.mean(waits)), 1) if waits else 0.0,
            "wait_p90_s": round(float(np.quantile(waits, 0.9)), 1) if waits else 0.0,
            "utilisation": round(self.busy_s / self.present_s, 4) if self.present_s else 0.0,
        }

    @property
    def _in_time(self) -> int:
        return sum(map(self._served, self.calls))

    def _served(self, one: Call) -> bool:
        return one.answered and one.waited <= self._within_s


def worst_half_hour(days: Sequence[Day]) -> float:
    """The lowest service level of any half-hour by the clock, the callers of all days taken together; 1 for none."""
    came, served = (sum(counts, np.zeros(1)) for counts in zip(*(day.by_minute for day in days), strict=True))
    window = np.ones(WINDOW_MIN)
    callers = np.convolve(came, window, "valid")
    levels = np.convolve(served, window, "valid") / np.maximum(callers, 1)
    return float(np.min(levels[callers >= FEWEST], initial=1.0))


def mean_of(days: Sequence[Day], figure: str) -> float:
    """The mean of a figure of `Day.to_json` over days."""
    return float(np.mean([day.to_json()[figure] for day in days]))
