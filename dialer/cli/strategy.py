"""``dozvon strategy``: strategies as reviewed files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from dialer.cli.common import bailiffs_are_called, clock_of, warn_of_days_off
from dialer.cli.console import console, errors, print_json, styled
from dialer.cli.deciding import dry_run_file, explain_debtor
from dialer.cli.options import AsJson
from dialer.cli.script_named import known_scripts
from dialer.cli.versions import diff_two, list_versions, publish_file, roll_back_to
from dialer.known import known_names
from dialer.messages.stationery import stationery_of
from dialer.script_rules import check_scripts
from dialer.settings import load_settings
from strategies.check import Severity
from strategies.language import Strategy
from strategies.load import Note, review_strategy, strategy_text

app = typer.Typer(help="Strategies: who is contacted, how, when and how often.", no_args_is_help=True)
app.command("publish")(publish_file)
app.command("rollback")(roll_back_to)
app.command("versions")(list_versions)
app.command("diff")(diff_two)
app.command("dry-run")(dry_run_file)
app.command("explain")(explain_debtor)

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


@app.command("check")
def check(
    strategy: Annotated[
        str, typer.Argument(metavar="STRATEGY", help="A file, or the name of a shipped strategy.")
    ],
    as_json: AsJson = False,
) -> None:
    """Say all that is wrong with a strategy, and what it does. Exit status 2 when it may not be published."""
    text, file = strategy_text(strategy)
    settings = load_settings()
    scripts = known_scripts(settings)
    known = known_names(stationery_of(settings), scripts, bailiffs=bailiffs_are_called(settings))
    read, notes = review_strategy(text, file, known, clock_of(settings).now())
    refused = any(note.severity is Severity.ERROR for note in notes)
    if read and not refused:
        warn_of_days_off(read.regime, settings)
        check_scripts(read, scripts)
    if as_json:
        print_json(_document(read, notes, ok=not refused))
    else:
        for note in notes:
            colour = COLOURS[note.severity]
            errors.print(styled(f"[{colour}]{note.severity}:[/] {{}}", note), soft_wrap=True)
        if read and not refused:
            _show(read)
    if refused:
        raise typer.Exit(2)


def _document(strategy: Strategy | None, notes: Sequence[Note], *, ok: bool) -> dict[str, object]:
    return {
        "name": strategy.name if strategy else None,
        "ok": ok,
        "segments": [segment.id for segment in strategy.segments] if strategy else [],
        "findings": list(notes),
    }


def _show(strategy: Strategy) -> None:
    console.print(
        styled(
            "[green]{}[/] is in order; regime {} (a lawyer must confirm it)", strategy.name, strategy.regime
        )
    )
    table = Table("segment", "who", "priority", "steps, or why left alone")
    for segment in strategy.segments:
        steps = ", ".join(f"{step.id} ({step.performer or step.kind})" for step in segment.steps)
        table.add_row(segment.id, segment.clause_words, str(segment.priority), steps or segment.stop)
    console.print(table)
