"""A node of this test's own, a browser, and a console without either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.books import Books
from ledger.migrate import upgrade
from tests.agent_console.browser import browser, chromium, context, page, page_faults
from tests.agent_console.stage import Console, console_over
from tests.asterisk.conftest import installation, instance_folder

__all__ = ["browser", "chromium", "context", "installation", "instance_folder", "page", "page_faults"]


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    """Empty books with all tables, on SQLite."""
    opened = Books.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    upgrade(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def console(books: Books, tmp_path: Path) -> Console:
    """The console over empty books, as in the demo: cookies without HTTPS."""
    return console_over(books, tmp_path)
