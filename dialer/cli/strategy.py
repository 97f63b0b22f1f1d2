"""``dozvon strategy``: strategies as reviewed files."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from dialer.cli.common import AsJson, warn_of_days_off
from dialer.cli.console import console, print_json
from dialer.settings import load_settings
from ivr_scripts.load import shipped_script
from strategies.load import parse_strategy, strategy_text

app = typer.Typer(help="Strategies: who is contacted, how, when and how often.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `check` a subcommand while it is the only one."""


@app.command("check")
def check(
    strategy: Annotated[
        str, typer.Argument(metavar="STRATEGY", help="A file, or the name of a shipped strategy.")
    ],
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with a strategy, or what it does."""
    checked = parse_strategy(*strategy_text(strategy))
    for script in checked.scripts:
        shipped_script(script)
    warn_of_days_off(checked.regime, load_settings())
    if as_json:
        print_json(
            {"name": checked.name, "ok": True, "segments": [segment.id for segment in checked.segments]}
        )
        return
    console.print(f"[green]{checked.name}[/] is in order; regime {checked.regime} (a lawyer must confirm it)")
    table = Table("segment", "priority", "steps", "or left alone because")
    for segment in checked.segments:
        steps = ", ".join(f"{step.id} ({'ivr' if step.ivr else 'wait'})" for step in segment.steps)
        table.add_row(segment.id, str(segment.priority), steps, segment.stop)
    console.print(table)
