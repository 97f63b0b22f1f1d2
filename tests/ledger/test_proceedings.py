"""Proceedings as cards show them, and what bailiffs said of each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from domain.portfolio import Portfolio
from domain.proceeding import Bailiff, ProceedingResult, ProceedingStatus
from domain.touch import TouchId
from ledger.books import Books, Transaction
from tests.ledger.plans_of_queries import listening
from tests.ledger.rows import NOON, add_debtor
from tests.ledger.test_callers import add_proceeding

pytestmark = pytest.mark.unit

IVANOVA = Bailiff("Иванова", "ОСП 1", "Омск", "+73812000001")
DAY = timedelta(days=1)


@pytest.fixture
def tx(books: Books, portfolio: Portfolio) -> Iterator[Transaction]:
    """Opened after the portfolio was written: SQLite has one writer."""
    with books.write() as opened:
        yield opened


def said(proceeding: int, days: int, promised: date | None = None) -> ProceedingResult:
    asked, touch = "arrest of the account", TouchId("01a200bb715f72ddb91035d900000001")
    status = ProceedingStatus.INQUIRY_SENT
    return ProceedingResult(proceeding, NOON + days * DAY, status, asked, promised, "позвонить", touch)


class TestOfDebtor:
    def test_open_ones_first_with_what_was_said_last(self, tx: Transaction, portfolio: Portfolio) -> None:
        debtor, other = (add_debtor(tx, portfolio.id, key) for key in ("A1", "A2"))
        ended = add_proceeding(tx, debtor, "1", IVANOVA, ended_on=date(2026, 2, 1))
        runs = add_proceeding(tx, debtor, "2", IVANOVA)
        add_proceeding(tx, other, "3", IVANOVA)
        last = said(runs, 2, date(2026, 3, 20))
        tx.proceedings.note([said(runs, 1), last])
        tx.proceedings.note([])
        cases = tx.proceedings.of_debtor(debtor.id)
        assert [(case.proceeding.id, case.proceeding.open, case.last) for case in cases] == [
            (runs, True, last),
            (ended, False, None),
        ]
        assert (cases[0].debtor_key, cases[0].creditor) == ("A1", "Тепловые сети")
        assert (cases[0].proceeding.bailiff, cases[0].proceeding.kopecks) == (IVANOVA, 100_000)

    def test_none(self, tx: Transaction, portfolio: Portfolio) -> None:
        assert tx.proceedings.of_debtor(add_debtor(tx, portfolio.id, "A1").id) == []


class TestOfBailiff:
    def test_all_debtors_of_one_bailiff(self, tx: Transaction, portfolio: Portfolio) -> None:
        debtors = [add_debtor(tx, portfolio.id, key) for key in ("A1", "A2")]
        elsewhere = Bailiff("Иванова", "ОСП 2")
        for number, (debtor, bailiff) in enumerate(
            zip(debtors * 2, (IVANOVA, IVANOVA, elsewhere, elsewhere), strict=True)
        ):
            add_proceeding(tx, debtor, f"{number}", bailiff)
        assert len(tx.proceedings.of_bailiff("Иванова")) == 4
        assert {case.debtor_key for case in tx.proceedings.of_bailiff("Иванова", "ОСП 1")} == {"A1", "A2"}
        assert tx.proceedings.of_bailiff("Петров") == []

    def test_no_table_is_read_whole(self, tx: Transaction, portfolio: Portfolio) -> None:
        add_proceeding(tx, add_debtor(tx, portfolio.id, "A1"), "1", IVANOVA)
        with listening(tx.connection) as asked:
            tx.proceedings.of_bailiff("Иванова", "ОСП 1")
            tx.proceedings.of_bailiff("Иванова")
        assert len(asked.queries) == 4
        assert asked.scanned(tx.connection) <= {"portfolio"}


@pytest.mark.parametrize(
    ("promised", "overdue"), [(None, False), (date(2026, 3, 10), False), (date(2026, 3, 9), True)]
)
def test_overdue_is_what_was_promised_by_a_day_that_has_passed(promised: date | None, overdue: bool) -> None:
    assert said(1, 0, promised).overdue(NOON.date()) is overdue
