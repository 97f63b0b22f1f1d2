"""A debtor as a file tells him, and set-wise into the tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.phone import PhoneSource, PhoneStatus
from ledger.imports.records import Record
from ledger.imports.rejects import Rejects
from ledger.tables import DebtorRow, DebtRow, PhoneRow, table

DEBTOR, DEBT, PHONE = table(DebtorRow), table(DebtRow), table(PhoneRow)
PERSON = ("name", "region", "zones", "language", "vulnerable")
_UPSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_NEW_PHONE = {"status": PhoneStatus.UNVERIFIED.value, "source": PhoneSource.CLIENT.value}
_UPDATE = (
    update(DEBTOR)
    .where(DEBTOR.c.id == bindparam("of_debtor"))
    .values({column: bindparam(column) for column in (*PERSON, "digest")})
)


class Told(NamedTuple):
    """What a file tells of one debtor: the person by his first record, all his debts and phones."""

    person: Record
    debts: tuple[Record, ...]
    phones: tuple[str, ...]
    digest: str

    @property
    def values(self) -> dict[str, Any]:
        """The debtor's columns."""
        person = self.person
        return {
            "name": person.name,
            "region": person.region,
            "zones": person.zones,
            "language": person.language,
            "vulnerable": bool(person.vulnerable),
            "digest": self.digest,
        }


@dataclass(slots=True)
class Tally:
    """Debtors by what became of them."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


def tell(records: Sequence[Record], rejects: Rejects) -> Told:
    """Bring a debtor's records together; a second one of the same account and service is refused."""
    if len(records) == 1:  # nine in ten
        phones = tuple(records[0].phones.split())
        return Told(records[0], tuple(records), phones, _digest(records[0], records, phones))
    debts: dict[tuple[str, str], Record] = {}
    for record in records:
        first = debts.setdefault((record.account, record.service), record)
        if first is not record:
            reason = f"the same debtor, account and service as in row {first.row}"
            rejects.add(record.row, "account", record.account, reason)
    phones = tuple(dict.fromkeys(phone for debt in debts.values() for phone in debt.phones.split()))
    return Told(records[0], tuple(debts.values()), phones, _digest(records[0], debts.values(), phones))


def _digest(person: Record, debts: Iterable[Record], phones: Sequence[str]) -> str:
    """The same for the same facts, wherever in the file they stand."""
    owed = sorted((debt.account, debt.service, debt.kopecks, debt.oldest_unpaid) for debt in debts)
    facts = (person.name, person.region, person.zones, person.language, person.vulnerable, owed, phones)
    return blake2b(repr(facts).encode(), digest_size=16).hexdigest()


@dataclass
class Merger:
    """Writes debtors into a portfolio. What a file does not tell (other debts and phones) stays as it is."""

    connection: Connection
    portfolio_id: int
    batches: int = 0

    def merge(self, batch: Sequence[Told], tally: Tally) -> None:
        """Add new debtors, bring changed ones up to date, and count."""
        stored = self._stored(batch)
        new = [told for told in batch if told.person.external_id not in stored]
        changed = [
            told
            for told in batch
            if told.person.external_id in stored and stored[told.person.external_id][1] != told.digest
        ]
        ids = {key: id for key, (id, _) in stored.items()} | self._insert(new)
        self._update(changed, ids)
        self._put_debts([*new, *changed], ids)
        self._put_phones([*new, *changed], ids)
        tally.added += len(new)
        tally.changed += len(changed)
        tally.unchanged += len(batch) - len(new) - len(changed)
        self.batches += 1
        if self.batches.bit_count() == 1:  # doubled since the last time
            self._tell_the_planner()

    def _tell_the_planner(self) -> None:
        """Let PostgreSQL count what the transaction has written: by itself it takes the tables for empty until
        the commit, and reads the whole portfolio for every batch.
        """
        if self.connection.dialect.name == "postgresql":
            for written in (DEBTOR, DEBT, PHONE):
                self.connection.exec_driver_sql(f"ANALYZE {written.name}")

    def _stored(self, batch: Sequence[Told]) -> dict[str, tuple[int, str]]:
        """Id and digest of those debtors of the batch that the books have, by key."""
        keys = [told.person.external_id for told in batch]
        rows = self.connection.execute(
            select(DEBTOR.c.external_id, DEBTOR.c.id, DEBTOR.c.digest).where(
                DEBTOR.c.portfolio_id == self.portfolio_id, DEBTOR.c.external_id.in_(keys)
            )
        )
        return {key: (id, digest) for key, id, digest in rows}

    def _insert(self, new: Sequence[Told]) -> dict[str, int]:
        """The ids of the new debtors, by key."""
        rows = [
            {"portfolio_id": self.portfolio_id, "external_id": told.person.external_id} | told.values
            for told in new
        ]
        if not rows:
            return {}
        inserted = self.connection.execute(insert(DEBTOR).returning(DEBTOR.c.external_id, DEBTOR.c.id), rows)
        return dict(inserted.all())

    def _update(self, changed: Sequence[Told], ids: dict[str, int]) -> None:
        rows = [{"of_debtor": ids[told.person.external_id]} | told.values for told in changed]
        if rows:
            self.connection.execute(_UPDATE, rows)

    def _put_debts(self, batch: Sequence[Told], ids: dict[str, int]) -> None:
        rows = (
            {
                "debtor_id": ids[told.person.external_id],
                "account": debt.account,
                "service": debt.service,
                "kopecks": debt.kopecks,
                "oldest_unpaid": date.fromisoformat(debt.oldest_unpaid),
            }
            for told in batch
            for debt in told.debts
        )
        self._upsert(DEBT, ("debtor_id", "account", "service"), ("kopecks", "oldest_unpaid"), rows)

    def _put_phones(self, batch: Sequence[Told], ids: dict[str, int]) -> None:
        rows = (
            {"debtor_id": ids[told.person.external_id], "number": number, "position": position} | _NEW_PHONE
            for told in batch
            for position, number in enumerate(told.phones)
        )
        self._upsert(PHONE, ("debtor_id", "number"), ("position",), rows)

    def _upsert(
        self, into: Any, key: Sequence[str], facts: Sequence[str], rows: Iterable[dict[str, Any]]
    ) -> None:
        if ready := list(rows):
            put = _UPSERT[self.connection.dialect.name](into)
            now_known = {column: put.excluded[column] for column in facts}
            self.connection.execute(put.on_conflict_do_update(index_elements=key, set_=now_known), ready)
