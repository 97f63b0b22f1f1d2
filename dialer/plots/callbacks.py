"""A simulated day of callbacks as a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dialer.pacing.callbacks.day import WINDOW_MIN, Day
from dialer.pacing.callbacks.scenario import CallbackScenario
from dialer.plots.figure import new_figure, save


def plot_days(days: dict[str, Day], scenario: CallbackScenario, path: Path) -> None:
    """Calls out, calls in, callers waiting and service level by minute; one colour a day of ``days``.

    Raises EnvironmentFault when matplotlib is not installed, InputError when the file cannot be written.
    """
    figure = new_figure(11, 9)
    rates, calls, waiting, level = figure.subplots(4, 1, sharex=True)
    hours = scenario.opens_at_hour + np.arange(int(scenario.seconds // 60)) / 60
    for name, day in days.items():
        came, served = day.by_minute
        rates.plot(hours, [minute.rate for minute in day.minutes], label=name)
        calls.plot(hours, _smooth(came) * 60)
        waiting.plot(hours, [minute.waiting for minute in day.minutes])
        level.plot(hours, 100 * _smooth(served) / np.maximum(_smooth(came), 1e-9))
    operators = [scenario.operators.at(60.0 * minute) for minute in range(len(hours))]
    calls.step(hours, operators, color="grey", linestyle=":", label="operators")
    level.axhline(100 * scenario.level, color="grey", linestyle=":")
    for axis, title in (
        (rates, "robots' calls per second"),
        (calls, "calls in per hour (half-hour mean)"),
        (waiting, "callers waiting"),
        (level, f"answered within {scenario.within_s:g} s, % (half-hour)"),
    ):
        axis.set_title(title, loc="left", fontsize="medium")
        axis.grid(alpha=0.3)
    rates.legend()
    calls.legend()
    level.set_xlabel("hour of the day")
    save(figure, path)


def _smooth(
    values: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.convolve(values, np.ones(WINDOW_MIN) / WINDOW_MIN, "same")
