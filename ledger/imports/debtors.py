"""Import of a portfolio's debtors with their debts and phones from a CSV file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection

from domain.errors import InputError
from ledger.imports.columns import Mapped, match_columns
from ledger.imports.merge import Merger, Tally, Told, tell
from ledger.imports.records import Record, RecordReader
from ledger.imports.rejects import Rejects, open_rejects
from ledger.imports.sorter import Sorter, open_sorter
from ledger.imports.source import CsvSource, Row, open_csv

BATCH = 1_000
Progress = Callable[[int, int, int], None]
"""Told as the work goes on: rows done, bytes done, bytes in all. Reading is one half of it, writing the other."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of a file.

    ``rows`` are rows of data; ``added``, ``changed`` and ``unchanged`` are debtors, or what else the file
    lists; ``rejected`` are the lines of the rejects file (a row, or a single value of a row that was taken
    without it).
    """

    rows: int
    added: int
    changed: int
    unchanged: int
    rejected: int
    rejects_file: str | None

    def to_json(self) -> dict[str, int | str | None]:
        """The document that `dozvon import` prints."""
        return asdict(self)


def import_debtors(
    connection: Connection,
    portfolio_id: int,
    path: Path,
    *,
    mapped: Mapped | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    rejects_folder: Path | None = None,
    progress: Progress | None = None,
) -> ImportResult:
    """Merge a file into the portfolio within the caller's transaction; run again, it changes nothing.

    Debtors are known by the external key, debts by account and service, phones by number. What the file does
    not tell stays: a creditor may deliver a part. Encoding and delimiter are detected when not told.
    Raises InputError when the file as a whole cannot be used (the caller rolls back), EnvironmentFault when
    the rejects cannot be written.
    """
    with (
        open_csv(path, encoding=encoding, delimiter=delimiter) as source,
        open_rejects(path, rejects_folder) as rejects,
        open_sorter() as sorter,
    ):
        steps = _Steps(source, progress or _silent)
        sorter.add(_records(source, mapped or {}, rejects, steps))
        merger, tally = Merger(connection, portfolio_id), Tally()
        for batch in _batches(sorter, rejects):
            merger.merge(batch, tally)
            steps.written(sum(len(told.debts) for told in batch))
        steps.end()
        return ImportResult(
            rows=steps.rows,
            added=tally.added,
            changed=tally.changed,
            unchanged=tally.unchanged,
            rejected=rejects.count,
            rejects_file=rejects.keep(),
        )


def _records(source: CsvSource, mapped: Mapped, rejects: Rejects, steps: _Steps) -> Iterator[Record]:
    rows = source.rows()
    header = next(rows, Row(1, []))
    reader = RecordReader(match_columns(header.cells, mapped, source.where(header.line)), rejects)
    for row in rows:
        record = reader.read(row)
        steps.read_one()
        if record is not None:
            yield record
    if steps.rows == 0:
        raise InputError("has a header but no rows", where=str(source.path), remedy="add a row for each debt")


def _batches(sorter: Sorter, rejects: Rejects) -> Iterator[list[Told]]:
    debtors = (tell(records, rejects) for records in sorter.debtors())
    while batch := list(islice(debtors, BATCH)):
        yield batch


@dataclass(slots=True)
class _Steps:
    """Counts rows and reports progress at every batch."""

    source: CsvSource
    progress: Progress
    rows: int = 0
    put: int = 0

    def read_one(self) -> None:
        self.rows += 1
        if self.rows % BATCH == 0:
            self.progress(self.rows, self.source.bytes_read // 2, self.source.size)

    def written(self, records: int) -> None:
        self.put += records
        half = self.source.size / 2
        self.progress(self.rows, round(half + half * self.put / self.rows), self.source.size)

    def end(self) -> None:
        self.progress(self.rows, self.source.size, self.source.size)


def _silent(rows_done: int, bytes_done: int, bytes_total: int) -> None:
    del rows_done, bytes_done, bytes_total
