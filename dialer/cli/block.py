"""``dozvon block``: who may not be contacted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from dialer.cli.common import AsJson, clock_of, open_books
from dialer.cli.console import console, print_json
from dialer.handlers.replan import Replanner
from dialer.settings import load_settings
from domain.block import DEFAULT_CHANNELS, Block, BlockReason
from domain.errors import InputError
from domain.rules import Scope
from domain.touch import Channel
from ledger.blocks import Put
from ledger.books import Transaction
from ledger.imports.phones import normalise
from strategies.rule_language import parse_channels

app = typer.Typer(
    help="Blocks: who may not be contacted, over what, on which document.", no_args_is_help=True
)

DebtorKey = Annotated[str, typer.Option("--debtor", help="The debtor's key (account).")]
FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]


@app.command("add")
def add(
    reason: Annotated[BlockReason, typer.Option(help="Why.")],
    author: Annotated[str, typer.Option(help="Who enters it.")],
    debtor: DebtorKey = "",
    phone: Annotated[str, typer.Option(help="Only this number (without --debtor: whoever has it).")] = "",
    channels: Annotated[
        str, typer.Option(help="Channels or groups, by comma; if not told, those that the reason closes.")
    ] = "",
    document: Annotated[str, typer.Option(help="The basis document.")] = "",
    starts: Annotated[
        datetime | None, typer.Option("--from", formats=FORMATS, help="UTC; now if not told.")
    ] = None,
    ends: Annotated[
        datetime | None, typer.Option("--to", formats=FORMATS, help="UTC; for good if not told.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Block a debtor or a phone from now, or for a time."""
    _check_who(reason, debtor, phone)
    settings = load_settings()
    now = clock_of(settings).now()
    block = Block(
        channels=_channels(channels) if channels else DEFAULT_CHANNELS[reason],
        start=starts.replace(tzinfo=UTC) if starts else now,
        end=ends.replace(tzinfo=UTC) if ends else None,
        reason=reason.value,
        scope=Scope.PHONE if phone else Scope.DEBTOR,
        target=_phone(phone),
        document=document,
        received_at=now,
    )
    if block.end is not None and block.end <= block.start:
        raise InputError("the block ends before it begins", where="--to")
    with open_books(settings) as books, books.write() as tx:
        new = _put(tx, block, debtor, author, now) is Put.ADDED
    if as_json:
        print_json({"added": new})
    else:
        console.print("blocked" if new else "known already; its end is as told now")


def _put(tx: Transaction, block: Block, debtor: str, author: str, now: datetime) -> Put:
    """Log the block; whoever has one is planned anew."""
    who = tx.debtors.keyed(debtor) if debtor else None
    put = tx.blocks.put(block, debtor_id=who.id if who else None, author=author)
    if who:
        Replanner(tx, who.portfolio_id, now)([who.id])
    return put


@app.command("lift")
def lift(debtor: DebtorKey, reason: BlockReason, as_json: AsJson = False) -> None:
    """End a debtor's running blocks of a reason; they stay in the books."""
    settings = load_settings()
    with open_books(settings) as books, books.write() as tx:
        who, now = tx.debtors.keyed(debtor), clock_of(settings).now()
        count = tx.blocks.lift(who.id, reason.value, now)
        Replanner(tx, who.portfolio_id, now)([who.id])
    if as_json:
        print_json({"lifted": count})
    else:
        console.print(f"{count} lifted")


@app.command("list")
def list_blocks(debtor: DebtorKey) -> None:
    """All blocks of a debtor, past ones too."""
    with open_books() as books, books.read() as tx:
        blocks = tx.blocks.of_debtor(tx.debtors.keyed(debtor).id)
    table = Table("reason", "channels", "from", "to", "scope", "document")
    for block in blocks:
        end = f"{block.end:%Y-%m-%d %H:%M}" if block.end else "for good"
        scope = block.target or block.scope.value
        channels, start = ", ".join(sorted(block.channels)), f"{block.start:%Y-%m-%d %H:%M}"
        table.add_row(block.reason, channels, start, end, scope, block.document)
    console.print(table)


def _check_who(reason: BlockReason, debtor: str, phone: str) -> None:
    if not debtor and not phone:
        raise InputError("tell --debtor, --phone, or both")
    if reason is BlockReason.WRONG_PERSON and not phone:
        raise InputError("tell --phone: a wrong person is one of a number")


def _phone(text: str) -> str:
    """As debtors' phones are kept: a block of a number written otherwise would block nobody."""
    try:
        return normalise(text) if text else ""
    except ValueError as error:
        raise InputError(f"{text!r}: {error}", where="--phone") from error


def _channels(text: str) -> frozenset[Channel]:
    try:
        return parse_channels([part.strip() for part in text.split(",")])
    except ValueError as error:
        raise InputError(str(error), where="--channels") from error
