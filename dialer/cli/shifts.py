"""``dozvon pacing simulate|compare``: pacers tried on a simulated shift."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer
from rich.table import Table

from dialer.cli.console import console, print_json
from dialer.cli.options import AsJson
from dialer.pacing.make import PACERS, make_pacer
from dialer.pacing.scenario import Scenario, read_scenario
from dialer.pacing.shift import Shift
from dialer.pacing.simulator import simulate
from domain.errors import InputError

SHIPPED = Path(str(files("dialer.pacing") / "scenarios"))
FIGURES = (
    ("operators' utilisation", "utilisation", "{:.1%}"),
    ("abandoned", "abandon", "{:.2%}"),
    ("worst half-hour", "abandon_worst_30min", "{:.1%}"),
    ("dials", "dials", "{:,}"),
    ("live answers", "answers", "{:,}"),
    ("talks", "talks", "{:,}"),
    ("mean wait of an operator, s", "idle_wait_mean_s", "{:.1f}"),
    ("decisions", "decisions", "{:,}"),
    ("a decision, p99, ms", "decide_ms_p99", "{:.2f}"),
)

ScenarioFile = Annotated[
    str,
    typer.Option("--scenario", help="JSON file of a shift (docs/pacing.md), or the name of a shipped one."),
]
Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same shift.")]
Level = Annotated[float, typer.Option(help="Dials per idle operator, of the pacer `ratio`.")]


def simulate_shift(
    scenario: ScenarioFile = "usual",
    pacer: Annotated[str, typer.Option(help=f"One of {', '.join(PACERS)}.")] = "predictive",
    seed: Seed = 1,
    level: Level = 2.0,
    as_json: AsJson = False,
) -> None:
    """Play a shift with one pacer: how busy the operators are and how many people are abandoned."""
    figures = _play(_scenario(scenario), pacer, seed, level).to_json()
    if as_json:
        print_json(figures)
    else:
        console.print(_table({pacer: figures}))


def compare_pacers(
    scenario: ScenarioFile = "usual",
    pacer: Annotated[list[str] | None, typer.Option(help="Repeat it; all pacers if not told.")] = None,
    seed: Seed = 1,
    level: Level = 2.0,
    plot: Annotated[
        Path | None, typer.Option(help="Write a picture (PNG, SVG or PDF) of the shifts.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Play the same shift with several pacers, side by side."""
    told = _scenario(scenario)
    shifts = {name: _play(told, name, seed, level) for name in pacer or PACERS}
    if plot:
        from dialer.plots.shift import plot_shifts

        plot_shifts(shifts, plot)
    figures = {name: shift.to_json() for name, shift in shifts.items()}
    if as_json:
        print_json(figures)
    else:
        console.print(_table(figures))


def _scenario(told: str) -> Scenario:
    shipped = {file.stem: file for file in sorted(SHIPPED.glob("*.json"))}
    if not Path(told).exists() and told not in shipped:
        remedy = f"give a file, or one of the shipped: {', '.join(shipped)}"
        raise InputError(f"no scenario {told!r}", where="--scenario", remedy=remedy)
    return read_scenario(Path(told) if Path(told).exists() else shipped[told])


def _play(scenario: Scenario, name: str, seed: int, level: float) -> Shift:
    options = {"level": level} if name == "ratio" else {}
    pacer = make_pacer(name, target_abandon=scenario.target_abandon, patience=scenario.patience_s, **options)
    return simulate(scenario, pacer, seed, perf_counter)


def _table(shifts: dict[str, dict[str, Any]]) -> Table:
    table = Table("", *shifts)
    for title, figure, form in FIGURES:
        table.add_row(title, *(form.format(figures[figure]) for figures in shifts.values()))
    return table
