"""Many rows in one statement: what a million debtors need, on either kind of database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

NOTHING: Mapping[str, str] = MappingProxyType({})


def put(
    connection: Connection,
    into: Any,
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    *,
    key: Sequence[str],
    facts: Sequence[str],
    add: bool = False,
    found: Mapping[str, str] = NOTHING,
) -> None:
    """Insert rows as tuples of ``columns``; one that stands under the same unique ``key`` takes the ``facts``, with
    ``add`` adds them to its own, without any stays. Columns ``found`` are SQL, with ``{column}`` for the row's values.

    Values go to the driver as they are: days as ISO text and instants as `instant` gives them, which both databases
    take. No two rows may have one key.
    """
    if not rows:
        return
    quote = connection.dialect.identifier_preparer.quote
    before = f"{quote(into.name)}.{{0}} + " if add else ""
    now_known = ", ".join(f"{{0}} = {before}excluded.{{0}}".format(quote(name)) for name in facts)
    named = ", ".join(map(quote, (*columns, *found)))
    known = f"UPDATE SET {now_known}" if facts else "NOTHING"
    conflict = f"ON CONFLICT ({', '.join(map(quote, key))}) DO {known}"
    if connection.dialect.name == "sqlite":
        own = {name: f"?{place}" for place, name in enumerate(columns, start=1)}
        values = ", ".join((*own.values(), *(sql.format(**own) for sql in found.values())))
        statement = f"INSERT INTO {quote(into.name)} ({named}) VALUES ({values}) {conflict}"
        connection.exec_driver_sql(statement, list(rows))
        return
    types = (into.c[name].type.compile(dialect=connection.dialect) for name in columns)
    arrays = ", ".join(f"CAST(%s AS {type.partition(' COLLATE ')[0]}[])" for type in types)
    own = {name: f"new.{quote(name)}" for name in columns}
    values = ", ".join((*own.values(), *(sql.format(**own) for sql in found.values())))
    new = f"new({', '.join(map(quote, columns))})"
    statement = (
        f"INSERT INTO {quote(into.name)} ({named}) SELECT {values} FROM unnest({arrays}) AS {new} {conflict}"
    )
    connection.exec_driver_sql(statement, tuple(map(_array, zip(*rows, strict=True))))


def _array(values: Sequence[Any]) -> str:
    """As PostgreSQL reads an array. The driver's own way looks at each value's type and takes four times as long."""
    return f"{{{','.join(map(_element, values))}}}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


@lru_cache
def instant(at: datetime, dialect: str) -> str:
    """An aware time as a database's driver takes it: SQLite keeps UTC without an offset, as `UtcDateTime` does."""
    if at.tzinfo is None:
        raise ValueError(f"naive time {at!r} for the ledger")
    told = at.astimezone(UTC).isoformat(" ", "microseconds")
    return told.removesuffix("+00:00") if dialect == "sqlite" else told
