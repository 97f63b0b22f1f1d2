"""Debtors as a whole: person, debts, phones."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from domain.debtor import Debt
from domain.phone import PhoneStatus
from domain.portfolio import Portfolio
from ledger.books import Books
from ledger.tables import DebtRow, table
from tests.ledger.rows import add_debtor

pytestmark = pytest.mark.unit


def test_a_debtor_with_everything(books: Books, portfolio: Portfolio) -> None:
    with books.write() as tx:
        written = add_debtor(
            tx,
            portfolio.id,
            "A",
            "+79160000002",
            "+79160000001",
            zones="Europe/Moscow,Asia/Omsk",
            vulnerable=True,
        )
        assert tx.debtors.load([written.id]) == {written.id: written}
    assert (written.external_id, written.portfolio_id, written.vulnerable) == ("A", portfolio.id, True)
    assert written.zones == ("Europe/Moscow", "Asia/Omsk")
    assert written.debts == (Debt("account A", "heat", 100_000, date(2026, 1, 1)),)
    assert [phone.number for phone in written.phones] == ["+79160000002", "+79160000001"]


def test_only_those_asked_for_and_none_that_is_not_there(books: Books, portfolio: Portfolio) -> None:
    with books.write() as tx:
        first, _, third = (add_debtor(tx, portfolio.id, key, "+79160000001") for key in "ABC")
        assert tx.debtors.load([third.id, first.id, 99]) == {first.id: first, third.id: third}
        assert tx.debtors.load([]) == {}


def test_pages_follow_one_another_within_a_portfolio(books: Books, portfolio: Portfolio) -> None:
    with books.write() as tx:
        other = tx.portfolios.put("other", creditor="x", contact_phone="", basis=None)
        mine = [add_debtor(tx, portfolio.id if n % 2 else other.id, f"D{n}") for n in range(1, 8)][::2]
    with books.read() as tx:
        assert tx.debtors.count(portfolio.id) == 4
        first = tx.debtors.page(portfolio.id, after=0, size=3)
        last = tx.debtors.page(portfolio.id, after=first[-1].id, size=3)
        assert [*first, *last] == mine
        assert tx.debtors.page(portfolio.id, after=last[-1].id, size=3) == []


def test_a_phone_is_marked_for_its_debtor_only(books: Books, portfolio: Portfolio) -> None:
    with books.write() as tx:
        wrong, neighbour = (add_debtor(tx, portfolio.id, key, "+79160000001", "+79160000002") for key in "AB")
        tx.debtors.mark_phone(wrong.id, "+79160000001", PhoneStatus.WRONG)
        loaded = tx.debtors.load([wrong.id, neighbour.id])
    assert [phone.status for phone in loaded[wrong.id].phones] == [PhoneStatus.WRONG, PhoneStatus.UNVERIFIED]
    assert loaded[neighbour.id] == neighbour


def test_a_debtor_without_a_zone_has_none(books: Books, portfolio: Portfolio) -> None:
    with books.write() as tx:
        assert add_debtor(tx, portfolio.id, "A", zones="").zones == ()


def test_the_database_itself_refuses_a_negative_debt(books: Books, portfolio: Portfolio) -> None:
    with pytest.raises(IntegrityError, match="debt_not_negative"), books.write() as tx:
        add_debtor(tx, portfolio.id, "A", roubles=-1)


def test_the_database_itself_refuses_a_debt_of_nobody(books: Books) -> None:
    row = {"debtor_id": 99, "account": "1", "service": "", "kopecks": 1, "oldest_unpaid": date(2026, 1, 1)}
    with pytest.raises(IntegrityError, match="(?i)foreign key"), books.write() as tx:
        tx.connection.execute(insert(table(DebtRow)).values(**row))


def test_a_debt_of_a_company_goes_in_too(books: Books, portfolio: Portfolio) -> None:
    with books.write() as tx:
        (debt,) = add_debtor(tx, portfolio.id, "A", roubles=40_000_000).debts
    assert debt.kopecks == 4_000_000_000
