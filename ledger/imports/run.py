"""What all imports have in common: options, a file's rows as records, progress, and the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Protocol, TypedDict, TypeVar, Unpack

from sqlalchemy import Connection

from domain.errors import InputError
from ledger.imports.cells import RowReader
from ledger.imports.columns import Columns, Layout, Mapped, match_columns
from ledger.imports.rejects import Rejects, open_rejects
from ledger.imports.source import Row, Source, open_source
from ledger.totals import Total

R = TypeVar("R")

BATCH = 1_000
Progress = Callable[[int, int, int], None]
"""Told as the work goes on: rows done, bytes done, bytes in all. Where rows are sorted before they are written,
reading is one half of the work, writing the other."""


class Options(TypedDict, total=False):
    """What every import may be told. Encoding and delimiter are detected otherwise, rejects go beside the file.

    ``changed`` is told, batch by batch and within the transaction, the ids of the debtors whose facts are new.
    """

    mapped: Mapped | None
    encoding: str | None
    delimiter: str | None
    rejects_folder: Path | None
    progress: Progress | None
    changed: Callable[[Sequence[int]], None] | None


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


class Importer(Protocol):
    """An import of one kind of file."""

    def __call__(
        self, connection: Connection, portfolio_id: int, path: Path, /, **options: Unpack[Options]
    ) -> ImportResult:
        """Bring the file into the books."""
        ...


class Reader(Protocol[R]):
    """A class of row readers."""

    def __call__(self, columns: Columns, rejects: Rejects) -> RowReader[R]:
        """A reader of the rows of a file."""
        ...


@dataclass(slots=True)
class Run:
    """One file on its way into the books; an import counts in ``added``, ``changed``, ``unchanged``, and in ``grown``
    by how much the portfolio's totals have changed.
    """

    source: Source
    rejects: Rejects
    layout: Layout
    options: Options
    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    grown: Total = field(default_factory=Total)
    fields: frozenset[str] = field(default_factory=frozenset)
    _written: int = 0

    def records(self, kind: Reader[R], *, share: float = 1.0) -> Iterator[R]:
        """The records of those rows that can be taken; reading is that ``share`` of the work.

        Raises InputError when there is no row at all, or no column for what must be there.
        """
        rows = self.source.rows()
        header = next(rows, Row(1, []))
        where = self.source.where(header.line)
        columns = match_columns(header.cells, self.options.get("mapped") or {}, where, self.layout)
        self.fields = frozenset(columns.places)
        reader = kind(columns, self.rejects)
        for row in rows:
            record = reader.read(row)
            self.rows += 1
            if self.rows % BATCH == 0:
                self._tell(share * self.source.bytes_read)
            if record is not None:
                yield record
        if self.rows == 0:
            remedy = f"add a row for each {self.layout.of}"
            raise InputError("has a header but no rows", where=str(self.source.path), remedy=remedy)

    def batches(self, groups: Iterable[Sequence[R]]) -> Iterator[list[Sequence[R]]]:
        """Groups of sorted records, `BATCH` at a time; the second half of the work."""
        rest = iter(groups)
        while batch := list(islice(rest, BATCH)):
            yield batch
            self._written += sum(map(len, batch))
            self._tell(self.source.size * (1 + self._written / self.rows) / 2)

    def count(self, *, added: int, changed: int, unchanged: int, debtors: Iterable[int]) -> None:
        """Count what became of a batch, and tell whose facts it changed."""
        self.added += added
        self.changed += changed
        self.unchanged += unchanged
        ids = sorted(set(debtors))
        if ids and (tell := self.options.get("changed")):
            tell(ids)

    def result(self) -> ImportResult:
        """The end: the rejects file takes its place, progress is full."""
        self._tell(self.source.size)
        return ImportResult(
            rows=self.rows,
            added=self.added,
            changed=self.changed,
            unchanged=self.unchanged,
            rejected=self.rejects.count,
            rejects_file=self.rejects.keep(),
        )

    def _tell(self, bytes_done: float) -> None:
        if progress := self.options.get("progress"):
            progress(self.rows, round(bytes_done), self.source.size)


@contextmanager
def open_run(path: Path, layout: Layout, options: Options) -> Iterator[Run]:
    """A run over a file.

    Raises InputError when the file as a whole cannot be used (the caller rolls back), EnvironmentFault when
    the rejects cannot be written.
    """
    encoding, delimiter = options.get("encoding"), options.get("delimiter")
    with (
        open_source(path, encoding=encoding, delimiter=delimiter) as source,
        open_rejects(path, options.get("rejects_folder")) as rejects,
    ):
        yield Run(source, rejects, layout, options)
