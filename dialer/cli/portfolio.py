"""``dozvon portfolio``: creditors' portfolios and the legal basis to work them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from dialer.cli.common import clock_of, open_books, phone_of
from dialer.cli.console import console, print_json, styled
from dialer.cli.options import AsJson
from dialer.handlers.bailiffs import call_bailiffs
from dialer.settings import load_settings
from domain.errors import InputError
from domain.portfolio import LegalBasis, Portfolio
from ledger.imports.phones import normalise_own

app = typer.Typer(
    help="Portfolios: one creditor's debts, and the document that entitles us to work them.",
    no_args_is_help=True,
)

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day, YYYY-MM-DD (UTC).")]


@app.command("set")
def set_portfolio(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the portfolio.")],
    creditor: Annotated[str | None, typer.Option(help="The creditor, as debtors are told.")] = None,
    phone: Annotated[str | None, typer.Option(help="The number that debtors may call back.")] = None,
    basis: Annotated[
        str | None,
        typer.Option(help="The contract or assignment, '' for none; without it nobody is dialled."),
    ] = None,
    valid_from: Day = None,
    valid_to: Day = None,
    bailiffs: Annotated[
        bool, typer.Option("--bailiffs", help="Of bailiffs: it is made of the proceedings of all others.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a portfolio, or change its creditor, phone or legal basis; what is not told stays."""
    settings = load_settings()
    with open_books(settings) as books, books.write() as tx:
        known = next((one for one in tx.portfolios.all() if one.name == name), None)
        theirs = creditor or (known.creditor if known else "")
        number = phone_of(phone, "--phone", normalise_own) if phone else known.contact_phone if known else ""
        for option, value in (("--creditor", theirs), ("--phone", number)):
            if not value:
                raise InputError(f"a new portfolio needs {option}", where=name)
        stated = _basis(known.basis if known else None, basis, valid_from, valid_to)
        tx.portfolios.put(name, creditor=theirs, contact_phone=number, basis=stated)
        if bailiffs:
            call_bailiffs(tx, name, clock_of(settings).now())
        portfolio = tx.portfolios.named(name)
    if as_json:
        print_json(_document(portfolio))
    else:
        by = stated.document if stated else styled("[red]none: nobody will be dialled[/]")
        console.print(styled("portfolio [bold]{}[/]: {}, basis", name, theirs), by, soft_wrap=True)


def _basis(
    known: LegalBasis | None, told: str | None, first: datetime | None, end: datetime | None
) -> LegalBasis | None:
    """The basis as it is from now on: ``told`` is a document, "" none at all, None the known one."""
    document = (known.document if known else "") if told is None else told
    if not document:
        if first or end:
            raise InputError(
                "days of which basis?", where="--basis", remedy="name the contract or assignment"
            )
        return None
    same = known is not None and document == known.document
    since = _utc(first) if first else known.valid_from if known and same else None
    until = _utc(end) if end else known.valid_to if known and same else None
    if since is None:
        remedy = "e.g. --valid-from 2026-01-01"
        raise InputError("a legal basis needs its first day", where="--valid-from", remedy=remedy)
    if until is not None and until <= since:
        raise InputError("the basis ends before it begins", where="--valid-to")
    return LegalBasis(document, since, until)


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
