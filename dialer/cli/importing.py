"""``dozvon import``: files of creditors into the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dialer.cli.common import AsJson, PortfolioName, open_books
from dialer.cli.console import bar, console, print_json
from ledger.imports.block_records import BLOCKS
from ledger.imports.blocks import import_blocks
from ledger.imports.columns import read_mapping
from ledger.imports.debtors import ImportResult, import_debtors

app = typer.Typer(help="Import files; a second run of the same file changes nothing.", no_args_is_help=True)

File = Annotated[
    Path, typer.Argument(metavar="FILE", help="CSV in UTF-8 or cp1251; comma, semicolon or tab.")
]
MappingFile = Annotated[Path | None, typer.Option("--mapping", help="YAML: our field -> column of the file.")]
Encoding = Annotated[
    str | None, typer.Option("--encoding", help="Told instead of detected: utf-8 or cp1251.")
]


@app.command("debtors")
def debtors(
    file: File,
    portfolio: PortfolioName,
    mapping: MappingFile = None,
    encoding: Encoding = None,
    as_json: AsJson = False,
) -> None:
    """Debtors with debts and phones; wrong rows go to a rejects file with row number and reason."""
    with open_books() as books, bar(f"importing {file.name}") as progress, books.write() as tx:
        result = import_debtors(
            tx.connection,
            tx.portfolios.named(portfolio).id,
            file,
            mapped=read_mapping(mapping) if mapping else None,
            encoding=encoding,
            progress=lambda _rows, done, total: progress(done, total),
        )
    _show(result, "debtors", as_json=as_json)


@app.command("blocks")
def blocks(
    file: File,
    portfolio: PortfolioName,
    mapping: MappingFile = None,
    encoding: Encoding = None,
    as_json: AsJson = False,
) -> None:
    """Who may not be contacted: external_id or phone, reason, channels, document, received_at, from, to (when
    contact may begin again). Days and times without an offset are the debtor's own.
    """
    with open_books() as books, bar(f"importing {file.name}") as progress, books.write() as tx:
        result = import_blocks(
            tx.connection,
            tx.portfolios.named(portfolio).id,
            file,
            mapped=read_mapping(mapping, BLOCKS) if mapping else None,
            encoding=encoding,
            progress=lambda _rows, done, total: progress(done, total),
        )
    _show(result, "blocks", as_json=as_json)


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
