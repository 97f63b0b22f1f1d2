"""A simulated shift as a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dialer.pacing.shift import Shift
from dialer.plots.figure import new_figure, save

MEAN_S = 300
"""Idle operators and dials in flight are shown as means over this time: each second's would be a grey bar."""


def plot_shifts(shifts: dict[str, Shift], path: Path) -> None:
    """Idle operators, dials in flight and abandons so far; one colour a shift. Raises as `dialer.plots.figure` does."""
    figure = new_figure(11, 8)
    idle, in_flight, abandons = figure.subplots(3, 1, sharex=True)
    for name, shift in shifts.items():
        hours = np.array([moment.second for moment in shift.moments]) / 3600
        idle.plot(hours, _mean([moment.idle for moment in shift.moments]), label=name)
        in_flight.plot(hours, _mean([moment.in_flight for moment in shift.moments]))
        abandons.plot(hours, [moment.abandons for moment in shift.moments])
    for axis, title in (
        (idle, "idle operators"), (in_flight, "dials in flight"), (abandons, "abandoned so far")
    ):  # fmt: skip
        axis.set_title(title, loc="left", fontsize="medium")
        axis.grid(alpha=0.3)
        axis.set_ylim(bottom=0)
    idle.legend()
    abandons.set_xlabel("hours")
    save(figure, path)


def _mean(values: list[int]) -> list[float]:
    width = min(MEAN_S, len(values))
    weights = np.ones(width)
    return list(np.convolve(values, weights, "same") / np.convolve(np.ones(len(values)), weights, "same"))
