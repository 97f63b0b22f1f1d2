"""``dozvon pacing``: how many calls to place, tried on simulated shifts and days."""

from __future__ import annotations

import typer

from dialer.cli.callbacks import callbacks
from dialer.cli.shifts import compare_pacers, simulate_shift

app = typer.Typer(no_args_is_help=True, help="Pacing: how many calls to place, tried on simulated shifts.")
app.command("simulate")(simulate_shift)
app.command("compare")(compare_pacers)
app.command()(callbacks)
