"""``dozvon line``: the numbers of ours that people ring, and what becomes of their calls."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from dialer.cli.common import clock_of, named_by_options, open_books, phone_of
from dialer.cli.console import console, print_json, styled
from dialer.cli.options import AsJson
from dialer.handlers.lines import ALWAYS, CLOSED, ToldLine, put_line, remove_line, told_of
from dialer.settings import load_settings
from domain.inbound import Purpose
from domain.user import COMMAND_LINE
from ledger.imports.phones import normalise_own

app = typer.Typer(
    help="Lines: the numbers of ours that people ring, and where their calls go.", no_args_is_help=True
)

Number = Annotated[str, typer.Argument(help="The number, e.g. +78005553535.", metavar="NUMBER")]
OPTIONS = {"number": "NUMBER", "overflow_desk": "--overflow", "overflow_s": "--overflow-after"}
"""Where a field's option has another name than the field."""


@app.command("add")
def add(
    number: Number,
    portfolio: Annotated[str, typer.Option(help="The portfolio that it is printed for.")] = "",
    bailiffs: Annotated[bool, typer.Option("--bailiffs", help="It is for bailiffs.")] = False,
    desk: Annotated[str, typer.Option(help="Where its callers wait; that of its kind if not told.")] = "",
    hours: Annotated[str, typer.Option(help="Monday to Friday, e.g. 09:00-18:00; always; closed.")] = ALWAYS,
    weekend: Annotated[str, typer.Option(help="Saturday and Sunday, likewise.")] = ALWAYS,
    zone: Annotated[str, typer.Option(help="The clock of these hours.")] = "Europe/Moscow",
    script: Annotated[
        str, typer.Option(help="What asks unknown callers for their account, e.g. self_service.")
    ] = "",
    closed_script: Annotated[str, typer.Option(help="What is heard out of hours.")] = CLOSED,
    overflow: Annotated[str, typer.Option(help="The desk that helps out when callers wait for long.")] = "",
    overflow_after: Annotated[int, typer.Option(help="After so many seconds.", min=1, max=600)] = 60,
    as_json: AsJson = False,
) -> None:
    """Take calls at a number, or change what becomes of them; running diallers know it within seconds."""
    told = ToldLine(
        number,
        Purpose.BAILIFFS if bailiffs else Purpose.DEBTORS,
        portfolio,
        desk,
        zone=zone,
        hours=hours,
        weekend=weekend,
        script=script,
        closed_script=closed_script,
        overflow_desk=overflow,
        overflow_s=overflow_after,
    )
    settings = load_settings()
    with open_books(settings) as books, books.write() as tx, named_by_options(OPTIONS):
        line = put_line(tx, told, by=COMMAND_LINE, now=clock_of(settings).now())
    if as_json:
        print_json(asdict(told_of(line)))
    else:
        console.print(styled("callers of [bold]{}[/] wait at the desk {}", line.number, line.desk))


@app.command("remove")
def remove(number: Number, as_json: AsJson = False) -> None:
    """Take no more calls at a number: whoever rings it hears that it is not in service."""
    settings = load_settings()
    theirs = phone_of(number, "NUMBER", normalise_own)
    with open_books(settings) as books, books.write() as tx:
        gone = remove_line(tx, theirs, by=COMMAND_LINE, now=clock_of(settings).now())
    if as_json:
        print_json(asdict(told_of(gone)))
    else:
        console.print(f"{gone.number} takes no calls any more")


@app.command("list")
def list_lines(as_json: AsJson = False) -> None:
    """Our lines."""
    with open_books() as books, books.read() as tx:
        lines = [told_of(line) for line in tx.lines.all()]
    if as_json:
        print_json([asdict(line) for line in lines])
        return
    table = Table(
        *("number", "for", "desk", "overflow", "Monday to Friday", "weekend", "zone", "unknown callers"),
        "out of hours",
    )
    for line in lines:
        whom = f"{line.purpose} {line.portfolio}".strip()
        times = (line.hours, line.weekend, line.zone)
        overflow = f"{line.overflow_desk} after {line.overflow_s} s" if line.overflow_desk else ""
        table.add_row(
            line.number, whom, line.desk, overflow, *times, line.script or line.desk, line.closed_script
        )
    console.print(table)
