"""From the cells of a row to a record, or to the reason why there is none.

A wrong value of a fact that decides whom we contact about what (key, sum, month, vulnerable) refuses the row.
A wrong phone, region, zone or language is refused alone: the debt is true without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from domain.phone import PhoneNumber
from ledger.imports import values
from ledger.imports.cells import RowReader
from ledger.imports.columns import Columns
from ledger.imports.phones import normalise, split_phones
from ledger.imports.rejects import Rejects
from ledger.imports.source import Row
from ledger.imports.zones import nowhere, region_of, zone_of


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


class RecordReader(RowReader[Record]):
    """Reads the rows of a file of debtors.

    In a file without keys the account is the key, and without accounts the key is the account.
    """

    def __init__(self, columns: Columns, rejects: Rejects) -> None:
        super().__init__(columns, rejects)
        only = self._place["external_id" if "external_id" in self._place else "account"]
        self._place = {"external_id": only, "account": only} | self._place

    def _record(self, row: Row) -> Record:
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
