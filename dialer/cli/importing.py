"""``dozvon import``: files of creditors into the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dialer.cli.common import AsJson, PortfolioName, open_books
from dialer.cli.console import bar, console, print_json
from ledger.imports.columns import read_mapping
from ledger.imports.debtors import import_debtors

app = typer.Typer(help="Import files; a second run of the same file changes nothing.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `debtors` a subcommand while it is the only one."""


@app.command("debtors")
def debtors(
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8 or cp1251; comma, semicolon or tab.")],
    portfolio: PortfolioName,
    mapping: Annotated[Path | None, typer.Option(help="YAML: our field -> column of the file.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Told instead of detected: utf-8 or cp1251.")] = None,
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
    if as_json:
        print_json(result.to_json())
        return
    console.print(
        f"{result.rows:,} rows: {result.added:,} debtors added, {result.changed:,} changed, "
        f"{result.unchanged:,} unchanged, {result.rejected:,} rejected"
    )
    if result.rejects_file:
        console.print(f"rejected rows with their reasons: {result.rejects_file}", soft_wrap=True)
