"""``dozvon import``: files of creditors into the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from dialer.cli.common import clock_of, open_books
from dialer.cli.console import bar, console, print_json
from dialer.cli.options import AsJson, PortfolioName
from dialer.handlers.bailiffs import BailiffsFollow
from dialer.handlers.replan import Replanner
from dialer.settings import load_settings
from ledger.imports.block_records import BLOCKS
from ledger.imports.blocks import import_blocks
from ledger.imports.columns import DEBTORS, Layout, read_mapping
from ledger.imports.contacts import CONTACTS, import_phones
from ledger.imports.debtors import import_debtors
from ledger.imports.payments import PAYMENTS, import_payments
from ledger.imports.proceedings import PROCEEDINGS, import_proceedings
from ledger.imports.run import Importer, ImportResult

app = typer.Typer(help="Import files; a second run of the same file changes nothing.", no_args_is_help=True)

File = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="XLSX, or CSV in UTF-8 or cp1251 by comma, semicolon or tab."),
]
MappingFile = Annotated[Path | None, typer.Option("--mapping", help="YAML: our field -> column of the file.")]
Encoding = Annotated[
    str | None, typer.Option("--encoding", help="Told instead of detected: utf-8 or cp1251.")
]


class Kind(NamedTuple):
    """A kind of file: what its rows are called, who brings them in, what they may hold."""

    what: str
    work: Importer
    layout: Layout
    help: str


KINDS = (
    Kind(
        "debtors",
        import_debtors,
        DEBTORS,
        "Debtors with debts and phones; wrong rows go to a rejects file with row number and reason.",
    ),
    Kind(
        "payments",
        import_payments,
        PAYMENTS,
        "Payments: external_id or account, day, sum; payment_id and remaining (the debt that is left) if there are.",
    ),
    Kind(
        "proceedings",
        import_proceedings,
        PROCEEDINGS,
        "Enforcement proceedings: external_id or account, number, opened_on, sum; document, department, address, "
        "bailiff, bailiff_phone, ended_on, end_reason.",
    ),
    Kind(
        "phones",
        import_phones,
        CONTACTS,
        "Phones of a contact search: external_id or account, phone; status and source if they are known.",
    ),
    Kind(
        "blocks",
        import_blocks,
        BLOCKS,
        "Who may not be contacted: external_id or phone, reason, channels, document, received_at, from, to (when "
        "contact may begin again). Days and times without an offset are the debtor's own.",
    ),
)


def _command(kind: Kind) -> Callable[..., None]:
    def command(
        file: File,
        portfolio: PortfolioName,
        mapping: MappingFile = None,
        encoding: Encoding = None,
        as_json: AsJson = False,
    ) -> None:
        result = _import(kind, file, portfolio, mapping, encoding)
        _show(result, kind.what, as_json=as_json)

    return command


for _kind in KINDS:
    app.command(_kind.what, help=_kind.help)(_command(_kind))


def _import(
    kind: Kind, file: Path, portfolio: str, mapping: Path | None, encoding: str | None
) -> ImportResult:
    settings = load_settings()
    with open_books(settings) as books, bar(f"importing {file.name}") as progress, books.write() as tx:
        portfolio_id, now = tx.portfolios.named(portfolio).id, clock_of(settings).now()
        followers: list[Callable[[Sequence[int]], None]] = [
            Replanner(tx, portfolio_id, now),
            BailiffsFollow(tx, now),
        ]

        def changed(debtor_ids: Sequence[int]) -> None:
            for follow in followers:
                follow(debtor_ids)

        return kind.work(
            tx.connection,
            portfolio_id,
            file,
            changed=changed,
            mapped=read_mapping(mapping, kind.layout) if mapping else None,
            encoding=encoding,
            progress=lambda _rows, done, total: progress(done, total),
        )


def _show(result: ImportResult, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(result.to_json())
        return
    console.print(
        f"{result.rows:,} rows: {result.added:,} {what} added, {result.changed:,} changed, "
        f"{result.unchanged:,} unchanged, {result.rejected:,} rejected"
    )
    if result.rejects_file:
        console.print(f"rejected rows with their reasons: {result.rejects_file}", soft_wrap=True)
