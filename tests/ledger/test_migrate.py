"""Migrations make exactly the tables of the code, up and down."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlmodel import SQLModel

import ledger
from dialer.private.postgres import PrivatePostgres
from domain.errors import EnvironmentFault
from ledger.books import BUSY_MS, Books
from ledger.migrate import upgrade
from tests.ledger.rows import ON_SQLITE

pytestmark = pytest.mark.unit

SCRIPTS = Path(ledger.__file__).parent / "migrations"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Books]:
    """A database without tables."""
    opened = Books.open(f"sqlite:///{tmp_path / 'empty.db'}")
    yield opened
    opened.close()


def tables(books: Books) -> set[str]:
    return set(inspect(books.engine).get_table_names()) - {"alembic_version"}


def test_migrated_tables_are_those_of_the_code(books: Books) -> None:
    with books.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


@ON_SQLITE
def test_checks_and_partial_indexes_came_along(books: Books, empty: Books) -> None:
    """Alembic compares neither, so compare the text that SQLite keeps."""
    SQLModel.metadata.create_all(empty.engine)

    def kept(of: Books) -> dict[str, bool]:
        with of.engine.connect() as connection:
            rows = connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
            ).all()
        marks = (
            *("CHECK (kopecks >= 0)", "WHERE outcome IS NULL", "WHERE person IS NOT NULL"),
            "WHERE direction = 'in'",
            "WHERE operator_id IS NOT NULL",
        )
        return {f"{name}: {mark}": True for name, sql in rows for mark in marks if mark in sql}

    assert kept(books) == kept(empty)
    assert len(kept(books)) == 6


def test_upgrading_twice_changes_nothing(books: Books) -> None:
    before = tables(books)
    upgrade(books.engine)
    assert tables(books) == before == {table.name for table in SQLModel.metadata.sorted_tables}


def test_all_the_way_down_and_up_again(books: Books) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with books.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        connection.commit()
    assert tables(books) == set()
    upgrade(books.engine)
    assert tables(books) == {table.name for table in SQLModel.metadata.sorted_tables}


def test_there_is_one_line_of_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


@pytest.mark.integration
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_that_start_together_migrate_once(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'together.db'}"
    if kind == "postgresql":
        server: PrivatePostgres = request.getfixturevalue("postgres")
        url = server.create_database("together")
    command = [sys.executable, "-m", "dialer", "portfolio", "list"]
    environment = {**os.environ, "DOZVON_DATABASE_URL": url}
    started = [
        subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        for _ in range(3)
    ]
    said = [process.communicate()[1].decode() for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], said
    books = Books.open(url)
    assert tables(books) == {table.name for table in SQLModel.metadata.sorted_tables}
    books.close()


def test_what_was_set_for_the_migration_is_set_no_more(empty: Books) -> None:
    upgrade(empty.engine)
    with empty.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == BUSY_MS


def test_a_migration_that_fails_leaves_nothing_behind(empty: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Operations, "create_index", full)
    with pytest.raises(OSError, match="no space left"):
        upgrade(empty.engine)
    assert tables(empty) == set()


def test_a_database_that_cannot_be_opened_is_one_line(tmp_path: Path) -> None:
    books = Books.open(f"sqlite:///{tmp_path}")
    with pytest.raises(EnvironmentFault, match="unable to open database file"):
        upgrade(books.engine)
    books.close()


def test_a_database_of_a_newer_version_is_left_alone(books: Books) -> None:
    with books.engine.connect() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(EnvironmentFault, match="not of this version of Dozvon: .*9999") as raised:
        upgrade(books.engine)
    assert "\n" not in str(raised.value)
