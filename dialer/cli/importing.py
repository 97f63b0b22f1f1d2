"""``dozvon import``: files of creditors into the ledger."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from dialer.cli.common import clock_of, open_books
from dialer.cli.console import bar, console, print_json
from dialer.cli.options import AsJson, PortfolioName
from dialer.handlers.bring_in import KINDS, Kind, bring_in
from dialer.settings import load_settings
from ledger.imports.run import ImportResult

app = typer.Typer(help="Import files; a second run of the same file changes nothing.", no_args_is_help=True)

File = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="XLSX, or CSV in UTF-8 or cp1251 by comma, semicolon or tab."),
]
MappingFile = Annotated[Path | None, typer.Option("--mapping", help="YAML: our field -> column of the file.")]
Encoding = Annotated[
    str | None, typer.Option("--encoding", help="Told instead of detected: utf-8 or cp1251.")
]


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


for _kind in KINDS.values():
    app.command(_kind.what, help=_kind.help)(_command(_kind))


def _import(
    kind: Kind, file: Path, portfolio: str, mapping: Path | None, encoding: str | None
) -> ImportResult:
    settings = load_settings()
    with open_books(settings) as books, bar(f"importing {file.name}") as progress, books.write() as tx:
        return bring_in(
            tx,
            kind,
            portfolio,
            file,
            now=clock_of(settings).now(),
            mapping=mapping,
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
