"""Reading the cells of a row by the columns of its file; what cannot be taken goes to the rejects."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, NoReturn, TypeVar

from domain.phone import PhoneNumber
from ledger.imports.columns import Columns
from ledger.imports.phones import normalise, split_phones
from ledger.imports.rejects import Rejects
from ledger.imports.source import Row

T = TypeVar("T")
R = TypeVar("R")


class _Refused(Exception):
    """This row cannot be taken."""


class RowReader(ABC, Generic[R]):
    """Reads rows by their columns and tells ``rejects`` what it refused."""

    def __init__(self, columns: Columns, rejects: Rejects) -> None:
        self.columns = columns
        self.rejects = rejects
        self._place = {field: found[0] for field, found in columns.places.items()}

    def read(self, row: Row) -> R | None:
        """The record of a row, or None when it was refused."""
        try:
            if row.fault:
                self._refuse(row, "row", row.cells[0], row.fault)
            if len(row.cells) != self.columns.width:
                fault = f"{len(row.cells)} columns where the header has {self.columns.width}"
                self._refuse(row, "row", " | ".join(row.cells), fault)
            return self._record(row)
        except _Refused:
            return None

    @abstractmethod
    def _record(self, row: Row) -> R:
        """The record of a row that has a cell for each column."""

    def _must(self, row: Row, field: str, read: Callable[[str], T]) -> T:
        """The value of a field without which, or wrong, the row is refused."""
        text = self._text(row, field)
        try:
            return read(text)
        except ValueError as error:
            self._refuse(row, field, text, str(error))

    def _maybe(self, row: Row, field: str, read: Callable[[str], T]) -> T | None:
        """The value of a field that is refused alone; None when empty or wrong."""
        text = self._text(row, field)
        if not text:
            return None
        try:
            return read(text)
        except ValueError as error:
            self.rejects.add(row.line, field, text, str(error))
            return None

    def _phones(self, row: Row, field: str) -> list[PhoneNumber]:
        """The phones of a field's columns, each once; wrong ones are refused alone."""
        found: dict[PhoneNumber, None] = {}
        for place in self.columns.places.get(field, ()):
            for text in split_phones(row.cells[place]):
                try:
                    found[normalise(text)] = None
                except ValueError as error:
                    self.rejects.add(row.line, "phone", text, str(error))
        return list(found)

    def _text(self, row: Row, field: str) -> str:
        place = self._place.get(field)
        return "" if place is None else row.cells[place]

    def _refuse(self, row: Row, field: str, value: str, reason: str) -> NoReturn:
        self.rejects.add(row.line, field, value, reason)
        raise _Refused
