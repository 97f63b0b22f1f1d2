"""Payments: what counts as the same one, what remains of a debt, who is told of the change."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from domain.debtor import Debtor, Payment, Want
from domain.portfolio import Portfolio
from ledger.books import Books
from ledger.imports.debtors import import_debtors
from ledger.imports.payments import import_payments
from tests.ledger.importing import Import, counts, importing, rejects

pytestmark = pytest.mark.unit

DEBTORS = (
    "debtor_id;account;service;sum;month",
    "A;100;heat;500;2025-11",
    "A;101;water;300;2025-12",
    "B;200;heat;900;2025-10",
)
HEADER = "payment_id;debtor_id;account;day;sum"


@pytest.fixture
def pay(books: Books, portfolio: Portfolio, tmp_path: Path) -> Import:
    """Imports lines of payments; two debtors are there."""
    importing(import_debtors, books, portfolio, tmp_path / "debtors.csv")(*DEBTORS)
    return importing(import_payments, books, portfolio, tmp_path / "payments.csv")


def debtor(books: Books, portfolio: Portfolio, key: str) -> Debtor:
    with books.read() as tx:
        id = tx.debtors.keyed(key, portfolio.id).id
        return tx.debtors.load([id], {Want.PAYMENTS})[id]


def test_payments_arrive_in_order_of_their_days(pay: Import, books: Books, portfolio: Portfolio) -> None:
    result = pay(HEADER, "p2;A;;02.03.2026;50", "p1;A;100;2026-03-01;1 000,50", "p3;;200;03.03.2026 14:30;7")
    assert counts(result) == (3, 0, 0, 0)
    assert debtor(books, portfolio, "A").payments == (
        Payment(date(2026, 3, 1), 100_050),
        Payment(date(2026, 3, 2), 5_000),
    )
    assert debtor(books, portfolio, "B").payments == (Payment(date(2026, 3, 3), 700),)
    assert debtor(books, portfolio, "A").kopecks == 80_000, "a payment alone reduces nothing"


def test_the_second_run_changes_nothing_and_tells_nobody(pay: Import) -> None:
    told: list[int] = []
    lines = (HEADER, "p1;A;;2026-03-01;10", ";A;;2026-03-01;10", ";A;;2026-03-01;10", ";B;;2026-03-01;10")
    assert counts(pay(*lines, changed=told.extend)) == (4, 0, 0, 0)
    assert len(told) == 2
    told.clear()
    assert counts(pay(*lines, changed=told.extend)) == (0, 0, 4, 0)
    assert told == []


def test_without_an_id_equal_payments_are_counted(pay: Import, books: Books, portfolio: Portfolio) -> None:
    twice = ("debtor_id;day;sum", "A;2026-03-01;10", "A;2026-03-01;10")
    pay(*twice)
    assert counts(pay(*twice, "A;2026-03-01;10")) == (1, 0, 2, 0)
    assert len(debtor(books, portfolio, "A").payments) == 3


def test_key_and_account_name_the_same_payment(pay: Import) -> None:
    pay("debtor_id;day;sum", "A;2026-03-01;10")
    assert counts(pay("account;day;sum", "100;2026-03-01;10")) == (0, 0, 1, 0)
    assert counts(pay(HEADER, ";A;;2026-03-02;10", ";;101;2026-03-02;10")) == (2, 0, 0, 0)


def test_a_payment_that_was_booked_on_another_debtor_moves(
    pay: Import, books: Books, portfolio: Portfolio
) -> None:
    pay(HEADER, "p1;A;;2026-03-01;10")
    told: list[int] = []
    assert counts(pay(HEADER, "p1;B;;2026-03-01;10", changed=told.extend)) == (0, 1, 0, 0)
    ids = [debtor(books, portfolio, key).id for key in "AB"]
    assert sorted(told) == sorted(ids)
    assert debtor(books, portfolio, "A").payments == ()
    assert len(debtor(books, portfolio, "B").payments) == 1


def test_what_remains_is_the_new_debt(pay: Import, books: Books, portfolio: Portfolio) -> None:
    header = "account;day;sum;remaining"
    lines = (header, "100;2026-03-02;300;0", "100;2026-03-01;200;300", "200;2026-03-01;1;899")
    told: list[int] = []
    assert counts(pay(*lines, changed=told.extend)) == (3, 0, 0, 0)
    assert [debt.kopecks for debt in debtor(books, portfolio, "A").debts] == [0, 30_000]
    assert debtor(books, portfolio, "B").kopecks == 89_900
    assert counts(pay(*lines)) == (0, 0, 3, 0)


def test_the_creditors_next_file_has_the_last_word(
    pay: Import, books: Books, portfolio: Portfolio, tmp_path: Path
) -> None:
    pay("account;day;sum;remaining", "200;2026-03-01;900;0")
    again = importing(import_debtors, books, portfolio, tmp_path / "debtors.csv")
    assert counts(again(*DEBTORS)) == (0, 1, 1, 0)
    assert debtor(books, portfolio, "B").kopecks == 90_000


def test_what_remains_of_which_debt_must_be_plain(pay: Import, books: Books, portfolio: Portfolio) -> None:
    result = pay("debtor_id;service;day;sum;remaining", "A;;2026-03-01;10;20.5", "A;water;2026-03-02;10;7")
    assert counts(result) == (2, 0, 0, 1)
    [refused] = rejects(result)
    assert (refused["row"], refused["field"], refused["value"]) == ("2", "remaining", "20.50")
    assert "2 debts of this debtor fit" in refused["reason"]
    assert [debt.kopecks for debt in debtor(books, portfolio, "A").debts] == [50_000, 700]


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("p9;Z;;2026-03-01;10", "external_id", "no debtor of the portfolio"),
        ("p9;;999;2026-03-01;10", "account", "no debtor of the portfolio"),
        ("p9;;;2026-03-01;10", "external_id", "neither a debtor's key nor an account"),
        ("p9;A;;;10", "day", "not a day"),
        ("p9;A;;2026-03-01;-10", "sum", "negative"),
        ("p1;B;;2026-03-01;10", "payment_id", "the same payment as in row 2"),
    ],
)
def test_a_wrong_row_is_refused_and_the_others_are_taken(
    pay: Import, row: str, field: str, reason: str
) -> None:
    result = pay(HEADER, "p1;A;;2026-03-01;10", row)
    assert counts(result) == (1, 0, 0, 1)
    [refused] = rejects(result)
    assert (refused["row"], refused["field"]) == ("3", field)
    assert reason in refused["reason"]


def test_an_account_of_two_debtors_names_nobody(
    pay: Import, books: Books, portfolio: Portfolio, tmp_path: Path
) -> None:
    importing(import_debtors, books, portfolio, tmp_path / "debtors.csv")(DEBTORS[0], "C;200;heat;5;2025-11")
    [refused] = rejects(pay("account;day;sum", "200;2026-03-01;10"))
    assert "several debtors of the portfolio have it; tell the debtor's key" in refused["reason"]


def test_other_portfolios_are_left_alone(
    pay: Import, books: Books, portfolio: Portfolio, tmp_path: Path
) -> None:
    with books.write() as tx:
        other = tx.portfolios.put("other", creditor="x", contact_phone="", basis=None)
    pay(HEADER, "p1;A;;2026-03-01;10")
    elsewhere = importing(import_payments, books, other, tmp_path / "payments.csv")
    assert counts(elsewhere(HEADER, "p1;A;;2026-03-01;10")) == (0, 0, 0, 1)
    importing(import_debtors, books, other, tmp_path / "debtors.csv")(*DEBTORS)
    assert counts(elsewhere(HEADER, "p1;A;;2026-03-01;20")) == (1, 0, 0, 0)
    assert debtor(books, portfolio, "A").payments == (Payment(date(2026, 3, 1), 1_000),)
