"""Import of enforcement proceedings: which bailiff works which debtor's case, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple, Unpack

from sqlalchemy import Connection, select

from ledger.bulk import put
from ledger.fact_tables import ProceedingRow
from ledger.imports import values
from ledger.imports.columns import Layout
from ledger.imports.people import WHO, NamedReader, People
from ledger.imports.phones import normalise_office
from ledger.imports.run import ImportResult, Options, Run, open_run
from ledger.imports.sorter import open_sorter
from ledger.imports.source import Row
from ledger.imports.zones import region_of, zone_of
from ledger.proceedings import Proceedings, set_stages
from ledger.tables import table

PROCEEDING = table(ProceedingRow)
PROCEEDINGS = Layout(
    {
        **WHO,
        "number": (
            "number",
            "proceeding",
            "proceeding number",
            "номер ип",
            "номер исполнительного производства",
            "ип",
        ),
        "opened_on": ("opened on", "date", "opened", "дата возбуждения", "дата ип", "дата"),
        "document": (
            "document",
            "исполнительный документ",
            "реквизиты ид",
            "реквизиты исполнительного документа",
        ),
        "department": ("department", "осп", "отделение", "подразделение", "отдел судебных приставов"),
        "address": ("address", "адрес осп", "адрес отделения", "адрес подразделения", "адрес"),
        "bailiff": ("bailiff", "пристав", "спи", "судебный пристав", "фио пристава"),
        "bailiff_phone": ("bailiff phone", "телефон пристава", "телефон спи", "телефон осп", "телефон"),
        "extension": ("extension", "добавочный", "добавочный номер", "доб"),
        "department_region": ("department region", "регион осп", "регион отделения"),
        "department_zone": ("department zone", "часовой пояс осп", "часовой пояс отделения"),
        "sum": ("sum", "outstanding", "остаток", "остаток задолженности", "сумма", "сумма долга"),
        "ended_on": ("ended on", "ended", "дата окончания", "дата прекращения", "окончено"),
        "end_reason": ("end reason", "причина окончания", "основание окончания", "причина прекращения"),
    },
    required=(("external_id", "account"), ("number",), ("opened_on",), ("sum",)),
    of="proceeding",
)
FACTS = (
    *("opened_on", "document", "department", "address", "bailiff", "bailiff_phone"),
    *("extension", "zones", "kopecks", "ended_on", "end_reason"),
)
ENDED = FACTS.index("ended_on")
Facts = tuple[object, ...]
Known = tuple[int, str]
"""By what a proceeding is known: its debtor's id, and its number."""


class ProceedingRecord(NamedTuple):
    """The checked facts of a row; from ``opened_on`` on they are the columns of the table."""

    known_by: str
    who: str
    row: int
    number: str
    opened_on: str
    document: str
    department: str
    address: str
    bailiff: str
    bailiff_phone: str
    extension: str
    zones: str
    kopecks: int
    ended_on: str | None
    end_reason: str


class ProceedingReader(NamedReader[ProceedingRecord]):
    """Reads the rows of a list of proceedings. A wrong phone is refused alone, any other value refuses its row."""

    def _record(self, row: Row) -> ProceedingRecord:
        known_by, who = self._who(row)
        opened_on = self._must(row, "opened_on", values.day)
        ended_on = self._must(row, "ended_on", values.day) if self._text(row, "ended_on") else None
        if ended_on and ended_on < opened_on:
            self._refuse(row, "ended_on", ended_on.isoformat(), "before the day it was opened")
        phone, extension = self._maybe(row, "bailiff_phone", normalise_office) or ("", "")
        return ProceedingRecord(
            known_by=known_by,
            who=who,
            row=row.line,
            number=self._must(row, "number", values.identifier),
            opened_on=opened_on.isoformat(),
            document=self._must(row, "document", values.note),
            department=self._must(row, "department", values.note),
            address=self._must(row, "address", values.note),
            bailiff=self._must(row, "bailiff", values.label),
            bailiff_phone=phone,
            extension=self._must(row, "extension", values.extension) or extension,
            zones=self._zones(row),
            kopecks=self._must(row, "sum", values.kopecks),
            ended_on=ended_on.isoformat() if ended_on else None,
            end_reason=self._must(row, "end_reason", values.note),
        )

    def _zones(self, row: Row) -> str:
        """The clocks of the department, by its zone or its region; empty where the file tells neither."""
        region = self._maybe(row, "department_region", region_of)
        return self._maybe(row, "department_zone", zone_of) or ",".join(region.zones if region else ())


def import_proceedings(
    connection: Connection, portfolio_id: int, path: Path, **options: Unpack[Options]
) -> ImportResult:
    """Put the proceedings of a file into the books within the caller's transaction; run again, it changes nothing.

    A proceeding is known by debtor and number. A debtor with an open one is in the stage of enforcement; when his
    last one has ended, the judgment stays. Raises as `open_run` does.
    """
    with open_run(path, PROCEEDINGS, options) as run, open_sorter(ProceedingRecord) as sorter:
        sorter.add(run.records(ProceedingReader, share=0.5))
        people = People(connection, portfolio_id, run.rejects)
        for batch in run.batches(sorter.groups()):
            _merge(connection, run, people.of(batch))
        return run.result()


def _merge(connection: Connection, run: Run, told: Mapping[int, Sequence[ProceedingRecord]]) -> None:
    """Write what is new, and count."""
    proceedings: dict[Known, Facts] = {
        (id, record.number): tuple(record[4:])
        for id, records in told.items()
        for record in _once(records, run)
    }
    stored = _stored(connection, told)
    _keep_ends(connection, proceedings, stored)
    fresh = {key: facts for key, facts in proceedings.items() if stored.get(key) != facts}
    rows = [(*key, *facts) for key, facts in fresh.items()]
    key = ("debtor_id", "number")
    put(connection, PROCEEDING, (*key, *FACTS), rows, key=key, facts=FACTS)
    debtors = {id for id, _ in fresh}
    set_stages(connection, debtors)
    changed = len(fresh.keys() & stored.keys())
    unchanged = len(proceedings) - len(fresh)
    run.count(added=len(fresh) - changed, changed=changed, unchanged=unchanged, debtors=debtors)


def _once(records: Iterable[ProceedingRecord], run: Run) -> Iterator[ProceedingRecord]:
    first: dict[str, int] = {}
    for record in records:
        if first.setdefault(record.number, record.row) == record.row:
            yield record
        else:
            reason = f"the same proceeding as in row {first[record.number]}"
            run.rejects.add(record.row, "number", record.number, reason)


def _keep_ends(connection: Connection, told: dict[Known, Facts], stored: Mapping[Known, Facts]) -> None:
    """What a bailiff has said to be over stays so, until a file tells its end: creditors' files come later."""
    undone = {key for key, facts in told.items() if key in stored and stored[key][ENDED] and not facts[ENDED]}
    for key in Proceedings(connection).said_to_be_over(undone):
        told[key] = (*told[key][:ENDED], *stored[key][ENDED:])


def _stored(connection: Connection, debtors: Iterable[int]) -> dict[Known, Facts]:
    columns = (PROCEEDING.c[name] for name in ("debtor_id", "number", *FACTS))
    rows = connection.execute(select(*columns).where(PROCEEDING.c.debtor_id.in_(debtors)))
    return {
        (id, number): tuple(fact.isoformat() if isinstance(fact, date) else fact for fact in facts)
        for id, number, *facts in rows.all()
    }
