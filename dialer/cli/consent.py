"""``dozvon consent``: what debtors agreed to, and the document that proves it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer
from rich.table import Table

from dialer.cli.common import clock_of, open_books, phone_of
from dialer.cli.console import console, print_json
from dialer.cli.options import INSTANTS, AsJson, Author, DebtorKey, PortfolioOfDebtor
from dialer.settings import load_settings
from domain.block import Consent
from domain.errors import InputError
from ledger.blocks import Put
from ledger.books import Transaction
from strategies.regime import parse_waives
from strategies.rule_language import parse_channels, parse_slot

T = TypeVar("T")
W = TypeVar("W")

app = typer.Typer(
    help="Consents: when a debtor wants to be contacted, which rules he waives, on which document.",
    no_args_is_help=True,
)

Document = Annotated[str, typer.Option("--document", help="The document that proves it.")]
PhoneOption = Annotated[
    str, typer.Option("--phone", help="About this number only; alone it is a consent to mass calls.")
]


@app.command("add")
def add(
    debtor: DebtorKey,
    document: Document,
    channels: Annotated[str, typer.Option(help="Channels or groups that it is about, by comma.")],
    author: Author,
    slot: Annotated[
        str, typer.Option(help="Contact within these hours of every day only, like 08:00-12:00, 18:00-20:00.")
    ] = "",
    waives: Annotated[
        str, typer.Option(help="Rules that it sets aside, by comma; only those that may be waived.")
    ] = "",
    phone: PhoneOption = "",
    starts: Annotated[
        datetime | None, typer.Option("--from", formats=INSTANTS, help="UTC; now if not told.")
    ] = None,
    ends: Annotated[
        datetime | None, typer.Option("--to", formats=INSTANTS, help="UTC; until it is ended if not told.")
    ] = None,
    portfolio: PortfolioOfDebtor = "",
    as_json: AsJson = False,
) -> None:
    """Enter what a debtor agreed to; the same again only moves its end."""
    settings = load_settings()
    consent = Consent(
        channels=_option("--channels", parse_channels, _words(channels)),
        start=starts.replace(tzinfo=UTC) if starts else clock_of(settings).now(),
        end=ends.replace(tzinfo=UTC) if ends else None,
        slot=_option("--slot", parse_slot, slot) if slot else (),
        waives=_option("--waives", parse_waives, _words(waives)) if waives else frozenset(),
        document=document,
        phone=phone_of(phone, "--phone") if phone else "",
    )
    _check(consent)
    with open_books(settings) as books, books.write() as tx:
        put = tx.consents.put(consent, debtor_id=_id(tx, debtor, portfolio), author=author)
    if as_json:
        print_json({"added": put is Put.ADDED})
    else:
        console.print("entered" if put is Put.ADDED else "known already; its end is as told now")


@app.command("end")
def end(
    debtor: DebtorKey, document: Document, portfolio: PortfolioOfDebtor = "", as_json: AsJson = False
) -> None:
    """End a debtor's running consents of a document now; they stay in the books."""
    settings = load_settings()
    with open_books(settings) as books, books.write() as tx:
        count = tx.consents.end(_id(tx, debtor, portfolio), document, clock_of(settings).now())
    if as_json:
        print_json({"ended": count})
    else:
        console.print(f"{count} ended")


@app.command("list")
def list_consents(debtor: DebtorKey, portfolio: PortfolioOfDebtor = "", as_json: AsJson = False) -> None:
    """All consents of a debtor, past ones too; times are UTC."""
    with open_books() as books, books.read() as tx:
        debtor_id = _id(tx, debtor, portfolio)
        consents = tx.consents.of([debtor_id]).get(debtor_id, ())
    if as_json:
        print_json([_document(consent) for consent in consents])
        return
    table = Table("channels", "phone", "slot", "waives", "from", "to", "document")
    for one in consents:
        channels, waives = ", ".join(sorted(one.channels)), ", ".join(sorted(one.waives))
        starts, ends = (
            f"{one.start:%Y-%m-%d %H:%M}",
            f"{one.end:%Y-%m-%d %H:%M}" if one.end else "until ended",
        )
        table.add_row(channels, one.phone, ", ".join(map(str, one.slot)), waives, starts, ends, one.document)
    console.print(table)


def _id(tx: Transaction, debtor: str, portfolio: str) -> int:
    return tx.debtors.keyed(debtor, tx.portfolios.named(portfolio).id if portfolio else None).id


def _check(consent: Consent) -> None:
    if not consent.document.strip():
        raise InputError("is empty", where="--document", remedy="name what proves the consent")
    if not (consent.slot or consent.waives or consent.phone):
        raise InputError("tell --slot, --waives or --phone: this consent says nothing")
    if consent.end is not None and consent.end <= consent.start:
        raise InputError("the consent ends before it begins", where="--to")


def _document(consent: Consent) -> dict[str, object]:
    return {
        "channels": sorted(consent.channels),
        "phone": consent.phone,
        "slot": ", ".join(map(str, consent.slot)),
        "waives": sorted(consent.waives),
        "from": consent.start,
        "to": consent.end,
        "document": consent.document,
    }


def _words(text: str) -> Sequence[str]:
    return [part.strip() for part in text.split(",")]


def _option(name: str, parse: Callable[[W], T], value: W) -> T:
    try:
        return parse(value)
    except ValueError as error:
        raise InputError(str(error), where=name) from error
