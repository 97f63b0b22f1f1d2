"""The books' audit: do the seals hold, and does every touch say what its events say?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Connection, delete, insert, select

from ledger.projection import Line, project
from ledger.seals import Broken, Seals
from ledger.tables import TouchEventRow, TouchRow, table
from ledger.tried import relearn

TOUCH, EVENT = table(TouchRow), table(TouchEventRow)
PAGE = 5_000
SHOWN = 20


@dataclass(slots=True)
class Audit:
    """What was found; ``differing`` names up to 20 touches and their fields."""

    touches: int = 0
    events: int = 0
    unsealed: int = 0
    broken: list[Broken] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    differences: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.broken and not self.differences

    def note(self, touch: str, what: str) -> None:
        """Remember a difference."""
        self.differences += 1
        if len(self.differing) < SHOWN:
            self.differing.append(f"{touch}: {what}")


def verify(connection: Connection) -> Audit:
    """Check seals, and that the log is the projection of the journal; reads in pages, writes nothing."""
    seals = Seals(connection)
    audit = Audit(unsealed=seals.unsealed(), broken=list(seals.broken()))
    rows = _touches(connection)
    row = next(rows, None)
    for touch, lines in _journals(connection, audit):
        while row is not None and row["id"] < touch:
            audit.note(row["id"], "has no event in the journal")
            row = next(rows, None)
        expected = project(touch, lines)
        if row is None or row["id"] != touch:
            audit.note(touch, "is missing from the log")
            continue
        audit.touches += 1
        wrong = [name for name, value in (expected or {}).items() if row[name] != value]
        if wrong or expected is None:
            audit.note(touch, f"differs in {', '.join(wrong) or 'being reserved'}")
        row = next(rows, None)
    while row is not None:
        audit.note(row["id"], "has no event in the journal")
        row = next(rows, None)
    return audit


def rebuild(connection: Connection) -> int:
    """Write the log anew from the journal, to the same rows, and what it tells of phones; answers how many touches.
    One transaction of the caller's.
    """
    connection.execute(delete(TOUCH))
    batch: list[dict[str, Any]] = []
    written = 0
    for touch, lines in _journals(connection, Audit()):
        row = project(touch, lines)
        if row is not None:
            batch.append(row)
        if len(batch) >= PAGE:
            written += _insert(connection, batch)
    written += _insert(connection, batch)
    relearn(connection)
    return written


def _insert(connection: Connection, batch: list[dict[str, Any]]) -> int:
    count = len(batch)
    if batch:
        connection.execute(insert(TOUCH), batch)
        batch.clear()
    return count


def _touches(connection: Connection) -> Iterator[dict[str, Any]]:
    last = ""
    while True:
        page = connection.execute(
            select(TOUCH).where(TOUCH.c.id > last).order_by(TOUCH.c.id).limit(PAGE)
        ).all()
        for row in page:
            yield dict(row._mapping)
        if not page:
            return
        last = page[-1].id


def _journals(connection: Connection, audit: Audit) -> Iterator[tuple[str, list[Line]]]:
    """Every touch of the journal in id order with its lines in order."""
    last = ""
    while True:
        ids = select(EVENT.c.touch_id).where(EVENT.c.touch_id > last).distinct().order_by(EVENT.c.touch_id)
        page = connection.scalars(ids.limit(PAGE)).all()
        if not page:
            return
        span = EVENT.c.touch_id.between(page[0], page[-1])
        lines = connection.execute(select(EVENT).where(span).order_by(EVENT.c.touch_id, EVENT.c.id))
        for touch, events in groupby(lines, key=lambda line: line.touch_id):
            told = [Line(event.at, event.kind, orjson.loads(event.facts)) for event in events]
            audit.events += len(told)
            yield str(touch), told
        last = page[-1]
