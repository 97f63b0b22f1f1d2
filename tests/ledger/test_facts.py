"""Facts come only to those who ask, each to its own debtor, in the order of time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import insert

from domain.debtor import Debtor, Instalment, Payment, Promise, PromiseState, Want
from domain.phone import Tried
from domain.portfolio import Portfolio
from ledger.books import Books, Transaction
from ledger.fact_tables import InstalmentRow, PaymentRow, PhoneTriedRow, PromiseRow
from ledger.tables import table
from tests.ledger.rows import add_debtor

pytestmark = pytest.mark.unit

MARCH, MAY = date(2026, 3, 1), date(2026, 5, 1)
MADE = datetime(2026, 3, 10, 9, tzinfo=UTC)


@pytest.fixture
def debtors(books: Books, portfolio: Portfolio) -> list[Debtor]:
    """Twenty debtors; the third has facts of every kind."""
    with books.write() as tx:
        added = [add_debtor(tx, portfolio.id, f"D{n:02}", "+79160000001") for n in range(20)]
        id = added[2].id
        for day in (MAY, MARCH):
            write(
                tx, PaymentRow, portfolio_id=portfolio.id, debtor_id=id, key=str(day), paid_on=day, kopecks=5
            )
        write(tx, PromiseRow, debtor_id=id, made_at=MADE, due=MAY, kopecks=None, state="broken")
        write(tx, InstalmentRow, debtor_id=id, starts_on=MARCH, ends_on=None, kopecks_a_month=100)
        write(tx, InstalmentRow, debtor_id=id, starts_on=MAY, ends_on=MAY, kopecks_a_month=None)
        for band in (3, 0):
            write(tx, PhoneTriedRow, debtor_id=id, number="+79160000001", band=band, rung=9, answered=band)
    return added


def write(tx: Transaction, row: Any, **values: Any) -> None:
    tx.connection.execute(insert(table(row)).values(**values))


def known(debtor: Debtor, want: Want) -> Debtor:
    """The debtor with the facts of that group."""
    match want:
        case Want.PAYMENTS:
            return replace(debtor, payments=(Payment(MARCH, 5), Payment(MAY, 5)))
        case Want.PROMISES:
            return replace(debtor, promises=(Promise(MADE, MAY, None, PromiseState.BROKEN),))
        case Want.INSTALMENT:
            return replace(debtor, instalment=Instalment(MAY, MAY))
        case Want.QUALITY:
            tried = (Tried(0, 9, 0), Tried(3, 9, 3))
            return replace(debtor, phones=(replace(debtor.phones[0], tried=tried),))
        case _:
            return debtor


@pytest.mark.parametrize("want", sorted(Want))
def test_each_group_comes_when_it_is_wanted(
    books: Books, portfolio: Portfolio, debtors: list[Debtor], want: Want
) -> None:
    expected = [*debtors[:2], known(debtors[2], want), *debtors[3:]]
    with books.read() as tx:
        assert tx.debtors.page(portfolio.id, after=0, size=50, want={want}) == expected
        assert tx.debtors.page(portfolio.id, after=0, size=50) == debtors


@pytest.mark.parametrize("chosen", [[2], [2, 3, 4], [0, 2, 19], [19, 2]])
def test_few_and_many_are_read_alike(books: Books, debtors: list[Debtor], chosen: list[int]) -> None:
    third = debtors[2]
    for want in sorted(Want):
        third = known(third, want)
    wanted = [third if n == 2 else debtors[n] for n in sorted(chosen)]
    with books.read() as tx:
        assert list(tx.debtors.load([debtors[n].id for n in chosen], list(Want)).values()) == wanted
