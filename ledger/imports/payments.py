"""Import of the payments that a creditor received."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Unpack

from sqlalchemy import Connection, bindparam, select, update

from ledger.bulk import put
from ledger.fact_tables import PaymentRow
from ledger.imports import values
from ledger.imports.columns import KNOWN_HEADERS, Layout
from ledger.imports.people import WHO, NamedReader, People
from ledger.imports.run import ImportResult, Options, Run, open_run
from ledger.imports.sorter import open_sorter
from ledger.imports.source import Row
from ledger.tables import DebtorRow, DebtRow, table
from ledger.totals import count, grow

DEBTOR, DEBT, PAYMENT = table(DebtorRow), table(DebtRow), table(PaymentRow)
PAYMENTS = Layout(
    {
        **WHO,
        "payment_id": ("payment id", "id платежа", "номер платежа", "код платежа", "идентификатор платежа"),
        "service": KNOWN_HEADERS["service"],
        "day": ("day", "date", "payment date", "paid on", "дата", "дата платежа", "дата оплаты"),
        "sum": ("sum", "amount", "payment", "сумма", "сумма платежа", "сумма оплаты", "оплачено"),
        "remaining": ("remaining", "remaining debt", "остаток", "остаток долга", "остаток задолженности"),
    },
    required=(("external_id", "account"), ("day",), ("sum",)),
    of="payment",
)
_REMAINS = update(DEBT).where(DEBT.c.id == bindparam("of_debt")).values(kopecks=bindparam("remaining"))


class PaymentRecord(NamedTuple):
    """The checked facts of a row; ``remaining`` kopecks are what is still owed on that account, if told."""

    known_by: str
    who: str
    row: int
    payment_id: str
    account: str
    service: str
    day: str
    kopecks: int
    remaining: int | None


class PaymentReader(NamedReader[PaymentRecord]):
    """Reads the rows of a list of payments; any wrong value refuses its row."""

    def _record(self, row: Row) -> PaymentRecord:
        known_by, who = self._who(row)
        told = self._text(row, "remaining")
        return PaymentRecord(
            known_by=known_by,
            who=who,
            row=row.line,
            payment_id=self._must(row, "payment_id", values.label),
            account=self._must(row, "account", values.label),
            service=self._must(row, "service", values.label),
            day=self._must(row, "day", values.day).isoformat(),
            kopecks=self._must(row, "sum", values.kopecks),
            remaining=self._must(row, "remaining", values.kopecks) if told else None,
        )


def import_payments(
    connection: Connection, portfolio_id: int, path: Path, **options: Unpack[Options]
) -> ImportResult:
    """Put the payments of a file into the books within the caller's transaction; run again, it changes nothing.

    A payment is known by the creditor's id of it, else by debtor, day and sum, counted within the file. It
    reduces no debt, unless the file tells what remains. Raises as `open_run` does.
    """
    with open_run(path, PAYMENTS, options) as run, open_sorter(PaymentRecord) as sorter:
        sorter.add(run.records(PaymentReader, share=0.5))
        people = People(connection, portfolio_id, run.rejects)
        merger = _Merger(connection, portfolio_id, run, sorter.first_rows("payment_id"))
        for batch in run.batches(sorter.groups()):
            merger.merge(people.of(batch))
        grow(connection, portfolio_id, run.grown)
        return run.result()


class _Paid(NamedTuple):
    """A payment as the table has it, without its key."""

    debtor_id: int
    paid_on: str
    kopecks: int


class _Merger:
    """Writes payments, and what remains of debts."""

    def __init__(
        self, connection: Connection, portfolio_id: int, run: Run, first_rows: Mapping[str, int]
    ) -> None:
        self._connection = connection
        self._portfolio_id = portfolio_id
        self._run = run
        self._first_rows = first_rows

    def merge(self, told: Mapping[int, Sequence[PaymentRecord]]) -> None:
        """Write what is new, and count."""
        of_debtors = {id: list(self._once(records)) for id, records in told.items()}
        paid = {key: payment for id, records in of_debtors.items() for key, payment in _keyed(id, records)}
        stored = self._stored(paid)
        fresh = {key: payment for key, payment in paid.items() if stored.get(key) != payment}
        rows = [(self._portfolio_id, key, *payment) for key, payment in fresh.items()]
        key, facts = ("portfolio_id", "key"), _Paid._fields
        put(self._connection, PAYMENT, (*key, *facts), rows, key=key, facts=facts)
        changed = len(fresh.keys() & stored.keys())
        of_whom = {payment.debtor_id for payment in fresh.values()}
        of_whom |= {stored[key].debtor_id for key in fresh if key in stored}
        self._run.count(
            added=len(fresh) - changed,
            changed=changed,
            unchanged=len(paid) - len(fresh),
            debtors=of_whom | self._put_remaining(of_debtors),
        )

    def _once(self, records: Iterable[PaymentRecord]) -> Iterator[PaymentRecord]:
        """Those that are no second row of a payment."""
        for record in records:
            first = self._first_rows.get(record.payment_id, record.row)
            if first == record.row:
                yield record
            else:
                reason = f"the same payment as in row {first}"
                self._run.rejects.add(record.row, "payment_id", record.payment_id, reason)

    def _stored(self, keys: Iterable[str]) -> dict[str, _Paid]:
        rows = self._connection.execute(
            select(PAYMENT.c.key, PAYMENT.c.debtor_id, PAYMENT.c.paid_on, PAYMENT.c.kopecks).where(
                PAYMENT.c.portfolio_id == self._portfolio_id, PAYMENT.c.key.in_(keys)
            )
        )
        return {key: _Paid(debtor, day.isoformat(), kopecks) for key, debtor, day, kopecks in rows.all()}

    def _put_remaining(self, of_debtors: Mapping[int, Sequence[PaymentRecord]]) -> set[int]:
        """Write the debts that the latest payments tell of; answers whose sums have changed.

        His digest goes: should the creditor's next file tell the old sum again, that is news.
        """
        last = [
            (id, record)
            for id, records in of_debtors.items()
            for record in sorted(records, key=lambda record: (record.day, record.row))
            if record.remaining is not None
        ]
        if not last:
            return set()
        debts = self._debts({id for id, _ in last})
        remaining: dict[_Debt, int] = {}
        for id, record in last:
            mine = [debt for debt in debts[id] if debt.fits(record)]
            if len(mine) == 1:
                remaining[mine[0]] = record.remaining or 0
            else:
                reason = f"{len(mine)} debts of this debtor fit; tell the account and the service"
                self._run.rejects.add(record.row, "remaining", f"{(record.remaining or 0) / 100:.2f}", reason)
        changed = {debt: now for debt, now in remaining.items() if now != debt.kopecks}
        owners = {debt.debtor_id for debt in changed}
        before = count(self._connection, owners)
        if changed:
            rows = [{"of_debt": debt.id, "remaining": now} for debt, now in changed.items()]
            self._connection.execute(_REMAINS, rows)
        self._run.grown += count(self._connection, owners) - before
        self._connection.execute(update(DEBTOR).where(DEBTOR.c.id.in_(owners)).values(digest=""))
        return owners

    def _debts(self, debtors: Iterable[int]) -> Mapping[int, Sequence[_Debt]]:
        columns = (DEBT.c[name] for name in _Debt._fields)
        found = defaultdict[int, list[_Debt]](list)
        for row in self._connection.execute(select(*columns).where(DEBT.c.debtor_id.in_(debtors))).all():
            found[row.debtor_id].append(_Debt(*row))
        return found


class _Debt(NamedTuple):
    id: int
    debtor_id: int
    account: str
    service: str
    kopecks: int

    def fits(self, record: PaymentRecord) -> bool:
        """Whether the payment may be for this debt."""
        return record.account in ("", self.account) and record.service in ("", self.service)


def _keyed(debtor_id: int, records: Iterable[PaymentRecord]) -> Iterator[tuple[str, _Paid]]:
    """Payments of one debtor with their keys; equal ones without ids are counted."""
    times = Counter[_Paid]()
    for record in records:
        paid = _Paid(debtor_id, record.day, record.kopecks)
        times[paid] += not record.payment_id
        yield record.payment_id or f"{debtor_id} {record.day} {record.kopecks} {times[paid]}", paid
