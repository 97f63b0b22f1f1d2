"""Locks on what is no row, or not yet one; they end with the transaction."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy import Connection, text

_HOLD = text("SELECT pg_advisory_xact_lock(k) FROM unnest(CAST(:keys AS bigint[])) AS k")


def hold(connection: Connection, names: Iterable[str]) -> None:
    """Keep every other holder off these names; in one order, so that two of them never wait for each other.

    SQLite has one writer and needs nothing.
    """
    keys = sorted({_key(name) for name in names}) if connection.dialect.name == "postgresql" else []
    if keys:
        connection.execute(_HOLD, {"keys": keys})


def _key(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)
