"""A report's tables: columns that know what their figures are, so that every renderer writes them rightly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

Value = str | int | float | date | datetime | None
"""What a cell holds; None is what nobody has measured yet."""


class Kind(StrEnum):
    """What a column holds: money is kopecks, a share is of 1, a duration seconds."""

    TEXT = "text"
    WORD = "word"
    """Text of ours: a key of translations."""
    COUNT = "count"
    NUMBER = "number"
    SHARE = "share"
    MONEY = "money"
    DURATION = "duration"
    DAY = "day"
    MOMENT = "moment"
    ANY = "any"
    """Each row says in its own unit: `Figure`."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A value that brings its own kind, for tables whose rows are of different ones."""

    value: Value
    kind: Kind


Cell = Value | Figure


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its English name, which is the key of its translation."""

    name: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; ``notes`` say what must be known to read them. Titles and notes are keys of translations."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()

    def cells(self) -> list[list[tuple[Value, Kind]]]:
        """Every value with its kind."""
        return [
            [_figure(cell, column.kind) for cell, column in zip(row, self.columns, strict=True)]
            for row in self.rows
        ]


@dataclass(frozen=True, slots=True)
class Document:
    """A report of a period ``[since, until)``, as it was at ``made_at``; ``campaign`` is empty for the whole house."""

    name: str
    title: str
    campaign: str
    since: datetime
    until: datetime
    made_at: datetime
    zone: str
    tables: Sequence[Table] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """As JSON values: money is kopecks, times are ISO 8601."""
        return {
            "report": self.name,
            "title": self.title,
            "campaign": self.campaign,
            "since": self.since,
            "until": self.until,
            "made_at": self.made_at,
            "tables": [
                {
                    "title": table.title,
                    "columns": [{"name": column.name, "kind": column.kind} for column in table.columns],
                    "rows": [
                        [
                            {"value": cell.value, "kind": cell.kind} if isinstance(cell, Figure) else cell
                            for cell in row
                        ]
                        for row in table.rows
                    ],
                    "notes": list(table.notes),
                }
                for table in self.tables
            ],
        }


def _figure(cell: Cell, kind: Kind) -> tuple[Value, Kind]:
    return (cell.value, cell.kind) if isinstance(cell, Figure) else (cell, kind)
