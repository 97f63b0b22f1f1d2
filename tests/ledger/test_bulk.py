"""Many rows in one statement: whatever a text holds comes back as it was, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from domain.portfolio import Portfolio
from ledger.books import Books
from ledger.bulk import instant, put
from ledger.tables import DebtorRow, table

pytestmark = pytest.mark.unit

DEBTOR = table(DebtorRow)
COLUMNS = ("portfolio_id", "external_id", "name", "region", "zones", "language", "vulnerable", "built")
KEY = ("portfolio_id", "external_id")
ODD = (
    "",
    "NULL",
    "null",
    "{}",
    "{a,b}",
    'ООО "Солнце"',
    "a\\b\\",
    '\\"',
    "a\nb\tc",
    "%s {name}",
    "'; --",
    "\U0001f600",
)


def debtor(portfolio: Portfolio, key: str, name: str, built: int | None = None) -> tuple[object, ...]:
    return portfolio.id, key, name, "", "Europe/Moscow", "ru", key == "0", built


def test_a_text_comes_back_as_it_was(books: Books, portfolio: Portfolio) -> None:
    rows = [debtor(portfolio, f"{nth}", name, nth or None) for nth, name in enumerate(ODD)]
    with books.write() as tx:
        put(tx.connection, DEBTOR, COLUMNS, rows, key=KEY, facts=("name",), found={"digest": "'new'"})
    columns = (DEBTOR.c.name, DEBTOR.c.vulnerable, DEBTOR.c.built, DEBTOR.c.digest)
    with books.read() as tx:
        found = [tuple(row) for row in tx.connection.execute(select(*columns).order_by(DEBTOR.c.id))]
    assert found == [(name, nth == 0, nth or None, "new") for nth, name in enumerate(ODD)]


def test_what_stands_takes_the_facts_and_nothing_else(books: Books, portfolio: Portfolio) -> None:
    for name, built in (("Анна", 1980), ("Яна", 1990)):
        with books.write() as tx:
            rows = [debtor(portfolio, "1", name, built)]
            found = {"digest": "{external_id} || '!'"}
            put(tx.connection, DEBTOR, COLUMNS, rows, key=KEY, facts=("name", "digest"), found=found)
    with books.read() as tx:
        row = tx.connection.execute(select(DEBTOR.c.name, DEBTOR.c.built, DEBTOR.c.digest)).one()
    assert tuple(row) == ("Яна", 1980, "1!")


def test_an_instant_must_tell_its_zone() -> None:
    at = datetime(2026, 3, 10, 9, tzinfo=UTC)
    assert instant(at, "sqlite") == "2026-03-10 09:00:00.000000"
    assert instant(at, "postgresql") == "2026-03-10 09:00:00.000000+00:00"
    with pytest.raises(ValueError, match="naive time"):
        instant(at.replace(tzinfo=None), "sqlite")
