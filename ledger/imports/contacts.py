"""Import of a contact search: phones that were found for debtors, or found out about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Unpack

from sqlalchemy import Connection, select

from domain.phone import PhoneSource, PhoneStatus
from ledger.bulk import put
from ledger.imports import values
from ledger.imports.columns import KNOWN_HEADERS, Layout
from ledger.imports.people import WHO, NamedReader, People
from ledger.imports.run import ImportResult, Options, Run, open_run
from ledger.imports.sorter import open_sorter
from ledger.imports.source import Row
from ledger.tables import PhoneRow, table
from ledger.totals import count, grow

PHONE = table(PhoneRow)
CONTACTS = Layout(
    {
        **WHO,
        "phones": KNOWN_HEADERS["phones"],
        "status": ("status", "phone status", "статус", "статус телефона", "результат проверки"),
        "source": ("source", "источник", "источник телефона"),
    },
    required=(("external_id", "account"), ("phones",)),
    many=frozenset({"phones"}),
    of="phone",
)
_STATUSES = {
    **{status.value.replace("_", " "): status for status in PhoneStatus},
    **dict.fromkeys(("не проверен", "непроверенный"), PhoneStatus.UNVERIFIED),
    **dict.fromkeys(("подтвержден", "подтвержденный", "верный"), PhoneStatus.CONFIRMED),
    **dict.fromkeys(("неверный", "чужой", "не тот"), PhoneStatus.WRONG),
    **dict.fromkeys(("третье лицо", "родственник"), PhoneStatus.THIRD_PARTY),
    **dict.fromkeys(("не существует", "не обслуживается", "отключен"), PhoneStatus.DEAD),
}
_SOURCES = {
    **{source.value: source for source in PhoneSource},
    **dict.fromkeys(("клиент", "кредитор", "заказчик"), PhoneSource.CLIENT),
    **dict.fromkeys(("поиск", "поиск контактов"), PhoneSource.SEARCH),
}


class ContactRecord(NamedTuple):
    """The checked facts of a row: phones of one debtor, all of one status ("" when untold) and source."""

    known_by: str
    who: str
    row: int
    phones: str
    status: str
    source: str


class ContactReader(NamedReader[ContactRecord]):
    """Reads the rows of a contact search. A wrong phone is refused alone, any other value refuses its row."""

    def _record(self, row: Row) -> ContactRecord:
        known_by, who = self._who(row)
        told = self._text(row, "status")
        return ContactRecord(
            known_by=known_by,
            who=who,
            row=row.line,
            phones=" ".join(self._phones(row, "phones")),
            status=self._must(row, "status", _status).value if told else "",
            source=(self._maybe(row, "source", _source) or PhoneSource.SEARCH).value,
        )


@lru_cache
def _status(text: str) -> PhoneStatus:
    return values.named(text, _STATUSES)


@lru_cache
def _source(text: str) -> PhoneSource:
    return values.named(text, _SOURCES)


def import_phones(
    connection: Connection, portfolio_id: int, path: Path, **options: Unpack[Options]
) -> ImportResult:
    """Put found phones into the books within the caller's transaction; run again, it changes nothing.

    New ones go behind those the debtor has. One that he has keeps its source and place, and takes the status if the
    file tells one. Counts phones. Raises as `open_run` does.
    """
    with open_run(path, CONTACTS, options) as run, open_sorter(ContactRecord) as sorter:
        sorter.add(run.records(ContactReader, share=0.5))
        people = People(connection, portfolio_id, run.rejects)
        for batch in run.batches(sorter.groups()):
            _merge(connection, run, people.of(batch))
        grow(connection, portfolio_id, run.grown)
        return run.result()


class _Known(NamedTuple):
    """A phone as the table has it."""

    status: str
    source: str
    position: int


def _merge(connection: Connection, run: Run, told: Mapping[int, Sequence[ContactRecord]]) -> None:
    """Write what is new, and count."""
    stored = _stored(connection, told)
    fresh: dict[tuple[int, str], _Known] = {}
    added = phones = 0
    for id, records in told.items():
        mine = stored[id]
        behind = max((known.position for known in mine.values()), default=-1) + 1
        for number, record in _once(records, run):
            phones += 1
            if number not in mine:
                status = record.status or PhoneStatus.UNVERIFIED.value
                fresh[id, number] = _Known(status, record.source, behind)
                added, behind = added + 1, behind + 1
            elif record.status not in ("", mine[number].status):
                fresh[id, number] = mine[number]._replace(status=record.status)
    rows = [(*whose, *known) for whose, known in fresh.items()]
    key, owners = ("debtor_id", "number"), {id for id, _ in fresh}
    before = count(connection, owners)
    put(connection, PHONE, (*key, *_Known._fields), rows, key=key, facts=("status",))
    run.grown += count(connection, owners) - before
    run.count(
        added=added,
        changed=len(fresh) - added,
        unchanged=phones - len(fresh),
        debtors=owners,
    )


def _once(records: Iterable[ContactRecord], run: Run) -> Iterator[tuple[str, ContactRecord]]:
    """Each phone of a debtor with the first row that tells it."""
    first: dict[str, int] = {}
    for record in records:
        for number in record.phones.split():
            if first.setdefault(number, record.row) == record.row:
                yield number, record
            else:
                reason = f"the same debtor's phone as in row {first[number]}"
                run.rejects.add(record.row, "phone", number, reason)


def _stored(connection: Connection, debtors: Iterable[int]) -> Mapping[int, Mapping[str, _Known]]:
    """The phones of these debtors by number."""
    columns = (PHONE.c.debtor_id, PHONE.c.number, PHONE.c.status, PHONE.c.source, PHONE.c.position)
    found = defaultdict[int, dict[str, _Known]](dict)
    for id, number, *known in connection.execute(
        select(*columns).where(PHONE.c.debtor_id.in_(debtors))
    ).all():
        found[id][number] = _Known(*known)
    return found
