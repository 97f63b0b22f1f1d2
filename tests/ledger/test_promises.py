"""Promises: written down, and judged by what came in."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, update

from domain.debtor import Payment, Promise, PromiseState, Want
from domain.portfolio import Portfolio
from ledger.books import Books, Transaction
from ledger.fact_tables import PaymentRow
from ledger.promises import Promised
from ledger.tables import DebtRow, table
from tests.ledger.rows import NOON, add_debtor

pytestmark = pytest.mark.unit

TODAY, DUE = NOON.date(), NOON.date() + timedelta(days=5)
OPEN, KEPT, BROKEN = PromiseState.OPEN, PromiseState.KEPT, PromiseState.BROKEN


@pytest.mark.parametrize(
    ("promised", "paid", "owed", "today", "judged"),
    [
        (None, [], 1000, DUE, OPEN),
        (None, [(DUE, 1)], 1000, DUE, KEPT),
        (None, [(TODAY - timedelta(days=1), 900)], 1000, DUE, OPEN),
        (None, [(DUE + timedelta(days=1), 900)], 1000, DUE + timedelta(days=3), OPEN),
        (500, [(TODAY, 200), (DUE, 300)], 1000, TODAY, KEPT),
        (500, [(TODAY, 499)], 1000, DUE + timedelta(days=3), OPEN),
        (500, [(TODAY, 499)], 1000, DUE + timedelta(days=4), BROKEN),
        (500, [], 0, TODAY, KEPT),
    ],
)
def test_kept_broken_or_not_to_be_told_yet(
    promised: int | None, paid: list[tuple[date, int]], owed: int, today: date, judged: PromiseState
) -> None:
    promise = Promise(NOON, DUE, promised)
    assert promise.judged([Payment(*one) for one in paid], owed, today) is judged


def test_each_debtor_by_his_own_payments(books: Books, portfolio: Portfolio) -> None:
    with books.write() as tx:
        paid, silent, clear, other = (add_debtor(tx, portfolio.id, key).id for key in "ABCD")
        tx.promises.add([Promised(id, Promise(NOON, DUE)) for id in (paid, silent, clear, other)])
        tx.promises.add([])
        pay(tx, portfolio.id, paid)
        tx.connection.execute(
            update(table(DebtRow)).where(table(DebtRow).c.debtor_id == clear).values(kopecks=0)
        )
        tx.promises.judge([paid, silent, clear], DUE)
        assert states(tx, paid, silent, clear, other) == [KEPT, OPEN, KEPT, OPEN]
        tx.promises.judge([paid, silent, clear], DUE + timedelta(days=4))
        assert states(tx, paid, silent, clear, other) == [KEPT, BROKEN, KEPT, OPEN]
        pay(tx, portfolio.id, silent)
        tx.promises.judge([silent], DUE + timedelta(days=5))
        assert states(tx, silent) == [BROKEN], "what was judged stands"


def pay(tx: Transaction, portfolio_id: int, debtor_id: int) -> None:
    row = {"portfolio_id": portfolio_id, "debtor_id": debtor_id, "key": f"k{debtor_id}", "paid_on": TODAY}
    tx.connection.execute(insert(table(PaymentRow)).values(row | {"kopecks": 100}))


def states(tx: Transaction, *ids: int) -> list[PromiseState]:
    debtors = tx.debtors.load(ids, {Want.PROMISES})
    return [promise.state for id in ids for promise in debtors[id].promises]
