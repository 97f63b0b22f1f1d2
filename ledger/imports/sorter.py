"""Records brought together by whom they are about, on disk: a file may hold a debtor's rows anywhere, and be of any
size.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar

R = TypeVar("R", bound=NamedTuple)


class Sorter(Generic[R]):
    """A private temporary database: it spills to disk by itself and goes with its connection.

    Records are tuples of texts and numbers; what stands before their field ``row`` says whom they are about.
    """

    def __init__(self, scratch: sqlite3.Connection, kind: type[R]) -> None:
        self._scratch = scratch
        self._kind = kind
        self._width = kind._fields.index("row")
        scratch.execute(f"CREATE TABLE record ({', '.join(kind._fields)})")

    def add(self, records: Iterable[R]) -> None:
        """Take records in."""
        marks = ", ".join("?" * len(self._kind._fields))
        self._scratch.executemany(f"INSERT INTO record VALUES ({marks})", records)

    def groups(self) -> Iterator[list[R]]:
        """The records about each, in the order of the file; the groups in the order of their keys."""
        order = ", ".join(self._kind._fields[: self._width + 1])
        rows = self._scratch.execute(f"SELECT * FROM record ORDER BY {order}")
        for _, records in groupby(rows, key=itemgetter(*range(self._width))):
            yield list(map(self._kind._make, records))

    def first_rows(self, field: str) -> dict[str, int]:
        """Every text that several rows have in a field, with the first of those rows."""
        rows = self._scratch.execute(
            f"SELECT {field}, min(row) FROM record WHERE {field} <> '' GROUP BY {field} HAVING count(*) > 1"
        )
        return dict(rows.fetchall())


@contextmanager
def open_sorter(kind: type[R]) -> Iterator[Sorter[R]]:
    """An empty sorter of such records."""
    scratch = sqlite3.connect("")
    try:
        yield Sorter(scratch, kind)
    finally:
        scratch.close()
