"""What the database is: its version, and which migration it has come to."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, text


class About(NamedTuple):
    """The database's kind and version, and the number of its last migration."""

    version: str
    migration: str


def about(connection: Connection) -> About:
    """Ask it."""
    known = "sqlite_version()" if connection.dialect.name == "sqlite" else "current_setting('server_version')"
    version = connection.scalar(text(f"SELECT {known}"))
    return About(f"{connection.dialect.name} {version}", migration_of(connection))


def migration_of(connection: Connection) -> str:
    """The number of the last migration of a database that has come to one."""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")))
