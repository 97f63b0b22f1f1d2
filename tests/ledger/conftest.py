"""Books on a fresh database file, migrated as a user's are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.portfolio import Portfolio
from ledger.books import Books
from ledger.migrate import upgrade


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    """Empty books with all tables."""
    opened = Books.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    upgrade(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def portfolio(books: Books) -> Portfolio:
    """A portfolio without debtors and without a legal basis."""
    with books.write() as tx:
        return tx.portfolios.put("heat", creditor="Тепловые сети", contact_phone="+78000000000", basis=None)
