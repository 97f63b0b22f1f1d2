"""``dozvon line``: the numbers of ours that people ring, and what becomes of their calls."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.table import Table

from asterisk.operators import queue_of
from dialer.cli.common import open_books, phone_of
from dialer.cli.console import console, print_json
from dialer.cli.options import AsJson
from domain.campaign import DEFAULT_DESK
from domain.errors import InputError
from domain.inbound import BAILIFFS_DESK, Line, Purpose
from domain.window import Hours, parse_hours
from ivr_scripts.load import script_text
from ledger.imports.phones import normalise_own

app = typer.Typer(
    help="Lines: the numbers of ours that people ring, and where their calls go.", no_args_is_help=True
)

Number = Annotated[str, typer.Argument(help="The number, e.g. +78005553535.", metavar="NUMBER")]
ALWAYS = "always"


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
    closed_script: Annotated[str, typer.Option(help="What is heard out of hours.")] = "closed",
    overflow: Annotated[str, typer.Option(help="The desk that helps out when callers wait for long.")] = "",
    overflow_after: Annotated[int, typer.Option(help="After so many seconds.", min=1, max=600)] = 60,
    as_json: AsJson = False,
) -> None:
    """Take calls at a number, or change what becomes of them; running diallers know it within seconds."""
    desk = desk or (BAILIFFS_DESK if bailiffs else DEFAULT_DESK)
    _check([desk, overflow], [script, closed_script])
    line = Line(
        number=phone_of(number, "NUMBER", normalise_own),
        purpose=Purpose.BAILIFFS if bailiffs else Purpose.DEBTORS,
        portfolio=portfolio,
        desk=desk,
        zone=_zone(zone),
        hours=_hours(hours, "--hours"),
        weekend=_hours(weekend, "--weekend"),
        script=script,
        closed_script=closed_script,
        overflow_desk=overflow,
        overflow_s=overflow_after if overflow else 0,
    )
    with open_books() as books, books.write() as tx:
        tx.lines.put(line)
    if as_json:
        print_json(_document(line))
    else:
        console.print(f"callers of [bold]{line.number}[/] wait at the desk {line.desk}")


@app.command("remove")
def remove(number: Number, as_json: AsJson = False) -> None:
    """Take no more calls at a number: whoever rings it hears that it is not in service."""
    with open_books() as books, books.write() as tx:
        gone = tx.lines.remove(phone_of(number, "NUMBER", normalise_own))
    if as_json:
        print_json(_document(gone))
    else:
        console.print(f"{gone.number} takes no calls any more")


@app.command("list")
def list_lines(as_json: AsJson = False) -> None:
    """Our lines."""
    with open_books() as books, books.read() as tx:
        lines = tx.lines.all()
    if as_json:
        print_json([_document(line) for line in lines])
        return
    table = Table(
        *("number", "for", "desk", "overflow", "Monday to Friday", "weekend", "zone", "unknown callers"),
        "out of hours",
    )
    for line in lines:
        whom = f"{line.purpose.value} {line.portfolio}".strip()
        times = (_shown(line.hours), _shown(line.weekend), line.zone)
        overflow = f"{line.overflow_desk} after {line.overflow_s} s" if line.overflow_desk else ""
        table.add_row(
            line.number, whom, line.desk, overflow, *times, line.script or line.desk, line.closed_script
        )
    console.print(table)


def _check(desks: list[str], scripts: list[str]) -> None:
    """InputError when one of these cannot be a desk, or there is no such script; empty ones are none."""
    for name in filter(None, desks):
        queue_of(name)
    for name in filter(None, scripts):
        script_text(name)


def _hours(text: str, where: str) -> tuple[Hours, ...] | None:
    if text == ALWAYS:
        return None
    try:
        return parse_hours(text)
    except ValueError as error:
        raise InputError(str(error), where=where, remedy=f"e.g. 09:00-18:00, {ALWAYS}, closed") from error


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InputError(f"no zone {name!r}", where="--zone", remedy="e.g. Europe/Moscow") from error


def _shown(hours: tuple[Hours, ...] | None) -> str:
    return ALWAYS if hours is None else ", ".join(map(str, hours)) or "closed"


def _document(line: Line) -> dict[str, Any]:
    return asdict(line) | {"hours": _shown(line.hours), "weekend": _shown(line.weekend)}
