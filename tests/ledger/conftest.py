"""Books on a fresh database of each kind, migrated as a user's are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from dialer.private.postgres import PrivatePostgres
from domain.portfolio import Portfolio
from ledger.books import Books
from tests.conftest import MIGRATED, migrate
from tests.ledger.rows import CALLER

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)]
numbers = count()


@pytest.fixture(params=KINDS)
def books_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database with all tables. Tests that are true of one kind only choose it by `parametrize`."""
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('tmp_path') / 'ledger.db'}"
        migrate(url)
        yield url
        return
    server: PrivatePostgres = request.getfixturevalue("migrated_postgres")
    name = f"books{next(numbers)}"
    yield server.create_database(name, template=MIGRATED)
    server.drop_database(name)


@pytest.fixture
def books(books_url: str) -> Iterator[Books]:
    """Empty books with all tables."""
    opened = Books.open(books_url)
    yield opened
    opened.close()


@pytest.fixture
def portfolio(books: Books) -> Portfolio:
    """A portfolio without debtors and without a legal basis, and a caller number for them."""
    with books.write() as tx:
        tx.numbers.put(CALLER)
        return tx.portfolios.put("heat", creditor="Тепловые сети", contact_phone="+78000000000", basis=None)
