"""Importing lines as a file, and reading what was refused."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from domain.portfolio import Portfolio
from ledger.books import Books
from ledger.imports.run import Importer, ImportResult

Import = Callable[..., ImportResult]


def importing(work: Importer, books: Books, portfolio: Portfolio, path: Path) -> Import:
    """What imports these lines as a file of that name, in a transaction."""

    def import_lines(*lines: str, encoding: str = "utf-8", **options: Any) -> ImportResult:
        path.write_bytes("\n".join(lines).encode(encoding))
        with books.write() as tx:
            return work(tx.connection, portfolio.id, path, **options)

    return import_lines


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    """Added, changed, unchanged, rejected."""
    return result.added, result.changed, result.unchanged, result.rejected


def rejects(result: ImportResult) -> list[dict[str, str]]:
    """The lines of the rejects file."""
    assert result.rejects_file is not None
    with Path(result.rejects_file).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
