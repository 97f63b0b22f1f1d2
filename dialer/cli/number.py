"""``dozvon number``: the register of numbers that may be shown to debtors."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from dialer.cli.common import clock_of, open_books, phone_of
from dialer.cli.console import console, print_json, styled
from dialer.cli.options import AsJson
from dialer.handlers.numbers import end_number, register_number
from dialer.settings import load_settings
from domain.caller_number import CallerNumber
from domain.user import COMMAND_LINE
from ledger.imports.phones import normalise_own

app = typer.Typer(
    help="Caller numbers: the operator's contract, the label shown, the category.", no_args_is_help=True
)

Number = Annotated[str, typer.Argument(help="The number, e.g. +74950000000.", metavar="NUMBER")]


@app.command("set")
def set_number(
    number: Number,
    contract: Annotated[str, typer.Option(help="The operator's contract that gives it.")],
    label: Annotated[str, typer.Option(help="What debtors see, at most 32 characters.")],
    category: Annotated[str, typer.Option(help="The category of calls by the law.")] = "",
    valid_from: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day (UTC); now if not told.")
    ] = None,
    valid_to: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day without it (UTC).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Register a number, or change what is known of it."""
    settings = load_settings()
    now = clock_of(settings).now()
    starts = valid_from.replace(tzinfo=UTC) if valid_from else now
    ends = valid_to.replace(tzinfo=UTC) if valid_to else None
    entry = CallerNumber(_own(number), contract, label, category, starts, ends)
    with open_books(settings) as books, books.write() as tx:
        register_number(tx, entry, by=COMMAND_LINE, now=now)
    if as_json:
        print_json(asdict(entry))
    else:
        console.print(styled("{} may be shown as [bold]{}[/]", entry.number, label))


@app.command("remove")
def remove(number: Number, as_json: AsJson = False) -> None:
    """Show a number no more, from now on; it stays in the list unless its registration has not begun."""
    settings = load_settings()
    with open_books(settings) as books, books.write() as tx:
        ended = end_number(tx, _own(number), by=COMMAND_LINE, now=clock_of(settings).now())
    if as_json:
        print_json(asdict(ended))
    else:
        console.print(f"{ended.number} may not be shown any more")


@app.command("list")
def list_numbers(as_json: AsJson = False) -> None:
    """The register, with past registrations."""
    with open_books() as books, books.read() as tx:
        numbers = tx.numbers.all()
    if as_json:
        print_json([asdict(one) for one in numbers])
        return
    table = Table("number", "label", "category", "contract", "from", "to")
    for one in numbers:
        ends = f"{one.valid_to:%Y-%m-%d}" if one.valid_to else ""
        table.add_row(
            one.number, one.label, one.category, one.operator_contract, f"{one.valid_from:%Y-%m-%d}", ends
        )
    console.print(table)


def _own(number: str) -> str:
    return phone_of(number, "NUMBER", normalise_own)
