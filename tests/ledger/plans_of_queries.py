"""Which tables a piece of work reads from end to end, by what the database says of each of its queries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event, text

SCANNED = {"sqlite": r"^SCAN (\w+)(?! USING)", "postgresql": r"Seq Scan on (\w+)"}


class Asked:
    """The queries that were asked while it listened."""

    def __init__(self) -> None:
        self.queries: list[tuple[str, Any]] = []

    def scanned(self, connection: Connection) -> set[str]:
        """The tables that these queries read whole; on PostgreSQL, those for which it knows nothing better."""
        dialect = connection.dialect.name
        explain = "EXPLAIN QUERY PLAN" if dialect == "sqlite" else "EXPLAIN"
        if dialect == "postgresql":  # small tables are read whole however many indexes they have
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        steps = [
            str(row[-1])
            for query, parameters in self.queries
            for row in connection.exec_driver_sql(f"{explain} {query}", parameters)
        ]
        return {found[1] for step in steps if (found := re.search(SCANNED[dialect], step))}


@contextmanager
def listening(connection: Connection) -> Iterator[Asked]:
    """Listen to what is asked on this connection."""
    asked = Asked()

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.lstrip().startswith("SELECT"):
            asked.queries.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(connection, "before_cursor_execute", note)
