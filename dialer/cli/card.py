"""``dozvon card``: all that an operator needs to see of a debtor or a bailiff, or whom a caller's number leads to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import typer

from dialer.card import BailiffCard, DebtorCard
from dialer.cli.card_tables import heading_of, table_of, table_of_proceedings
from dialer.cli.common import clock_of, open_books
from dialer.cli.console import console, print_json, styled
from dialer.cli.options import AsJson, PortfolioOfDebtor
from dialer.handlers.card import bailiff_card, card_of
from dialer.settings import load_settings
from domain.caller import CallerKind, Match
from domain.errors import InputError
from ledger.books import Transaction


@dataclass(frozen=True, slots=True)
class Found:
    """What was asked for: a card, or of a number that leads to no single one the match alone."""

    match: Match | None = None
    debtor: DebtorCard | None = None
    bailiff: BailiffCard | None = None


def card(
    debtor: Annotated[str, typer.Option(help="The debtor's key.")] = "",
    account: Annotated[str, typer.Option(help="An account on which he owes.")] = "",
    phone: Annotated[
        str, typer.Option(help="The number of whoever calls us: a debtor's or a bailiff's.")
    ] = "",
    bailiff: Annotated[str, typer.Option(help="The bailiff's name.")] = "",
    department: Annotated[str, typer.Option(help="His department, if several have a bailiff so named.")] = "",
    portfolio: PortfolioOfDebtor = "",
    campaign: Annotated[str, typer.Option(help="By the rules of this one; by the newest if not told.")] = "",
    identified: Annotated[
        bool, typer.Option("--identified", help="The debtor has been identified: show sums.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The card of a debtor or a bailiff, by key, account or the number of whoever calls.

    Sums stand behind the identity check.
    """
    asked = {"--debtor": debtor, "--account": account, "--phone": phone, "--bailiff": bailiff}
    if sum(map(bool, asked.values())) != 1:
        raise InputError("tell exactly one of " + ", ".join(asked))
    settings = load_settings()
    with open_books(settings) as books, books.read() as tx:
        now = clock_of(settings).now()
        if bailiff:
            found = Found(bailiff=bailiff_card(tx, bailiff, department, now=now))
        elif phone:
            found = _of_caller(tx, tx.callers.match(phone, now), campaign, now)
        else:
            of = tx.portfolios.named(portfolio).id if portfolio else None
            holder = tx.cards.keyed(debtor, of) if debtor else tx.cards.of_account(account, of)
            found = _of(card_of(tx, holder.debtor_id, now=now, campaign=campaign))
    if as_json:
        print_json(_document(found, identified))
    else:
        _show(found, identified)


def _of(card: DebtorCard | BailiffCard, match: Match | None = None) -> Found:
    return Found(match, bailiff=card) if isinstance(card, BailiffCard) else Found(match, debtor=card)


def _of_caller(tx: Transaction, match: Match, campaign: str, now: datetime) -> Found:
    """The card that pops up when this number calls."""
    if match.kind is CallerKind.DEBTOR:
        return _of(card_of(tx, match.candidates[0].debtor_id, now=now, campaign=campaign), match)
    if match.kind is CallerKind.BAILIFF:
        official = match.bailiffs[0]
        return Found(match, bailiff=bailiff_card(tx, official.name, official.department, now=now))
    return Found(match)


def _document(found: Found, identified: bool) -> dict[str, Any]:
    return {
        "match": found.match,
        "debtor": found.debtor and found.debtor.document(identified=identified),
        "bailiff": found.bailiff and found.bailiff.document(),
    }


def _show(found: Found, identified: bool) -> None:
    if found.match:
        console.print(styled("[bold]{}[/]: {}", found.match.kind, found.match.reason), soft_wrap=True)
        for one in () if found.debtor else found.match.candidates:
            told = f"{one.key} {one.name} ({one.language}, {one.portfolio}): {one.reason}"
            console.print(told, soft_wrap=True)
        for official in () if found.bailiff else found.match.bailiffs:
            console.print(f"{official.name or 'nobody by name'}, {official.department}", soft_wrap=True)
    if found.debtor:
        console.print(table_of(found.debtor, identified=identified))
    if found.bailiff:
        console.print(heading_of(found.bailiff), soft_wrap=True)
        console.print(table_of_proceedings(found.bailiff))
