"""From the cells of a row to a record, or to the reason why there is none.

A wrong value of a fact that decides whom we contact about what (key, sum, month, vulnerable) refuses the row.
Any other wrong value (phone, region, language, stage ...) is refused alone: the debt is true without it.
"""

from __future__ import annotations

from typing import NamedTuple

from domain.debtor import Stage
from ledger.imports import values
from ledger.imports.cells import RowReader
from ledger.imports.columns import Columns
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
    stage: str
    property_class: str
    built: int | None
    tags: str


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
            phones=" ".join(self._phones(row, "phones")),
            stage=self._maybe(row, "stage", values.stage) or Stage.PRE_COURT,
            property_class=self._maybe(row, "property_class", values.property_class) or "",
            built=self._maybe(row, "built", values.year),
            tags=",".join(self._maybe(row, "tags", values.tags) or ()),
        )
