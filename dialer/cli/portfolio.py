"""``dozvon portfolio``: creditors' portfolios and the legal basis to work them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from dialer.cli.common import clock_of, open_books
from dialer.cli.console import console, print_json, styled
from dialer.cli.options import AsJson
from dialer.handlers.bailiffs import call_bailiffs
from dialer.settings import load_settings
from domain.errors import InputError
from domain.portfolio import LegalBasis, Portfolio

app = typer.Typer(
    help="Portfolios: one creditor's debts, and the document that entitles us to work them.",
    no_args_is_help=True,
)

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day, YYYY-MM-DD (UTC).")]


@app.command("set")
def set_portfolio(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the portfolio.")],
    creditor: Annotated[str, typer.Option(help="The creditor, as debtors are told.")],
    phone: Annotated[str, typer.Option(help="The number that debtors may call back.")],
    basis: Annotated[
        str, typer.Option(help="The contract or assignment; without it nobody is dialled.")
    ] = "",
    valid_from: Day = None,
    valid_to: Day = None,
    bailiffs: Annotated[
        bool, typer.Option("--bailiffs", help="Of bailiffs: it is made of the proceedings of all others.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a portfolio, or change its creditor, phone or legal basis."""
    if basis and valid_from is None:
        raise InputError(
            "a legal basis needs its first day", where="--valid-from", remedy="e.g. --valid-from 2026-01-01"
        )
    document = (
        LegalBasis(basis, _utc(valid_from), _utc(valid_to) if valid_to else None)
        if basis and valid_from
        else None
    )
    settings = load_settings()
    with open_books(settings) as books, books.write() as tx:
        tx.portfolios.put(name, creditor=creditor, contact_phone=phone, basis=document)
        if bailiffs:
            call_bailiffs(tx, name, clock_of(settings).now())
        portfolio = tx.portfolios.named(name)
    if as_json:
        print_json(_document(portfolio))
    else:
        stated = "{}" if basis else "[red]none: nobody will be dialled[/]"
        console.print(styled(f"portfolio [bold]{{}}[/]: {{}}, basis {stated}", name, creditor, basis))


@app.command("list")
def list_portfolios(as_json: AsJson = False) -> None:
    """All portfolios with their legal basis."""
    with open_books() as books, books.read() as tx:
        portfolios = [(portfolio, tx.debtors.count(portfolio.id)) for portfolio in tx.portfolios.all()]
    if as_json:
        print_json([{**_document(portfolio), "debtors": debtors} for portfolio, debtors in portfolios])
        return
    table = Table("portfolio", "creditor", "debtors", "legal basis")
    for portfolio, debtors in portfolios:
        basis = portfolio.basis.document if portfolio.basis else styled("[red]none[/]")
        table.add_row(portfolio.name, portfolio.creditor, f"{debtors:,}", basis)
    console.print(table)


def _utc(day: datetime) -> datetime:
    return day.replace(tzinfo=UTC)


def _document(portfolio: Portfolio) -> dict[str, object]:
    basis = portfolio.basis
    return {
        "name": portfolio.name,
        "kind": portfolio.kind,
        "creditor": portfolio.creditor,
        "contact_phone": portfolio.contact_phone,
        "basis": basis and {"document": basis.document, "from": basis.valid_from, "to": basis.valid_to},
    }
