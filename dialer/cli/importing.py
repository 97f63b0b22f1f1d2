"""``dozvon import``: files of creditors into the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dialer.cli.common import clock_of, open_books
from dialer.cli.console import bar, console, print_json
from dialer.cli.options import AsJson, PortfolioName
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


@app.command("debtors")
def debtors(
    file: File,
    portfolio: PortfolioName,
    mapping: MappingFile = None,
    encoding: Encoding = None,
    as_json: AsJson = False,
) -> None:
    """Debtors with debts and phones; wrong rows go to a rejects file with row number and reason."""
    _import(import_debtors, DEBTORS, "debtors", file, portfolio, mapping, encoding, as_json=as_json)


@app.command("payments")
def payments(
    file: File,
    portfolio: PortfolioName,
    mapping: MappingFile = None,
    encoding: Encoding = None,
    as_json: AsJson = False,
) -> None:
    """Payments: external_id or account, day, sum; payment_id and remaining (the debt that is left) if there are."""
    _import(import_payments, PAYMENTS, "payments", file, portfolio, mapping, encoding, as_json=as_json)


@app.command("proceedings")
def proceedings(
    file: File,
    portfolio: PortfolioName,
    mapping: MappingFile = None,
    encoding: Encoding = None,
    as_json: AsJson = False,
) -> None:
    """Enforcement proceedings: external_id or account, number, opened_on, sum; document, department, address,
    bailiff, bailiff_phone, ended_on, end_reason.
    """
    _import(
        import_proceedings, PROCEEDINGS, "proceedings", file, portfolio, mapping, encoding, as_json=as_json
    )


@app.command("phones")
def phones(
    file: File,
    portfolio: PortfolioName,
    mapping: MappingFile = None,
    encoding: Encoding = None,
    as_json: AsJson = False,
) -> None:
    """Phones of a contact search: external_id or account, phone; status and source if they are known."""
    _import(import_phones, CONTACTS, "phones", file, portfolio, mapping, encoding, as_json=as_json)


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
    _import(import_blocks, BLOCKS, "blocks", file, portfolio, mapping, encoding, as_json=as_json)


def _import(
    work: Importer,
    layout: Layout,
    what: str,
    file: Path,
    portfolio: str,
    mapping: Path | None,
    encoding: str | None,
    *,
    as_json: bool,
) -> None:
    settings = load_settings()
    with open_books(settings) as books, bar(f"importing {file.name}") as progress, books.write() as tx:
        portfolio_id = tx.portfolios.named(portfolio).id
        result = work(
            tx.connection,
            portfolio_id,
            file,
            changed=Replanner(tx, portfolio_id, clock_of(settings).now()),
            mapped=read_mapping(mapping, layout) if mapping else None,
            encoding=encoding,
            progress=lambda _rows, done, total: progress(done, total),
        )
    _show(result, what, as_json=as_json)


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
