"""Debtors as strategies see them, read a thousand at a time: one query for each kind of fact.

Planning reads every debtor of a portfolio, so it is the rows of one debtor that must be cheap, not the query.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, func, select

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
from domain.portfolio import PortfolioKind
from domain.proceeding import Enforcement, ProceedingResult
from ledger.fact_tables import (
    InstalmentRow,
    PaymentRow,
    PhoneTriedRow,
    ProceedingResultRow,
    ProceedingRow,
    PromiseRow,
)
from ledger.proceedings import result_of
from ledger.tables import DebtorRow, DebtRow, PhoneRow, PortfolioRow, table

T = TypeVar("T")

PORTFOLIO, DEBTOR, DEBT, PHONE = table(PortfolioRow), table(DebtorRow), table(DebtRow), table(PhoneRow)
TRIED, PAYMENT = table(PhoneTriedRow), table(PaymentRow)
PROMISE, INSTALMENT = table(PromiseRow), table(InstalmentRow)
PROCEEDING, RESULT = table(ProceedingRow), table(ProceedingResultRow)

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
    creditors, of_bailiffs = read.portfolios()
    persons = read.persons()
    debts = read.debts()
    phones = read.phones(read.tried() if Want.QUALITY in want else {})
    payments = read.payments() if Want.PAYMENTS in want else {}
    promises = read.promises() if Want.PROMISES in want else {}
    if of_bailiffs and any(person.portfolio_id in of_bailiffs for person in persons):
        debts |= read.proceedings()
        promises |= read.answers() if Want.PROMISES in want else {}
    instalments = read.instalments() if Want.INSTALMENT in want else {}
    enforcements = read.enforcements() if Want.ENFORCEMENT in want else {}
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
            tuple(enforcements.get(id, ())),
        )
        for id, key, portfolio, zones, region, language, vulnerable, stage, kind, built, tags, person in persons
    ]


class _Reader:
    """Reads facts of these debtors, each kind as a mapping from the debtor's id."""

    def __init__(self, connection: Connection, ids: Sequence[int]) -> None:
        self._connection = connection
        self._ids = ids
        self._dense = ids[-1] - ids[0] < 2 * len(ids)

    def portfolios(self) -> tuple[dict[int, str], set[int]]:
        """Their creditors, and which of them are of bailiffs."""
        rows = self._connection.execute(select(PORTFOLIO.c.id, PORTFOLIO.c.creditor, PORTFOLIO.c.kind)).all()
        bailiffs = {id for id, _, kind in rows if kind == PortfolioKind.BAILIFFS}
        return {id: creditor for id, creditor, _ in rows}, bailiffs

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
        facts = (row.account, row.service, row.kopecks, row.oldest_unpaid, row.penalty_kopecks)
        return self._of_each(Debt, row, facts, row.id)

    def proceedings(self) -> dict[int, list[Debt]]:
        """What bailiffs have to recover: each of their open proceedings is as a debt."""
        row = PROCEEDING.c
        facts = (row.bailiff_id, row.number, row.kopecks, row.opened_on)
        open_ones = select(*facts).where(self._these(row.bailiff_id), row.ended_on.is_(None))
        found = defaultdict[int, list[Debt]](list)
        for owner, number, kopecks, opened_on in self._connection.execute(open_ones.order_by(row.id)).all():
            found[owner].append(Debt(number, "", kopecks, opened_on))
        return found

    def answers(self) -> dict[int, list[Promise]]:
        """What bailiffs said last of each open proceeding, where they named a day by which they would act."""
        row, said = PROCEEDING.c, RESULT.c
        last = func.row_number().over(partition_by=row.id, order_by=(said.at.desc(), said.id.desc()))
        asked = (
            select(row.bailiff_id, said.at, said.promised_until, last.label("back"))
            .select_from(RESULT.join(PROCEEDING))
            .where(self._these(row.bailiff_id), row.ended_on.is_(None))
            .subquery()
        )
        promised = (asked.c.back == 1, asked.c.promised_until.is_not(None))
        found = defaultdict[int, list[Promise]](list)
        rows = self._connection.execute(
            select(asked).where(*promised).order_by(asked.c.at, asked.c.promised_until)
        )
        for owner, at, until, _ in rows.all():
            found[owner].append(Promise(at, until))
        return found

    def enforcements(self) -> dict[int, list[Enforcement]]:
        """Their proceedings, with all that bailiffs said of each."""
        row, heard = PROCEEDING.c, self._heard()
        columns = (row.debtor_id, row.id, row.ended_on, row.bailiff_id)
        rows = self._connection.execute(select(*columns).where(self._these(row.debtor_id)).order_by(row.id))
        found = defaultdict[int, list[Enforcement]](list)
        for owner, id, ended_on, bailiff in rows.all():
            one = Enforcement(ended_on is None, bailiff is not None, tuple(heard.get(id, ())))
            found[owner].append(one)
        return found

    def _heard(self) -> dict[int, list[ProceedingResult]]:
        """By proceeding."""
        said, found = RESULT.c, defaultdict[int, list[ProceedingResult]](list)
        theirs = (
            select(RESULT).select_from(RESULT.join(PROCEEDING)).where(self._these(PROCEEDING.c.debtor_id))
        )
        for one in self._connection.execute(theirs.order_by(said.at, said.id)).all():
            found[one.proceeding_id].append(result_of(one))
        return found

    def phones(self, tried: Mapping[tuple[int, str], tuple[Tried, ...]]) -> dict[int, list[Phone]]:
        """In the debtor's order."""
        row, found = PHONE.c, defaultdict[int, list[Phone]](list)
        columns = (row.debtor_id, row.number, row.status, row.source, row.position, row.extension)
        order = (row.debtor_id, row.position, row.id)
        rows = self._connection.execute(select(*columns).where(self._these(row.debtor_id)).order_by(*order))
        for owner, number, status, source, position, extension in rows.all():
            known = tried.get((owner, number), ()) if tried else ()
            found[owner].append(Phone(number, STATUSES[status], SOURCES[source], position, known, extension))
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
