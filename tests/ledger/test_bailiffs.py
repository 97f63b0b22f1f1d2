"""Bailiffs who are called: made of proceedings, and what they have to recover are their open ones."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from domain.debtor import Debt, Debtor, Want
from domain.errors import InputError
from domain.portfolio import Portfolio, PortfolioKind
from domain.proceeding import Bailiff, ProceedingResult, ProceedingStatus
from ledger.books import Books, Transaction
from ledger.fact_tables import ProceedingRow
from ledger.tables import table
from tests.ledger.rows import BASIS, NOON, add_debtor
from tests.ledger.test_callers import add_proceeding

pytestmark = pytest.mark.unit

PROCEEDING = table(ProceedingRow)
IVANOVA = Bailiff("Иванова И. И.", "ОСП 1", "Омск", "+73812000001", "12")
PETROV = Bailiff("Петров П. П.", "ОСП 1", "Омск", "+73812000001")
ENDED = date(2026, 2, 1)


@pytest.fixture
def books_of_bailiffs(books: Books, portfolio: Portfolio) -> Books:
    with books.write() as tx:
        tx.portfolios.put("bailiffs", creditor="Агентство", contact_phone="+78000000000", basis=BASIS)
        tx.bailiffs.call_them("bailiffs")
    return books


def bailiffs(tx: Transaction) -> list[Debtor]:
    theirs = tx.bailiffs.portfolio()
    assert theirs is not None
    return tx.debtors.page(theirs.id, after=0, size=100, want=[Want.PROMISES])


def test_one_row_for_each_however_many_proceedings(books_of_bailiffs: Books, portfolio: Portfolio) -> None:
    with books_of_bailiffs.write() as tx:
        debtors = [add_debtor(tx, portfolio.id, key) for key in ("A1", "A2")]
        for number, (debtor, runs) in enumerate([(0, IVANOVA), (1, IVANOVA), (1, PETROV), (0, Bailiff(""))]):
            add_proceeding(
                tx, debtors[debtor], f"{number}/26-ИП", runs, ended_on=ENDED if number == 1 else None
            )
        changed = tx.bailiffs.derive([debtor.id for debtor in debtors])
        found = bailiffs(tx)
        assert [one.id for one in found] == changed
        assert [[(phone.number, phone.extension) for phone in one.phones] for one in found] == [
            [("+73812000001", "12")],
            [("+73812000001", "")],
        ]
        assert {one.zones for one in found} == {("Europe/Moscow",)}
        assert found[0].debts == (Debt("0/26-ИП", "", 100_000, date(2026, 1, 9)),)


def test_again_it_changes_nothing(books_of_bailiffs: Books, portfolio: Portfolio) -> None:
    with books_of_bailiffs.write() as tx:
        debtor = add_debtor(tx, portfolio.id, "A1")
        add_proceeding(tx, debtor, "1/26-ИП", IVANOVA)
        tx.bailiffs.derive([debtor.id])
        before = bailiffs(tx)
        tx.bailiffs.derive([debtor.id])
        assert bailiffs(tx) == before


def test_a_proceeding_that_is_handed_over_changes_both(
    books_of_bailiffs: Books, portfolio: Portfolio
) -> None:
    with books_of_bailiffs.write() as tx:
        debtor = add_debtor(tx, portfolio.id, "A1")
        id = add_proceeding(tx, debtor, "1/26-ИП", IVANOVA)
        tx.bailiffs.derive([debtor.id])
        moved = update(PROCEEDING).where(PROCEEDING.c.id == id).values(bailiff=PETROV.name)
        tx.connection.execute(moved)
        assert len(tx.bailiffs.derive([debtor.id])) == 2
        assert [one.kopecks for one in bailiffs(tx)] == [0, 100_000]


def test_what_they_promised_last_of_open_proceedings(books_of_bailiffs: Books, portfolio: Portfolio) -> None:
    with books_of_bailiffs.write() as tx:
        debtor = add_debtor(tx, portfolio.id, "A1")
        first, second, ended = (
            add_proceeding(tx, debtor, number, IVANOVA, ended_on=ENDED if number == "3" else None)
            for number in "123"
        )
        tx.bailiffs.derive([debtor.id])

        def say(proceeding: int, days: int, until: date | None) -> ProceedingResult:
            at = NOON + timedelta(days=days)
            return ProceedingResult(proceeding, at, ProceedingStatus.IN_WORK, promised_until=until)

        due = date(2026, 3, 20)
        tx.proceedings.note(
            [say(first, 0, ENDED), say(second, 0, due), say(ended, 0, due), say(first, 1, None)]
        )
        [ivanova] = bailiffs(tx)
        assert [(promise.made_at, promise.due) for promise in ivanova.promises] == [(NOON, due)]


def test_debtors_beside_bailiffs_keep_their_own(books_of_bailiffs: Books, portfolio: Portfolio) -> None:
    with books_of_bailiffs.write() as tx:
        debtor = add_debtor(tx, portfolio.id, "A1")
        add_proceeding(tx, debtor, "1/26-ИП", IVANOVA)
        [bailiff] = tx.bailiffs.derive([debtor.id])
        loaded = tx.debtors.load([debtor.id, bailiff], [Want.PROMISES])
        assert loaded[debtor.id] == debtor
        assert loaded[bailiff].kopecks == 100_000


def test_whoever_rings_from_a_bailiff_s_phone_is_a_bailiff(
    books_of_bailiffs: Books, portfolio: Portfolio
) -> None:
    with books_of_bailiffs.write() as tx:
        debtor = add_debtor(tx, portfolio.id, "A1")
        add_proceeding(tx, debtor, "1/26-ИП", IVANOVA)
        before = tx.callers.match(IVANOVA.phone, NOON)
        tx.bailiffs.derive([debtor.id])
        assert tx.callers.match(IVANOVA.phone, NOON) == before


class TestPortfolio:
    def test_nobody_is_made_where_bailiffs_are_not_called(self, books: Books, portfolio: Portfolio) -> None:
        with books.write() as tx:
            debtor = add_debtor(tx, portfolio.id, "A1")
            add_proceeding(tx, debtor, "1/26-ИП", IVANOVA)
            assert tx.bailiffs.derive([debtor.id]) == []
            assert tx.debtors.count(portfolio.id) == 1

    def test_only_one(self, books_of_bailiffs: Books, portfolio: Portfolio) -> None:
        with books_of_bailiffs.write() as tx:
            tx.bailiffs.call_them("bailiffs")
            assert tx.portfolios.named("bailiffs").kind is PortfolioKind.BAILIFFS
            with pytest.raises(InputError, match="bailiffs are in portfolio 'bailiffs'"):
                tx.bailiffs.call_them(portfolio.name)

    def test_none_that_has_debtors(self, books: Books, portfolio: Portfolio) -> None:
        with books.write() as tx:
            add_debtor(tx, portfolio.id, "A1")
            with pytest.raises(InputError, match="has debtors"):
                tx.bailiffs.call_them(portfolio.name)
