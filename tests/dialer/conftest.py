"""Books for the tests of the engine: what runs on other databases is tested in tests/ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.books import Books
from ledger.migrate import upgrade


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    """Empty books with all tables, on SQLite."""
    opened = Books.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    upgrade(opened.engine)
    yield opened
    opened.close()
