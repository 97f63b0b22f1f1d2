"""Our lines: the numbers of ours that people ring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from domain.errors import InputError
from domain.inbound import Line, Purpose
from domain.window import Hours, parse_hours
from ledger.inbound_tables import LineRow
from ledger.locks import hold
from ledger.tables import PortfolioRow, table

LINE, PORTFOLIO = table(LineRow), table(PortfolioRow)
_LINES = select(LINE, PORTFOLIO.c.name.label("portfolio")).select_from(LINE.outerjoin(PORTFOLIO))


@dataclass(frozen=True)
class Lines:
    """Repository of lines."""

    connection: Connection

    def put(self, line: Line) -> None:
        """Take calls at a number, or change what becomes of them. InputError when there is no such portfolio."""
        hold(self.connection, ["lines"])  # two who add one that is new
        self.connection.execute(delete(LINE).where(LINE.c.number == line.number))
        row = {
            "number": line.number,
            "purpose": line.purpose.value,
            "portfolio_id": self._portfolio_id(line.portfolio) if line.portfolio else None,
            "desk": line.desk,
            "zone": line.zone,
            "hours": _written(line.hours),
            "weekend": _written(line.weekend),
            "script": line.script,
            "closed_script": line.closed_script,
            "overflow_desk": line.overflow_desk,
            "overflow_s": line.overflow_s,
        }
        self.connection.execute(insert(LINE).values(row))

    def remove(self, number: str) -> Line:
        """Take no more calls there; answers what it was."""
        gone = self.find(number)
        if gone is None:
            raise InputError(f"{number} is no line of ours", remedy="`dozvon line list` shows them")
        self.connection.execute(delete(LINE).where(LINE.c.number == number))
        return gone

    def find(self, number: str) -> Line | None:
        """What becomes of calls to a number; None when it is no line of ours."""
        row = self.connection.execute(_LINES.where(LINE.c.number == number)).one_or_none()
        return _line(row) if row else None

    def all(self) -> list[Line]:
        """All lines by number."""
        return [_line(row) for row in self.connection.execute(_LINES.order_by(LINE.c.number))]

    def _portfolio_id(self, name: str) -> int:
        id = self.connection.scalar(select(PORTFOLIO.c.id).where(PORTFOLIO.c.name == name))
        if id is None:
            raise InputError(
                f"no portfolio {name!r}", where="--portfolio", remedy="`dozvon portfolio list` shows them"
            )
        return int(id)


def _written(hours: tuple[Hours, ...] | None) -> str | None:
    return None if hours is None else ", ".join(map(str, hours)) or "closed"


def _line(row: Any) -> Line:
    return Line(
        number=row.number,
        purpose=Purpose(row.purpose),
        portfolio=row.portfolio or "",
        desk=row.desk,
        zone=row.zone,
        hours=None if row.hours is None else parse_hours(row.hours),
        weekend=None if row.weekend is None else parse_hours(row.weekend),
        script=row.script,
        closed_script=row.closed_script,
        overflow_desk=row.overflow_desk,
        overflow_s=row.overflow_s,
    )
