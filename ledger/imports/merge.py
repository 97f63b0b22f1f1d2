"""A debtor as a file tells him, and set-wise into the tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from domain.phone import PhoneSource, PhoneStatus
from ledger.bulk import put
from ledger.imports.records import Record
from ledger.imports.run import Run
from ledger.plans import Plans
from ledger.tables import DebtorRow, DebtRow, PhoneRow, table
from ledger.totals import count

DEBTOR, DEBT, PHONE = table(DebtorRow), table(DebtRow), table(PhoneRow)
PERSON: Mapping[str, frozenset[str]] = {
    "name": frozenset({"name"}),
    "region": frozenset({"region"}),
    "zones": frozenset({"region", "zone"}),
    **{
        column: frozenset({column})
        for column in (
            *("language", "vulnerable", "stage", "property_class", "built", "tags", "person"),
            *("address", "birth_year"),
        )
    },
}
"""The columns of a debtor, and the fields of a file that tell them."""
PENALTY = frozenset({"penalty"})
"""The field of a debt that a file need not tell."""


class Told(NamedTuple):
    """What a file tells of one debtor: the person by his first record, all his debts and phones."""

    person: Record
    debts: tuple[Record, ...]
    phones: tuple[str, ...]
    digest: str


def _person(record: Record) -> tuple[Any, ...]:
    """The values of `PERSON`."""
    return (
        *(record.name, record.region, record.zones, record.language, bool(record.vulnerable)),
        *(record.stage, record.property_class, record.built, record.tags, record.person),
        *(record.address, record.birth_year),
    )


class Teller:
    """Brings a debtor's records together. The digest is the same for the same facts, wherever in the file they
    stand; which facts the file has a column for is part of it, and of those that it has none for nothing is.
    """

    def __init__(self, run: Run) -> None:
        told = told_of(run)
        self._rejects = run.rejects
        self._penalty = run.fields >= PENALTY
        self._columns = blake2b(repr([*told, *PENALTY] if self._penalty else told).encode(), digest_size=16)
        self._told = [place for place, column in enumerate(PERSON) if column in told]

    def tell(self, records: Sequence[Record]) -> Told:
        """One debtor; a second record of the same account and service is refused."""
        if len(records) == 1:  # nine in ten
            phones = tuple(records[0].phones.split())
            return Told(records[0], tuple(records), phones, self._digest(records[0], records, phones))
        debts: dict[tuple[str, str], Record] = {}
        for record in records:
            first = debts.setdefault((record.account, record.service), record)
            if first is not record:
                reason = f"the same debtor, account and service as in row {first.row}"
                self._rejects.add(record.row, "account", record.account, reason)
        phones = tuple(dict.fromkeys(phone for debt in debts.values() for phone in debt.phones.split()))
        digest = self._digest(records[0], debts.values(), phones)
        return Told(records[0], tuple(debts.values()), phones, digest)

    def _digest(self, person: Record, debts: Iterable[Record], phones: Sequence[str]) -> str:
        owed = sorted(
            (debt.account, debt.service, debt.kopecks, debt.oldest_unpaid)
            + ((debt.penalty,) if self._penalty else ())
            for debt in debts
        )
        facts = _person(person)
        digest = self._columns.copy()
        digest.update(repr(([facts[place] for place in self._told], owed, phones)).encode())
        return digest.hexdigest()


def told_of(run: Run) -> list[str]:
    """The columns of a debtor that the file tells."""
    return [column for column, fields in PERSON.items() if fields & run.fields]


class Merger:
    """Writes debtors into a portfolio. What a file does not tell (facts without a column, other debts and phones)
    stays as it is.
    """

    def __init__(self, connection: Connection, portfolio_id: int, run: Run) -> None:
        self._connection = connection
        self._portfolio_id = portfolio_id
        self._run = run
        self._batches = 0

    def merge(self, batch: Sequence[Told]) -> None:
        """Add new debtors, bring changed ones up to date, and count."""
        stored = self._stored(batch)
        new = [told for told in batch if told.person.external_id not in stored]
        changed = [
            told
            for told in batch
            if told.person.external_id in stored and stored[told.person.external_id][1] != told.digest
        ]
        touched = [*new, *changed]
        self._put_persons(touched)
        ids = {key: id for key, (id, _) in (self._stored(new) | stored).items()}
        owners = [ids[told.person.external_id] for told in touched]
        before = count(self._connection, owners[len(new) :])
        if "zones" in told_of(self._run):
            Plans(self._connection).move(
                self._portfolio_id, [ids[told.person.external_id] for told in changed]
            )
        self._put_debts(touched, owners)
        self._put_phones(touched, owners)
        self._run.grown += count(self._connection, owners) - before
        unchanged = len(batch) - len(touched)
        self._run.count(added=len(new), changed=len(changed), unchanged=unchanged, debtors=owners)
        self._batches += 1
        if self._batches.bit_count() == 1:  # doubled since the last time
            self._tell_the_planner()

    def _tell_the_planner(self) -> None:
        """Let PostgreSQL count what the transaction has written: by itself it takes the tables for empty until
        the commit, and reads the whole portfolio for every batch.
        """
        if self._connection.dialect.name == "postgresql":
            for written in (DEBTOR, DEBT, PHONE):
                self._connection.exec_driver_sql(f"ANALYZE {written.name}")

    def _stored(self, batch: Collection[Told]) -> dict[str, tuple[int, str]]:
        """Id and digest of those debtors of the batch that the books have, by key."""
        if not batch:
            return {}
        keys = [told.person.external_id for told in batch]
        rows = self._connection.execute(
            select(DEBTOR.c.external_id, DEBTOR.c.id, DEBTOR.c.digest).where(
                DEBTOR.c.portfolio_id == self._portfolio_id, DEBTOR.c.external_id.in_(keys)
            )
        )
        return {key: (id, digest) for key, id, digest in rows.all()}

    def _put_persons(self, touched: Sequence[Told]) -> None:
        rows: list[tuple[Any, ...]] = [
            (self._portfolio_id, told.person.external_id, told.digest, *_person(told.person))
            for told in touched
        ]
        columns = ("portfolio_id", "external_id", "digest", *PERSON)
        key = ("portfolio_id", "external_id")
        put(self._connection, DEBTOR, columns, rows, key=key, facts=("digest", *told_of(self._run)))

    def _put_debts(self, touched: Sequence[Told], owners: Sequence[int]) -> None:
        rows = [
            (owner, debt.account, debt.service, debt.kopecks, debt.oldest_unpaid, debt.penalty)
            for owner, told in zip(owners, touched, strict=True)
            for debt in told.debts
        ]
        key, sums = ("debtor_id", "account", "service"), ("kopecks", "oldest_unpaid")
        penalty = ("penalty_kopecks",)
        facts = (*sums, *penalty) if self._run.fields >= PENALTY else sums
        put(self._connection, DEBT, (*key, *sums, *penalty), rows, key=key, facts=facts)

    def _put_phones(self, touched: Sequence[Told], owners: Sequence[int]) -> None:
        new = (PhoneStatus.UNVERIFIED.value, PhoneSource.CLIENT.value)
        rows = [
            (owner, number, position, *new)
            for owner, told in zip(owners, touched, strict=True)
            for position, number in enumerate(told.phones)
        ]
        columns = ("debtor_id", "number", "position", "status", "source")
        put(self._connection, PHONE, columns, rows, key=("debtor_id", "number"), facts=("position",))
