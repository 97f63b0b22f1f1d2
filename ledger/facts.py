"""Debtors as strategies see them, read a thousand at a time: one query for each kind of fact.

Planning reads every debtor of a portfolio, so it is the rows of one debtor that must be cheap, not the query.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, select

from domain.debtor import (
    Debt,
    Debtor,
    Instalment,
    Payment,
    Promise,
    PromiseState,
    PropertyClass,
    Stage,
    Want,
)
from domain.phone import Phone, PhoneSource, PhoneStatus, Tried
from ledger.fact_tables import InstalmentRow, PaymentRow, PhoneTriedRow, PromiseRow
from ledger.tables import DebtorRow, DebtRow, PhoneRow, PortfolioRow, table

T = TypeVar("T")

PORTFOLIO, DEBTOR, DEBT, PHONE = table(PortfolioRow), table(DebtorRow), table(DebtRow), table(PhoneRow)
TRIED, PAYMENT = table(PhoneTriedRow), table(PaymentRow)
PROMISE, INSTALMENT = table(PromiseRow), table(InstalmentRow)

# A lookup costs a fifth of an enumeration's constructor.
STATUSES = {status.value: status for status in PhoneStatus}
SOURCES = {source.value: source for source in PhoneSource}
STAGES = {stage.value: stage for stage in Stage}
CLASSES: dict[str, PropertyClass | None] = {"": None, **{kind.value: kind for kind in PropertyClass}}
STATES = {state.value: state for state in PromiseState}
PERSON = (
    *("id", "external_id", "portfolio_id", "zones", "region", "language", "vulnerable"),
    *("stage", "property_class", "built", "tags", "person"),
)


def whole(connection: Connection, ids: Sequence[int], want: Collection[Want]) -> list[Debtor]:
    """The debtors with these ascending ids, in that order."""
    if not ids:
        return []
    read = _Reader(connection, ids)
    creditors = read.creditors()
    debts = read.debts()
    phones = read.phones(read.tried() if Want.QUALITY in want else {})
    payments = read.payments() if Want.PAYMENTS in want else {}
    promises = read.promises() if Want.PROMISES in want else {}
    instalments = read.instalments() if Want.INSTALMENT in want else {}
    return [
        Debtor(
            id,
            key,
            portfolio,
            _split(zones),
            region,
            language,
            vulnerable,
            tuple(debts.get(id, ())),
            tuple(phones.get(id, ())),
            creditors[portfolio],
            STAGES[stage],
            CLASSES[kind],
            built,
            _tags(tags),
            tuple(payments.get(id, ())),
            tuple(promises.get(id, ())),
            instalments[id][-1] if id in instalments else None,
            person or "",
        )
        for id, key, portfolio, zones, region, language, vulnerable, stage, kind, built, tags, person in read.persons()
    ]


class _Reader:
    """Reads facts of these debtors, each kind as a mapping from the debtor's id."""

    def __init__(self, connection: Connection, ids: Sequence[int]) -> None:
        self._connection = connection
        self._ids = ids
        self._dense = ids[-1] - ids[0] < 2 * len(ids)

    def creditors(self) -> dict[int, str]:
        """By portfolio."""
        rows = self._connection.execute(select(PORTFOLIO.c.id, PORTFOLIO.c.creditor))
        return dict(rows.all())

    def persons(self) -> list[Any]:
        """The debtors' own columns, in id order."""
        wanted = set(self._ids)
        columns = (DEBTOR.c[name] for name in PERSON)
        rows = self._connection.execute(
            select(*columns).where(self._these(DEBTOR.c.id)).order_by(DEBTOR.c.id)
        )
        return [row for row in rows.all() if row[0] in wanted]

    def debts(self) -> dict[int, list[Debt]]:
        row = DEBT.c
        return self._of_each(Debt, row, (row.account, row.service, row.kopecks, row.oldest_unpaid), row.id)

    def phones(self, tried: Mapping[tuple[int, str], tuple[Tried, ...]]) -> dict[int, list[Phone]]:
        """In the debtor's order."""
        row, found = PHONE.c, defaultdict[int, list[Phone]](list)
        columns = (row.debtor_id, row.number, row.status, row.source, row.position)
        order = (row.debtor_id, row.position, row.id)
        rows = self._connection.execute(select(*columns).where(self._these(row.debtor_id)).order_by(*order))
        for owner, number, status, source, position in rows.all():
            known = tried.get((owner, number), ()) if tried else ()
            found[owner].append(Phone(number, STATUSES[status], SOURCES[source], position, known))
        return found

    def tried(self) -> dict[tuple[int, str], tuple[Tried, ...]]:
        """By debtor and number; the bands in order."""
        row, found = TRIED.c, dict[tuple[int, str], tuple[Tried, ...]]()
        columns = (row.debtor_id, row.number, row.band, row.rung, row.answered)
        rows = self._connection.execute(
            select(*columns).where(self._these(row.debtor_id)).order_by(row.debtor_id, row.number, row.band)
        )
        for owner, number, *counts in rows.all():
            found[owner, number] = (*found.get((owner, number), ()), Tried(*counts))
        return found

    def payments(self) -> dict[int, list[Payment]]:
        row = PAYMENT.c
        return self._of_each(Payment, row, (row.paid_on, row.kopecks), row.paid_on, row.id)

    def promises(self) -> dict[int, list[Promise]]:
        def promise(made_at: datetime, due: date, kopecks: int | None, state: str) -> Promise:
            return Promise(made_at, due, kopecks, STATES[state])

        row = PROMISE.c
        return self._of_each(
            promise, row, (row.made_at, row.due, row.kopecks, row.state), row.made_at, row.id
        )

    def instalments(self) -> dict[int, list[Instalment]]:
        row = INSTALMENT.c
        facts = (row.starts_on, row.ends_on, row.kopecks_a_month)
        return self._of_each(Instalment, row, facts, row.starts_on, row.id)

    def _of_each(
        self, make: Callable[..., T], row: Any, facts: tuple[Any, ...], *order: Any
    ) -> dict[int, list[T]]:
        found = defaultdict[int, list[T]](list)
        rows = self._connection.execute(
            select(row.debtor_id, *facts).where(self._these(row.debtor_id)).order_by(row.debtor_id, *order)
        )
        for owner, *told in rows.all():
            found[owner].append(make(*told))
        return found

    def _these(self, id: Any) -> ColumnElement[bool]:
        """A range where most of its ids are wanted: it is read in the table's own order, whatever its length."""
        found: ColumnElement[bool] = (
            id.between(self._ids[0], self._ids[-1]) if self._dense else id.in_(self._ids)
        )
        return found


@cache
def _split(listed: str) -> tuple[str, ...]:
    return tuple(filter(None, listed.split(",")))


@cache
def _tags(listed: str) -> frozenset[str]:
    return frozenset(_split(listed))
