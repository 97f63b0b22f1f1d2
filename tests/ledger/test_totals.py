"""Totals of portfolios: whatever is imported, found or derived, they say what counting anew says."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from sqlalchemy import update

from domain.portfolio import Portfolio
from domain.proceeding import Bailiff
from ledger.audit import count_anew, verify
from ledger.books import Books
from ledger.imports.contacts import import_phones
from ledger.imports.debtors import import_debtors
from ledger.imports.payments import import_payments
from ledger.report_tables import PortfolioTotalRow
from ledger.tables import table
from ledger.totals import Total, count, counted_again, total, wrong_totals
from tests.ledger.importing import Import, importing
from tests.ledger.rows import BASIS, add_debtor
from tests.ledger.test_callers import add_proceeding

pytestmark = pytest.mark.unit

DEBTORS = "debtor_id;account;service;sum;month;phone"
PAYMENTS = "payment_id;debtor_id;account;day;sum;remaining"
PHONES = "debtor_id;phone"


@pytest.fixture
def imports(books: Books, portfolio: Portfolio, tmp_path: Path) -> dict[str, Import]:
    work = {"debtors": import_debtors, "payments": import_payments, "phones": import_phones}
    return {
        what: importing(importer, books, portfolio, tmp_path / f"{what}.csv")
        for what, importer in work.items()
    }


def kept(books: Books, portfolio: Portfolio) -> Total:
    with books.read() as tx:
        assert wrong_totals(tx.connection) == {}
        return total(tx.connection, portfolio.id)


def test_an_empty_portfolio_has_nothing(books: Books, portfolio: Portfolio) -> None:
    assert kept(books, portfolio) == Total()


def test_each_kind_of_file_moves_them(books: Books, portfolio: Portfolio, imports: dict[str, Import]) -> None:
    imports["debtors"](
        DEBTORS, "A;1;heat;100;2025-11;89161230001", "A;2;water;50;2025-11;", "B;3;heat;7;2025-10;"
    )
    assert kept(books, portfolio) == Total(2, 1, 15_700)
    imports["debtors"](DEBTORS, "A;1;heat;90;2025-11;89161230001", "C;4;heat;1;2025-10;")
    assert kept(books, portfolio) == Total(3, 1, 14_800)
    imports["payments"](PAYMENTS, "p1;A;1;2026-03-01;60;30")
    assert kept(books, portfolio) == Total(3, 1, 8_800)
    imports["phones"](PHONES, "B;89161230002", "A;89161230003")
    assert kept(books, portfolio) == Total(3, 2, 8_800)
    with books.write() as tx:
        found = tx.debtors.keyed("C", portfolio.id).id
        assert tx.debtors.add_phone(found, "+79161230004")
        assert not tx.debtors.add_phone(found, "+79161230004")
    assert kept(books, portfolio) == Total(3, 3, 8_800)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_they_are_what_the_rows_say(
    books: Books, portfolio: Portfolio, imports: dict[str, Import], seed: int
) -> None:
    random = Random(seed)
    imports["debtors"](DEBTORS, *(f"D{number};{number};heat;100;2025-11;" for number in range(6)))
    for _ in range(25):
        what, whom = random.choice(("debtors", "payments", "phones", "found")), random.sample(range(9), 3)
        match what:
            case "debtors":
                lines = (
                    f"D{n};{n};{random.choice(('heat', 'gas'))};{random.randint(0, 9)};2025-11;" for n in whom
                )
                imports["debtors"](DEBTORS, *(f"{line}{_phone(random)}" for line in lines))
            case "payments":
                lines = (f";D{n};{n};2026-03-0{random.randint(1, 9)};5;{random.randint(0, 9)}" for n in whom)
                imports["payments"](PAYMENTS, *lines)
            case "phones":
                imports["phones"](PHONES, *(f"D{n};8916123000{random.randint(0, 9)}" for n in whom))
            case _:
                with books.write() as tx:
                    id = tx.debtors.keyed(f"D{random.randrange(6)}", portfolio.id).id
                    tx.debtors.add_phone(id, f"+7916123000{random.randint(0, 9)}")
        kept(books, portfolio)


def _phone(random: Random) -> str:
    return f"8916123000{random.randint(0, 9)}" if random.random() < 0.5 else ""


def test_an_import_that_fails_leaves_them(
    books: Books, portfolio: Portfolio, imports: dict[str, Import]
) -> None:
    def break_off(debtor_ids: object) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        imports["debtors"](DEBTORS, "A;1;heat;100;2025-11;", changed=break_off)
    assert kept(books, portfolio) == Total()


def test_bailiffs_are_counted_in_their_own(books: Books, portfolio: Portfolio) -> None:
    with books.write() as tx:
        tx.portfolios.put("bailiffs", creditor="Агентство", contact_phone="", basis=BASIS)
        tx.bailiffs.call_them("bailiffs")
        debtors = [add_debtor(tx, portfolio.id, key) for key in ("A1", "A2")]
        add_proceeding(tx, debtors[0], "1/26-ИП", Bailiff("Иванова", "ОСП 1", "Омск", "+73812000001"))
        add_proceeding(tx, debtors[1], "2/26-ИП", Bailiff("Петров", "ОСП 1", "Омск", ""))
        for _ in range(2):
            tx.bailiffs.derive([debtor.id for debtor in debtors])
        theirs = tx.bailiffs.portfolio()
    assert theirs is not None
    assert kept(books, theirs) == Total(2, 1, 0)
    assert kept(books, portfolio) == Total(2, 0, 200_000)


def test_a_change_within_is_counted(books: Books, portfolio: Portfolio) -> None:
    with books.write() as tx:
        debtor = add_debtor(tx, portfolio.id, "A")
        assert count(tx.connection, [debtor.id, 99]) == Total(1, 0, 100_000)
        with counted_again(tx.connection, portfolio.id, [debtor.id]):
            pass
        assert total(tx.connection, portfolio.id) == Total(1, 0, 100_000)
        assert count(tx.connection, []) == Total()


def test_what_is_wrong_is_found_and_mended(books: Books, portfolio: Portfolio) -> None:
    wrong = table(PortfolioTotalRow)
    with books.write() as tx:
        add_debtor(tx, portfolio.id, "A", "+79160000001")
        tx.connection.execute(update(wrong).values(kopecks=1))
        right = Total(1, 1, 100_000)
        assert wrong_totals(tx.connection) == {portfolio.id: (Total(1, 1, 1), right)}
        audit = verify(tx.connection)
        assert not audit.sound
        assert audit.totals == [f"portfolio {portfolio.id}: {Total(1, 1, 1)}, counted {right}"]
        count_anew(tx.connection)
        assert verify(tx.connection).sound
        assert total(tx.connection, portfolio.id) == right
