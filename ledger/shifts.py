"""When operators work, by day of the week."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from domain.operator_events import OperatorId
from domain.shift import Shift
from domain.window import Hours, parse_hours
from ledger.operator_tables import OperatorRow, OperatorShiftRow
from ledger.tables import table

SHIFT, OPERATOR = table(OperatorShiftRow), table(OperatorRow)


@dataclass(frozen=True)
class Shifts:
    """Repository of shifts."""

    connection: Connection

    def put(self, operator: OperatorId, weekdays: Collection[int], hours: tuple[Hours, ...]) -> None:
        """He works these hours on these days (0 is Monday); without hours nothing is known of them any more."""
        mine = (SHIFT.c.operator_id == operator, SHIFT.c.weekday.in_(weekdays))
        self.connection.execute(delete(SHIFT).where(*mine))
        rows = [
            {"operator_id": operator, "weekday": day, "hours": ", ".join(map(str, hours))}
            for day in sorted(weekdays)
        ]
        if hours and rows:
            self.connection.execute(insert(SHIFT), rows)

    def all(self) -> list[Shift]:
        """The shifts of all who work here, by operator and day."""
        working = select(SHIFT).join(OPERATOR).where(OPERATOR.c.active)
        rows = self.connection.execute(working.order_by(SHIFT.c.operator_id, SHIFT.c.weekday))
        return [Shift(row.operator_id, row.weekday, parse_hours(row.hours)) for row in rows]
