"""Bring a database's schema up to date: all that is missing or nothing, by one process at a time."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect

from domain.errors import EnvironmentFault
from ledger.about import migration_of
from ledger.faults import told_in_one_line

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]
WAIT_MS = 600_000
"""How long a process waits for another one that migrates a SQLite file: large books take minutes."""
LOCK = 0xD02704
"""What such processes lock in PostgreSQL."""


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing; safe to repeat, and in several processes that start together.

    EnvironmentFault when the database cannot take them: it is left as it was.
    """
    with told_in_one_line(engine), engine.connect() as connection:
        if inspect(connection).has_table("alembic_version") and migration_of(connection) == NEWEST:
            return
        _lock(connection)
        _migrate(connection)
        connection.commit()


def _lock(connection: Connection) -> None:
    """Let nobody else migrate until the transaction is over."""
    if connection.dialect.name == "sqlite":
        connection.detach()  # what is set here is for this connection only
        connection.exec_driver_sql(f"PRAGMA busy_timeout={WAIT_MS}")
        connection.exec_driver_sql(
            "PRAGMA foreign_keys=OFF"
        )  # else to rebuild a table deletes what refers to it
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def _migrate(connection: Connection) -> None:
    from alembic import command  # most commands find nothing to migrate, and start sooner without it
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        where = connection.engine.url.render_as_string(hide_password=True)
        what = f"the database is not of this version of Dozvon: {error}"
        raise EnvironmentFault(
            what, where=where, remedy="run the version that wrote it, or a newer one"
        ) from error
