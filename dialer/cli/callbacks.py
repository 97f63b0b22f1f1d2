"""``dozvon pacing callbacks``: a simulated day of robots' calls and of those who call back."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from dialer.cli.console import console, print_json
from dialer.cli.options import AsJson
from dialer.pacing.callbacks.constant import best_constant
from dialer.pacing.callbacks.day import Day
from dialer.pacing.callbacks.facts import clock_time
from dialer.pacing.callbacks.scenario import CallbackScenario, read_callback_scenario
from dialer.pacing.callbacks.simulator import simulate_callbacks
from dialer.plots.callbacks import plot_days

SHIPPED = Path(str(files("dialer.pacing.callbacks") / "scenarios"))
SHOWN_MIN = 30
CONTROLLED, HELD, FREE = "controlled", "best constant rate", "not controlled"


def callbacks(
    scenario: Annotated[
        Path, typer.Option(help="JSON file of a day (docs/callbacks.md); a day with a lunch when not given.")
    ] = SHIPPED / "lunch.json",
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same day.")] = 1,
    plot: Annotated[Path | None, typer.Option(help="Write a picture (PNG, SVG or PDF) of the day.")] = None,
    as_json: AsJson = False,
) -> None:
    """Play a day on which robots' calls bring calls in: service level and volume with and without the controller."""
    day = read_callback_scenario(scenario)
    rate, held = best_constant(day, [seed], lambda days: days[0].service_level >= day.level)
    days = {
        CONTROLLED: simulate_callbacks(day, seed),
        HELD: held[0],
        FREE: simulate_callbacks(day, seed, day.max_rate),
    }
    if plot:
        plot_days({name: days[name] for name in (CONTROLLED, HELD)}, day, plot)
    if as_json:
        print_json(
            {name.replace(" ", "_"): one.to_json() for name, one in days.items()} | {"constant_rate": rate}
        )
        return
    console.print(_table(days, rate), _reasons(days[CONTROLLED], day))


def _table(days: dict[str, Day], rate: float) -> Table:
    table = Table("", *(f"{name} ({rate:.2f}/s)" if name == HELD else name for name in days))
    for title, figure, form in (
        ("calls out", "calls_out", "{:,}"),
        ("calls in", "calls_in", "{:,}"),
        ("service level", "service_level", "{:.1%}"),
        ("worst half-hour", "worst_half_hour", "{:.1%}"),
        ("hung up waiting", "hung_up", "{:,}"),
        ("called after closing", "late", "{:,}"),
        ("mean wait, s", "wait_mean_s", "{:.1f}"),
        ("operators' utilisation", "utilisation", "{:.1%}"),
    ):
        table.add_row(title, *(form.format(day.to_json()[figure]) for day in days.values()))
    return table


def _reasons(day: Day, scenario: CallbackScenario) -> Table:
    table = Table("time", "operators", "waiting", "decision")
    for nth, minute in enumerate(day.minutes):
        if nth % SHOWN_MIN == 0:
            at = clock_time(scenario.opens_at_hour * 3600 + 60.0 * nth)
            table.add_row(at, str(minute.operators), str(minute.waiting), minute.reason)
    return table
