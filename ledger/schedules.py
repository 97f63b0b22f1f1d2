"""Reports that are made again and again: which, for which days, as what, where to, and when next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from domain.errors import InputError
from domain.schedule import Period, Schedule
from ledger.report_tables import ReportScheduleRow
from ledger.tables import table

SCHEDULE = table(ReportScheduleRow)
FIELDS = ("report", "campaign", "format", "target", "hour", "zone", "author")


@dataclass(frozen=True)
class Schedules:
    """Repository of scheduled reports."""

    connection: Connection

    def add(self, schedule: Schedule, next_at: datetime) -> Schedule:
        """A new one; its id is given here."""
        row = {name: getattr(schedule, name) for name in FIELDS} | {
            "period": schedule.period.value,
            "fault": "",
        }
        written = insert(SCHEDULE).values(**row, next_at=next_at).returning(SCHEDULE.c.id)
        return self.get(int(self.connection.execute(written).scalar_one()))

    def get(self, id: int) -> Schedule:
        """The one with that id; InputError when there is none."""
        row = self.connection.execute(select(SCHEDULE).where(SCHEDULE.c.id == id)).one_or_none()
        if row is None:
            raise InputError(f"no scheduled report {id}", remedy="`dozvon report schedule list` shows them")
        return _schedule(row)

    def all(self) -> list[Schedule]:
        """All of them, by id."""
        return [_schedule(row) for row in self.connection.execute(select(SCHEDULE).order_by(SCHEDULE.c.id))]

    def due(self, now: datetime) -> list[Schedule]:
        """Those whose time has come."""
        rows = select(SCHEDULE).where(SCHEDULE.c.next_at <= now).order_by(SCHEDULE.c.id)
        return [_schedule(row) for row in self.connection.execute(rows)]

    def take(self, schedule: Schedule, next_at: datetime) -> bool:
        """Make it now, and next at ``next_at``; False when somebody else has taken it."""
        mine = (SCHEDULE.c.id == schedule.id, SCHEDULE.c.next_at == schedule.next_at)
        return bool(self.connection.execute(update(SCHEDULE).where(*mine).values(next_at=next_at)).rowcount)

    def made(self, id: int, now: datetime, fault: str = "") -> None:
        """It was made, or why not."""
        done = {"fault": fault} if fault else {"fault": "", "last_at": now}
        self.connection.execute(update(SCHEDULE).where(SCHEDULE.c.id == id).values(done))

    def remove(self, id: int) -> Schedule:
        """Make it no more; answers what it was."""
        gone = self.get(id)
        self.connection.execute(delete(SCHEDULE).where(SCHEDULE.c.id == id))
        return gone


def _schedule(row: Any) -> Schedule:
    values = {name: getattr(row, name) for name in (*FIELDS, "id", "next_at", "last_at", "fault")}
    return Schedule(period=Period(row.period), **values)
