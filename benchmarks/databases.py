"""The databases that a benchmark runs on: a SQLite file, and a private PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from asterisk.install import find_postgresql
from dialer.private.postgres import PrivatePostgres

KINDS = ("sqlite", "postgresql")


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database with durable commits; it is gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'books.db'}"
        return
    server = PrivatePostgres(folder / "pg", find_postgresql(), durable=True)
    server.start()
    try:
        yield server.create_database("books")
    finally:
        server.stop()
