"""Promises to pay: made in a talk, judged by what came in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from domain.debtor import Payment, Promise, PromiseState
from domain.touch import TouchId
from ledger.fact_tables import PaymentRow, PromiseRow
from ledger.tables import DebtRow, table

PROMISE, PAYMENT, DEBT = table(PromiseRow), table(PaymentRow), table(DebtRow)

_JUDGED = update(PROMISE).where(PROMISE.c.id == bindparam("of_promise")).values(state=bindparam("judged"))


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise with whose it is, and the touch in which it was made."""

    debtor_id: int
    promise: Promise
    touch_id: TouchId | None = None


@dataclass(frozen=True)
class Promises:
    """Repository of promises."""

    connection: Connection

    def add(self, promised: Sequence[Promised]) -> None:
        """Write down new promises."""
        rows = [
            {
                "debtor_id": one.debtor_id,
                "touch_id": one.touch_id,
                "made_at": one.promise.made_at,
                "due": one.promise.due,
                "kopecks": one.promise.kopecks,
                "state": one.promise.state.value,
            }
            for one in promised
        ]
        if rows:
            self.connection.execute(insert(PROMISE), rows)

    def withdraw(self, touch: TouchId, made_at: datetime) -> None:
        """The talk did not bring the promise that was written down at that instant."""
        self.connection.execute(
            delete(PROMISE).where(PROMISE.c.touch_id == touch, PROMISE.c.made_at == made_at)
        )

    def judge(self, debtor_ids: Collection[int], today: date) -> None:
        """Say of each open promise of these debtors whether it was kept or broken, if that can be told today."""
        columns = (PROMISE.c.id, PROMISE.c.debtor_id, PROMISE.c.made_at, PROMISE.c.due, PROMISE.c.kopecks)
        mine = (PROMISE.c.debtor_id.in_(debtor_ids), PROMISE.c.state == PromiseState.OPEN.value)
        rows = self.connection.execute(select(*columns).where(*mine)).all()
        if not rows:
            return
        owners = {row.debtor_id for row in rows}
        payments, owed = self._payments(owners), self._owed(owners)
        judged = []
        for row in rows:
            promise = Promise(row.made_at, row.due, row.kopecks)
            state = promise.judged(payments[row.debtor_id], owed.get(row.debtor_id, 0), today)
            if state is not PromiseState.OPEN:
                judged.append({"of_promise": row.id, "judged": state.value})
        if judged:
            self.connection.execute(_JUDGED, judged)

    def _payments(self, debtor_ids: Collection[int]) -> dict[int, list[Payment]]:
        columns = (PAYMENT.c.debtor_id, PAYMENT.c.paid_on, PAYMENT.c.kopecks)
        found = defaultdict[int, list[Payment]](list)
        rows = self.connection.execute(select(*columns).where(PAYMENT.c.debtor_id.in_(debtor_ids)))
        for debtor_id, paid_on, kopecks in rows.all():
            found[debtor_id].append(Payment(paid_on, kopecks))
        return found

    def _owed(self, debtor_ids: Collection[int]) -> dict[int, int]:
        total = select(DEBT.c.debtor_id, func.sum(DEBT.c.kopecks)).where(DEBT.c.debtor_id.in_(debtor_ids))
        return {id: int(kopecks) for id, kopecks in self.connection.execute(total.group_by(DEBT.c.debtor_id))}
