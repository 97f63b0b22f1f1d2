"""``dozvon block``: who may not be contacted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from dialer.cli.common import clock_of, open_books, phone_of
from dialer.cli.console import console, print_json
from dialer.cli.options import INSTANTS, AsJson, Author, DebtorKey, PortfolioOfDebtor
from dialer.handlers.replan import Replanner
from dialer.settings import load_settings
from domain.block import DEFAULT_CHANNELS, Block, BlockReason
from domain.errors import InputError
from domain.rules import Scope
from domain.touch import Channel
from ledger.blocks import Put
from ledger.books import Transaction
from strategies.rule_language import parse_channels

app = typer.Typer(
    help="Blocks: who may not be contacted, over what, on which document.", no_args_is_help=True
)

PhoneOption = Annotated[
    str, typer.Option("--phone", help="Only this number; without --debtor: whoever has it.")
]
Reason = Annotated[
    BlockReason,
    typer.Option("--reason", metavar="REASON", help=f"Why there is a block: {', '.join(BlockReason)}."),
]
Starts = Annotated[datetime | None, typer.Option("--from", formats=INSTANTS, help="UTC; now if not told.")]
Ends = Annotated[datetime | None, typer.Option("--to", formats=INSTANTS, help="UTC; for good if not told.")]


@app.command("add")
def add(
    reason: Reason,
    author: Author,
    debtor: DebtorKey = "",
    phone: PhoneOption = "",
    channels: Annotated[
        str, typer.Option(help="Channels or groups, by comma; if not told, those that the reason closes.")
    ] = "",
    document: Annotated[str, typer.Option(help="The basis document.")] = "",
    starts: Starts = None,
    ends: Ends = None,
    portfolio: PortfolioOfDebtor = "",
    as_json: AsJson = False,
) -> None:
    """Block a debtor or a phone from now, or for a time."""
    if reason is BlockReason.WRONG_PERSON and not phone:
        raise InputError("tell --phone: a wrong person is one of a number")
    settings = load_settings()
    now = clock_of(settings).now()
    block = Block(
        channels=_channels(channels) if channels else DEFAULT_CHANNELS[reason],
        start=starts.replace(tzinfo=UTC) if starts else now,
        end=ends.replace(tzinfo=UTC) if ends else None,
        reason=reason.value,
        document=document,
        received_at=now,
    )
    if block.end is not None and block.end <= block.start:
        raise InputError("the block ends before it begins", where="--to")
    with open_books(settings) as books, books.write() as tx:
        debtor_id, number = _whose(tx, debtor, portfolio, phone)
        scoped = replace(block, scope=Scope.PHONE, target=number) if number else block
        new = tx.blocks.put(scoped, debtor_id=debtor_id, author=author) is Put.ADDED
        _plan_anew(tx, debtor_id, now)
    if as_json:
        print_json({"added": new})
    else:
        console.print("blocked" if new else "known already; its end is as told now")


@app.command("lift")
def lift(
    reason: Reason,
    debtor: DebtorKey = "",
    phone: PhoneOption = "",
    portfolio: PortfolioOfDebtor = "",
    as_json: AsJson = False,
) -> None:
    """End running blocks of a reason now; they stay in the books."""
    settings = load_settings()
    with open_books(settings) as books, books.write() as tx:
        debtor_id, number = _whose(tx, debtor, portfolio, phone)
        now = clock_of(settings).now()
        count = tx.blocks.lift(reason.value, now, debtor_id=debtor_id, phone=number)
        _plan_anew(tx, debtor_id, now)
    if as_json:
        print_json({"lifted": count})
    else:
        console.print(f"{count} lifted")


@app.command("list")
def list_blocks(
    debtor: DebtorKey = "",
    phone: PhoneOption = "",
    portfolio: PortfolioOfDebtor = "",
    as_json: AsJson = False,
) -> None:
    """All blocks of a debtor or a phone, past ones too; times are UTC."""
    with open_books() as books, books.read() as tx:
        blocks = tx.blocks.of(*_whose(tx, debtor, portfolio, phone))
    if as_json:
        print_json([_document(block) for block in blocks])
        return
    table = Table("reason", "of", "channels", "from", "to", "document")
    for block in blocks:
        end = f"{block.end:%Y-%m-%d %H:%M}" if block.end else "for good"
        channels, start = ", ".join(sorted(block.channels)), f"{block.start:%Y-%m-%d %H:%M}"
        table.add_row(
            block.reason, f"{block.scope} {block.target}".strip(), channels, start, end, block.document
        )
    console.print(table)


def _whose(tx: Transaction, debtor: str, portfolio: str, phone: str) -> tuple[int | None, str]:
    """Whose blocks are meant: the debtor's (None: whoever has the phone), and over which phone ("": any)."""
    if not debtor and not phone:
        raise InputError("tell --debtor, --phone, or both")
    number = phone_of(phone, "--phone") if phone else ""
    if not debtor:
        return None, number
    return tx.debtors.keyed(debtor, tx.portfolios.named(portfolio).id if portfolio else None).id, number


def _plan_anew(tx: Transaction, debtor_id: int | None, now: datetime) -> None:
    if debtor_id is not None:
        debtor = tx.debtors.load([debtor_id])[debtor_id]
        Replanner(tx, debtor.portfolio_id, now)([debtor_id])


def _document(block: Block) -> dict[str, object]:
    return {
        "reason": block.reason,
        "scope": block.scope,
        "target": block.target,
        "channels": sorted(block.channels),
        "from": block.start,
        "to": block.end,
        "document": block.document,
        "received_at": block.received_at,
    }


def _channels(text: str) -> frozenset[Channel]:
    try:
        return parse_channels([part.strip() for part in text.split(",")])
    except ValueError as error:
        raise InputError(str(error), where="--channels") from error
