"""Import of a list of blocks: who of a portfolio's debtors, and which phones, may not be contacted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple, Unpack
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, select

from domain.block import OF_A_PHONE, Block, BlockReason
from domain.rules import Scope
from ledger.blocks import Blocks, Held, Put
from ledger.imports.block_records import BLOCKS, BlockReader, BlockRecord
from ledger.imports.rejects import Rejects
from ledger.imports.run import BATCH, ImportResult, Options, open_run
from ledger.imports.zones import nowhere
from ledger.tables import DebtorRow, PhoneRow, table

DEBTOR, PHONE = table(DebtorRow), table(PhoneRow)


def import_blocks(
    connection: Connection, portfolio_id: int, path: Path, **options: Unpack[Options]
) -> ImportResult:
    """Put the blocks of a file into the books within the caller's transaction; run again, it changes nothing.

    A debtor is named by his key, or by a phone that nobody else of the portfolio has. Wrong persons and refusals
    of mass calls concern the phone. A time without offset is the debtor's own; where that is uncertain the
    block is as long as it may be. A block that was lifted holds again when a file tells it again.
    Raises as `open_run` does.
    """
    with open_run(path, BLOCKS, options) as run:
        records = run.records(BlockReader)
        lister = _Lister(connection, portfolio_id, run.rejects)
        while batch := list(islice(records, BATCH)):
            held = list(lister.held(batch))
            puts = Blocks(connection).put_all(held, author=f"import of {path.name}")
            tally = Counter(puts)
            run.count(
                added=tally[Put.ADDED],
                changed=tally[Put.CHANGED],
                unchanged=tally[Put.UNCHANGED],
                debtors=(
                    one.debtor_id
                    for one, put in zip(held, puts, strict=True)
                    if put is not Put.UNCHANGED and one.debtor_id is not None
                ),
            )
        return run.result()


class _Person(NamedTuple):
    """Whom a block concerns: a debtor, or with None whoever has a phone; and the zones he may live in."""

    id: int | None
    zones: tuple[str, ...]


People = Mapping[str, Sequence[_Person]]


class _Misfit(ValueError):
    """A record that does not fit the books: field, value and reason."""


class _Lister:
    """Finds whom the records are about, and makes blocks of them."""

    def __init__(self, connection: Connection, portfolio_id: int, rejects: Rejects) -> None:
        self._connection = connection
        self._portfolio_id = portfolio_id
        self._rejects = rejects
        self._lines: dict[object, int] = {}

    def held(self, records: Sequence[BlockRecord]) -> Iterator[Held]:
        """The blocks of those records that fit; the others are refused."""
        by_key = self._people(DEBTOR.c.external_id, {record.external_id for record in records})
        by_phone = self._people(PHONE.c.number, {record.phone for record in records if record.phone})
        for record in records:
            try:
                held = _held(record, _person(record, by_key, by_phone))
                self._once(held, record)
            except _Misfit as misfit:
                self._rejects.add(record.line, *misfit.args)
            else:
                yield held

    def _people(self, known_by: ColumnElement[str], names: Iterable[str]) -> People:
        """The portfolio's debtors by key or phone."""
        query = (
            select(known_by, DEBTOR.c.id, DEBTOR.c.zones)
            .select_from(DEBTOR.join(PHONE) if known_by is PHONE.c.number else DEBTOR)
            .where(DEBTOR.c.portfolio_id == self._portfolio_id, known_by.in_(names))
        )
        found: defaultdict[str, list[_Person]] = defaultdict(list)
        for name, id, zones in self._connection.execute(query):
            found[name].append(_Person(id, tuple(filter(None, zones.split(","))) or nowhere().zones))
        return found

    def _once(self, held: Held, record: BlockRecord) -> None:
        """Two rows of one block would undo each other at every run."""
        first = self._lines.setdefault(held.key, record.line)
        if first != record.line:
            who = record.external_id or record.phone or ""
            raise _Misfit("row", who, f"the same block as in row {first}")


def _person(record: BlockRecord, by_key: People, by_phone: People) -> _Person:
    if record.phone and _of_anybody(record):
        return _Person(None, nowhere().zones)
    if record.external_id:
        field, value, people = "external_id", record.external_id, by_key.get(record.external_id, ())
    else:
        field, value, people = "phone", record.phone or "", by_phone.get(record.phone or "", ())
    if not people:
        raise _Misfit(field, value, "no debtor of the portfolio has it")
    if len(people) > 1:
        raise _Misfit(field, value, "several debtors of the portfolio have it; tell the debtor's key")
    return people[0]


def _of_anybody(record: BlockRecord) -> bool:
    """A refusal of mass calls is the subscriber's, whoever he is; a wrong person may be so for one debtor."""
    if record.reason is BlockReason.OPT_OUT:
        return True
    return record.reason in OF_A_PHONE and not record.external_id


def _held(record: BlockRecord, person: _Person) -> Held:
    start = _first(record.start, person)
    if record.end is not None and _first(record.end, person) <= start:
        raise _Misfit("to", f"{record.end:%Y-%m-%d %H:%M}", "the block ends before it begins")
    target = record.phone if record.reason in OF_A_PHONE else None
    block = Block(
        channels=record.channels,
        start=start,
        end=_last(record.end, person) if record.end else None,
        reason=record.reason.value,
        scope=Scope.PHONE if target else Scope.DEBTOR,
        target=target or "",
        document=record.document,
        received_at=_first(record.received_at, person) if record.received_at else None,
    )
    return Held(block, person.id)


def _first(at: datetime, person: _Person) -> datetime:
    """When it may first be that time where he may live."""
    return min(_instants(at, person))


def _last(at: datetime, person: _Person) -> datetime:
    return max(_instants(at, person))


def _instants(at: datetime, person: _Person) -> list[datetime]:
    """In UTC; a time that tells its offset is one instant wherever he lives."""
    zones = (at.tzinfo,) if at.tzinfo else map(ZoneInfo, person.zones)
    return [at.replace(tzinfo=zone).astimezone(UTC) for zone in zones]
