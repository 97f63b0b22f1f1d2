"""From the cells of a row to a record, or to the reason why there is none.

A wrong value of a fact that decides whom we contact about what (key, sum, month, vulnerable) refuses the row.
A wrong phone, region, zone or language is refused alone: the debt is true without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn, TypeVar

from domain.phone import PhoneNumber
from ledger.imports import values
from ledger.imports.columns import Columns
from ledger.imports.phones import normalise, split_phones
from ledger.imports.rejects import Rejects
from ledger.imports.source import Row
from ledger.imports.zones import nowhere, region_of, zone_of

T = TypeVar("T")


class Record(NamedTuple):
    """The checked facts of a row: one debt, and the debtor with his phones. Fields as the sorter stores them."""

    external_id: str
    row: int
    name: str
    region: str
    zones: str
    language: str
    vulnerable: bool
    account: str
    service: str
    kopecks: int
    oldest_unpaid: str
    phones: str


class _Refused(Exception):
    """This row cannot be taken."""


class RecordReader:
    """Reads rows by their columns and tells ``rejects`` what it refused.

    In a file without keys the account is the key, and without accounts the key is the account.
    """

    def __init__(self, columns: Columns, rejects: Rejects) -> None:
        self.columns = columns
        self.rejects = rejects
        places = {field: found[0] for field, found in columns.places.items()}
        only = places["external_id" if "external_id" in places else "account"]
        self._place = {"external_id": only, "account": only} | places

    def read(self, row: Row) -> Record | None:
        """The record of a row, or None when it was refused."""
        try:
            return self._record(row)
        except _Refused:
            return None

    def _record(self, row: Row) -> Record:
        if row.fault:
            self._refuse(row, "row", row.cells[0], row.fault)
        if len(row.cells) != self.columns.width:
            fault = f"{len(row.cells)} columns where the header has {self.columns.width}"
            self._refuse(row, "row", " | ".join(row.cells), fault)
        account = self._must(row, "account", values.identifier)
        external_id = self._must(row, "external_id", values.identifier)
        service = self._must(row, "service", values.label)
        kopecks = self._must(row, "sum", values.kopecks)
        oldest_unpaid = self._must(row, "oldest_unpaid", values.month)
        vulnerable = self._must(row, "vulnerable", values.flag)
        region = self._maybe(row, "region", region_of) or nowhere()
        return Record(
            external_id=external_id,
            row=row.line,
            name=self._text(row, "name"),
            region=region.code,
            zones=self._maybe(row, "zone", zone_of) or ",".join(region.zones),
            language=self._maybe(row, "language", values.language) or values.RUSSIAN,
            vulnerable=vulnerable,
            account=account,
            service=service,
            kopecks=kopecks,
            oldest_unpaid=oldest_unpaid.isoformat(),
            phones=" ".join(self._phones(row)),
        )

    def _phones(self, row: Row) -> Sequence[PhoneNumber]:
        found: dict[PhoneNumber, None] = {}
        for place in self.columns.places.get("phones", ()):
            for text in split_phones(row.cells[place]):
                try:
                    found[normalise(text)] = None
                except ValueError as error:
                    self.rejects.add(row.line, "phone", text, str(error))
        return list(found)

    def _must(self, row: Row, field: str, read: Callable[[str], T]) -> T:
        text = self._text(row, field)
        try:
            return read(text)
        except ValueError as error:
            self._refuse(row, field, text, str(error))

    def _maybe(self, row: Row, field: str, read: Callable[[str], T]) -> T | None:
        text = self._text(row, field)
        if not text:
            return None
        try:
            return read(text)
        except ValueError as error:
            self.rejects.add(row.line, field, text, str(error))
            return None

    def _text(self, row: Row, field: str) -> str:
        place = self._place.get(field)
        return "" if place is None else row.cells[place]

    def _refuse(self, row: Row, field: str, value: str, reason: str) -> NoReturn:
        self.rejects.add(row.line, field, value, reason)
        raise _Refused
