"""Transactions: all or nothing, one writer, and faults told in one line."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import StatementError

from domain.errors import EnvironmentFault, TryAgain
from domain.portfolio import Portfolio
from domain.touch import TouchId
from ledger.books import PAUSES_S, Books, Transaction
from ledger.journal import Entry
from ledger.tables import PortfolioRow, table
from tests.ledger.rows import NOON, ON_SQLITE, add_debtor

pytestmark = pytest.mark.unit


def names(books: Books) -> list[str]:
    with books.read() as tx:
        return [portfolio.name for portfolio in tx.portfolios.all()]


def put(books: Books, name: str) -> None:
    with books.write() as tx:
        tx.portfolios.put(name, creditor="x", contact_phone="", basis=None)


class Interrupted(Exception):
    """Something broke in the middle."""


class TestTransactions:
    def test_what_ended_well_stays(self, books: Books) -> None:
        put(books, "heat")
        assert names(books) == ["heat"]

    def test_an_error_takes_everything_back(self, books: Books) -> None:
        def interrupted() -> None:
            with books.write() as tx:
                portfolio = tx.portfolios.put("heat", creditor="x", contact_phone="", basis=None)
                add_debtor(tx, portfolio.id, "A", "+79160000001")
                tx.journal.append([Entry(TouchId("t1"), NOON, "reserved", {})])
                raise Interrupted

        with pytest.raises(Interrupted):
            interrupted()
        assert names(books) == []
        put(books, "water")  # nothing is left locked
        assert names(books) == ["water"]

    def test_a_reader_sees_one_state_whatever_is_written_meanwhile(self, books: Books) -> None:
        with books.read() as tx:
            before = [portfolio.name for portfolio in tx.portfolios.all()]
            put(books, "heat")
            assert [portfolio.name for portfolio in tx.portfolios.all()] == before
        assert names(books) == ["heat"]

    @ON_SQLITE
    def test_a_second_writer_waits_and_then_is_told(self, books: Books) -> None:
        with books.write():
            second = Books.open(str(books.engine.url))
            with second.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA busy_timeout=10").close()
            with pytest.raises(EnvironmentFault, match="the database refused: database is locked") as raised:
                put(second, "heat")
            second.close()
        assert "\n" not in str(raised.value)
        put(books, "heat")

    @ON_SQLITE
    def test_every_connection_keeps_to_the_rules(self, books: Books) -> None:
        with books.read() as tx:
            found = {
                pragma: tx.connection.scalar(text(f"PRAGMA {pragma}"))
                for pragma in ("journal_mode", "synchronous", "foreign_keys")
            }
        assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


class TestAttempts:
    """A transaction that gave way to another is tried again, a bounded number of times, and counted."""

    @pytest.fixture(autouse=True)
    def pauses(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        paused: list[float] = []
        monkeypatch.setattr("ledger.books.sleep", paused.append)
        return paused

    def giving_way(self, times: int) -> Callable[[Transaction], str]:
        """Work that the database undoes so many times, and that writes a portfolio."""
        tries = iter(range(times))

        def work(tx: Transaction) -> str:
            tx.portfolios.put("heat", creditor="x", contact_phone="", basis=None)
            if next(tries, None) is not None:
                raise TryAgain("deadlock detected")
            return "done"

        return work

    def test_work_that_succeeds_is_done_once(self, books: Books, pauses: list[float]) -> None:
        assert books.attempt(self.giving_way(0)) == "done"
        assert (books.retries, pauses) == (0, [])

    def test_it_is_tried_again_and_counted(self, books: Books, pauses: list[float]) -> None:
        assert books.attempt(self.giving_way(2)) == "done"
        assert (books.retries, pauses) == (2, list(PAUSES_S[:2]))
        assert names(books) == ["heat"]

    def test_not_for_ever(self, books: Books, pauses: list[float]) -> None:
        with pytest.raises(TryAgain, match="deadlock detected"):
            books.attempt(self.giving_way(99))
        assert (books.retries, pauses) == (len(PAUSES_S), list(PAUSES_S))
        assert names(books) == []

    def test_any_other_fault_ends_it_at_once(self, books: Books, pauses: list[float]) -> None:
        def broken(tx: Transaction) -> None:
            del tx
            raise EnvironmentFault("no disk")

        with pytest.raises(EnvironmentFault, match="no disk"):
            books.attempt(broken)
        assert (books.retries, pauses) == (0, [])


class TestTimes:
    def test_a_naive_time_is_refused(self, books: Books) -> None:
        naive = NOON.replace(tzinfo=None)
        with pytest.raises(StatementError, match="naive time"), books.write() as tx:
            tx.versions.put("s", "", author="", now=naive)

    def test_any_offset_is_kept_as_the_same_instant_in_utc(self, books: Books) -> None:
        local = datetime(2026, 3, 10, 19, 30, tzinfo=timezone(timedelta(hours=10)))
        row = {"name": "p", "creditor": "", "contact_phone": "", "basis_from": local}
        with books.write() as tx:
            tx.connection.execute(insert(table(PortfolioRow)).values(**row))
            kept = tx.connection.execute(select(table(PortfolioRow))).one()
        assert kept.basis_from == local
        assert kept.basis_from.utcoffset() == timedelta()
        assert kept.basis_to is None


class TestFaults:
    def test_a_database_without_tables_says_what_to_do(self, tmp_path: Path) -> None:
        books = Books.open(f"sqlite:///{tmp_path / 'new.db'}")
        with pytest.raises(EnvironmentFault, match="no such table.*dozvon ledger upgrade"):
            names(books)
        books.close()

    def test_a_folder_that_is_missing_is_made(self, tmp_path: Path) -> None:
        books = Books.open(f"sqlite:///{tmp_path / 'a' / 'b' / 'ledger.db'}")
        with books.read():
            assert (tmp_path / "a" / "b").is_dir()
        books.close()

    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        content = b"no database at all, just some words in a file\n" * 99
        (tmp_path / "notes.txt").write_bytes(content)
        books = Books.open(f"sqlite:///{tmp_path / 'notes.txt'}")
        with pytest.raises(EnvironmentFault, match="notes.txt: the database refused: file is not a database"):
            names(books)
        books.close()
        assert (tmp_path / "notes.txt").read_bytes() == content

    def test_a_folder_in_the_place_of_the_file(self, tmp_path: Path) -> None:
        books = Books.open(f"sqlite:///{tmp_path}")
        with pytest.raises(EnvironmentFault, match="unable to open database file"):
            names(books)
        books.close()

    @ON_SQLITE
    def test_a_full_disk_loses_nothing_that_was_written(self, books: Books, portfolio: Portfolio) -> None:
        put(books, "water")
        with books.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}").close()

        def fill() -> None:
            with books.write() as tx:
                for number in range(5000):
                    add_debtor(tx, portfolio.id, f"D{number}")

        with pytest.raises(EnvironmentFault, match="database or disk is full"):
            fill()
        assert names(books) == ["heat", "water"]
        with books.read() as tx:
            assert tx.debtors.count(portfolio.id) == 0

    @ON_SQLITE
    def test_another_program_reads_what_was_committed(self, books: Books) -> None:
        put(books, "heat")
        with closing(sqlite3.connect(str(books.engine.url.database))) as other:
            assert other.execute("SELECT name FROM portfolio").fetchall() == [("heat",)]


def test_dates_of_debts_stay_dates(books: Books, portfolio: Portfolio) -> None:
    with books.write() as tx:
        (debt,) = add_debtor(tx, portfolio.id, "A").debts
    assert type(debt.oldest_unpaid) is date
