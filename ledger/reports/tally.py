"""Counting rows by kind, in the way that costs the database the least."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, func


def tally(connection: Connection, rows: Select[Any]) -> Mapping[tuple[Any, ...], int]:
    """How many of these rows are equal, by their values as the driver gives them.

    SQLite would sort all rows to group them; counting them here takes a third of that. PostgreSQL hashes them, and
    would have to send them all to us.
    """
    if connection.dialect.name == "sqlite":
        driver: Any = connection.execute(rows).cursor
        return Counter(driver)
    grouped = rows.add_columns(func.count()).group_by(*rows.selected_columns)
    return {tuple(row[:-1]): row[-1] for row in connection.execute(grouped)}
