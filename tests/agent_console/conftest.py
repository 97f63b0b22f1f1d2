"""A node of this test's own, a browser, and a console without either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest

from dialer import passwords
from ledger.books import Books
from tests.agent_console.browser import browser, chromium, context, page, page_faults
from tests.agent_console.stage import QUICK, Console, console_over
from tests.agent_console.telephone import node
from tests.asterisk.conftest import installation
from tests.conftest import migrate
from tests.e2e.conftest import prompts

__all__ = [
    "browser",
    "chromium",
    "context",
    "installation",
    "node",
    "page",
    "page_faults",
    "prompts",
]


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A true hash takes a tenth of a second, and many tests sign in."""
    monkeypatch.setattr(passwords, "_HASHER", QUICK)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with all tables, to copy: migrating takes as long as a page's whole test."""
    path = tmp_path_factory.mktemp("migrated") / "ledger.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def books(migrated: Path, tmp_path: Path) -> Iterator[Books]:
    """Empty books with all tables, on SQLite."""
    opened = Books.open(f"sqlite:///{copy(migrated, tmp_path / 'ledger.db')}")
    yield opened
    opened.close()


@pytest.fixture
def console(books: Books, tmp_path: Path) -> Console:
    """The console over empty books, as in the demo: cookies without HTTPS."""
    return console_over(books, tmp_path)
