"""From the cells of a row to a record, or to the reason why there is none.

A wrong value of a fact that decides whom we contact about what (key, sum, month, vulnerable) refuses the row.
Any other wrong value (phone, region, language, stage ...) is refused alone: the debt is true without it.
"""

from __future__ import annotations

from operator import itemgetter
from typing import NamedTuple

from domain.debtor import Stage
from ledger.imports import values
from ledger.imports.cells import RowReader
from ledger.imports.columns import Columns
from ledger.imports.rejects import Rejects
from ledger.imports.source import Row
from ledger.imports.zones import nowhere, region_of, zone_of


class _Common(NamedTuple):
    """What many rows say alike."""

    service: str
    oldest_unpaid: str
    vulnerable: bool
    region: str
    zones: str
    language: str
    stage: str
    property_class: str
    built: int | None
    tags: str


class Record(NamedTuple):
    """The checked facts of a row: one debt, and the debtor with his phones. Fields as the sorter stores them."""

    external_id: str
    row: int
    name: str
    person: str | None
    address: str
    birth_year: int | None
    account: str
    kopecks: int
    penalty: int
    phones: str
    service: str
    oldest_unpaid: str
    vulnerable: bool
    region: str
    zones: str
    language: str
    stage: str
    property_class: str
    built: int | None
    tags: str


ALIKE = (
    *("service", "oldest_unpaid", "vulnerable", "region", "zone", "language"),
    *("stage", "property_class", "built", "tags"),
)
"""Fields of which a file has few different values: what they say together is worth remembering."""
REMEMBERED = 1 << 16


class RecordReader(RowReader[Record]):
    """Reads the rows of a file of debtors.

    In a file without keys the account is the key, and without accounts the key is the account.
    """

    def __init__(self, columns: Columns, rejects: Rejects) -> None:
        super().__init__(columns, rejects)
        only = self._place["external_id" if "external_id" in self._place else "account"]
        self._place = {"external_id": only, "account": only} | self._place
        places = [self._place[field] for field in ALIKE if field in self._place]
        self._alike = itemgetter(*places)
        self._known: dict[str | tuple[str, ...], _Common] = {}

    def _record(self, row: Row) -> Record:
        account = self._must(row, "account", values.identifier)
        external_id = self._must(row, "external_id", values.identifier)
        kopecks = self._must(row, "sum", values.kopecks)
        common = self._common(row)
        return Record(
            external_id,
            row.line,
            self._text(row, "name"),
            self._maybe(row, "person", values.person),
            self._maybe(row, "address", values.note) or "",
            self._maybe(row, "birth_year", values.birth_year),
            account,
            kopecks,
            self._must(row, "penalty", values.penalty),
            " ".join(self._phones(row, "phones")),
            *common,
        )

    def _common(self, row: Row) -> _Common:
        """What the `ALIKE` fields say; of rows with a wrong one each is told."""
        cells = self._alike(row.cells)
        if known := self._known.get(cells):
            return known
        before = self.rejects.count
        service = self._must(row, "service", values.label)
        oldest_unpaid = self._must(row, "oldest_unpaid", values.month)
        vulnerable = self._must(row, "vulnerable", values.flag)
        region = self._maybe(row, "region", region_of) or nowhere()
        common = _Common(
            service=service,
            oldest_unpaid=oldest_unpaid.isoformat(),
            vulnerable=vulnerable,
            region=region.code,
            zones=self._maybe(row, "zone", zone_of) or ",".join(region.zones),
            language=self._maybe(row, "language", values.language) or values.RUSSIAN,
            stage=(self._maybe(row, "stage", values.stage) or Stage.PRE_COURT).value,
            property_class=self._maybe(row, "property_class", values.property_class) or "",
            built=self._maybe(row, "built", values.year),
            tags=",".join(self._maybe(row, "tags", values.tags) or ()),
        )
        if self.rejects.count == before and len(self._known) < REMEMBERED:
            self._known[cells] = common
        return common
