"""Records brought together by debtor, on disk: a file may hold a debtor's debts anywhere, and be of any size."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter

from ledger.imports.records import Record

_COLUMNS = ", ".join(Record._fields)
_MARKS = ", ".join("?" * len(Record._fields))


class Sorter:
    """A private temporary database: it spills to disk by itself and goes with its connection."""

    def __init__(self, scratch: sqlite3.Connection) -> None:
        self._scratch = scratch
        scratch.execute(f"CREATE TABLE record ({_COLUMNS})")

    def add(self, records: Iterable[Record]) -> None:
        """Take records in."""
        self._scratch.executemany(f"INSERT INTO record VALUES ({_MARKS})", records)

    def debtors(self) -> Iterator[list[Record]]:
        """The records of each debtor, in the order of the file; debtors in the order of their keys."""
        rows = self._scratch.execute("SELECT * FROM record ORDER BY external_id, row")
        for _, records in groupby(map(Record._make, rows), key=attrgetter("external_id")):
            yield list(records)


@contextmanager
def open_sorter() -> Iterator[Sorter]:
    """An empty sorter."""
    scratch = sqlite3.connect("")
    try:
        yield Sorter(scratch)
    finally:
        scratch.close()
