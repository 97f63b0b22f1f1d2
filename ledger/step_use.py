"""What steps with a daily cap have used up, counted in the transaction that uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from ledger.bulk import put
from ledger.fact_tables import StepUseRow
from ledger.tables import table

USE = table(StepUseRow)


class StepOf(NamedTuple):
    """A step by its segment's id and its own."""

    segment: str
    step: str


class Use(NamedTuple):
    """Touches, and what they have cost."""

    touches: int = 0
    kopecks: int = 0


@dataclass(frozen=True)
class StepUse:
    """Repository of what is used up; a day is one of the zone that most of a portfolio's debtors live in."""

    connection: Connection

    def of_day(self, campaign_id: int, day: date) -> dict[StepOf, Use]:
        """What the campaign's steps have used up on a day."""
        columns = (USE.c.segment, USE.c.step, USE.c.touches, USE.c.kopecks)
        rows = self.connection.execute(
            select(*columns).where(USE.c.campaign_id == campaign_id, USE.c.day == day)
        )
        return {StepOf(segment, step): Use(touches, kopecks) for segment, step, touches, kopecks in rows}

    def add(self, campaign_id: int, day: date, used: Mapping[StepOf, Use]) -> None:
        """Count more; what is less than nothing is given back."""
        key = ("campaign_id", "day", "segment", "step")
        rows = [(campaign_id, day.isoformat(), *step, *use) for step, use in sorted(used.items())]
        put(self.connection, USE, (*key, *Use._fields), rows, key=key, facts=Use._fields, add=True)
