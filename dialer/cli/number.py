"""``dozvon number``: the register of numbers that may be shown to debtors."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from dialer.cli.common import clock_of, open_books
from dialer.cli.console import console
from dialer.settings import load_settings
from domain.caller_number import CallerNumber

app = typer.Typer(
    help="Caller numbers: the operator's contract, the label shown, the category.", no_args_is_help=True
)


@app.command("set")
def set_number(
    number: Annotated[str, typer.Argument(help="The number, +74950000000.")],
    contract: Annotated[str, typer.Option(help="The operator's contract that gives it.")],
    label: Annotated[str, typer.Option(help="What debtors see, at most 32 characters.")],
    category: Annotated[str, typer.Option(help="The category of calls by the law.")] = "",
    valid_from: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day (UTC); now.")
    ] = None,
    valid_to: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day without it.")
    ] = None,
) -> None:
    """Register a number, or change what is known of it."""
    starts = valid_from.replace(tzinfo=UTC) if valid_from else clock_of(load_settings()).now()
    ends = valid_to.replace(tzinfo=UTC) if valid_to else None
    entry = CallerNumber(number, contract, label, category, starts, ends)
    with open_books() as books, books.write() as tx:
        tx.numbers.put(entry)
    console.print(f"{number} may be shown as [bold]{label}[/]")


@app.command("list")
def list_numbers() -> None:
    """The register."""
    with open_books() as books, books.read() as tx:
        numbers = tx.numbers.all()
    table = Table("number", "label", "category", "contract", "from", "to")
    for one in numbers:
        ends = f"{one.valid_to:%Y-%m-%d}" if one.valid_to else ""
        table.add_row(
            one.number, one.label, one.category, one.operator_contract, f"{one.valid_from:%Y-%m-%d}", ends
        )
    console.print(table)
