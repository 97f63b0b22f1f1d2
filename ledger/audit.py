"""The books' audit: do the seals hold, and does every touch say what its events say?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, groupby, islice
from typing import Any

import orjson
from sqlalchemy import Connection, delete, insert, select, text

from domain.errors import EnvironmentFault
from ledger.contact_counts import recount_contacts
from ledger.projection import Line, project
from ledger.seals import Broken, Seals
from ledger.tables import TouchEventRow, TouchRow, table
from ledger.tally import recount
from ledger.totals import recount_totals, wrong_totals
from ledger.tried import relearn
from ledger.waits import recount_waits, wrong_waits

TOUCH, EVENT = table(TouchRow), table(TouchEventRow)
PAGE = 5_000
SHOWN = 20


@dataclass(slots=True)
class Audit:
    """What was found; ``differing`` names up to 20 touches and their fields, ``cut`` is that a known seal is gone,
    ``totals`` tells of portfolios whose totals are wrong, and of up to 20 rolls and waits that are.
    """

    touches: int = 0
    events: int = 0
    unsealed: int = 0
    broken: list[Broken] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    differences: int = 0
    cut: bool = False
    totals: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not (self.broken or self.differences or self.cut or self.totals)

    def note(self, touch: str, what: str) -> None:
        """Remember a difference."""
        self.differences += 1
        if len(self.differing) < SHOWN:
            self.differing.append(f"{touch}: {what}")


def verify(connection: Connection, digest: str = "") -> Audit:
    """Check seals, and that the log is the projection of the journal; reads in pages, writes nothing.

    ``digest`` is one that was kept elsewhere; who cut off the end of the journal took its seal with it.
    """
    seals = Seals(connection)
    cut = bool(digest) and not seals.has(digest)
    totals = [
        f"portfolio {id}: {kept}, counted {found}" for id, (kept, found) in wrong_totals(connection).items()
    ]
    from ledger.packing import wrong_rolls  # its numpy loads for as long as a command may take

    totals += islice(chain(wrong_rolls(connection), wrong_waits(connection)), SHOWN)
    audit = Audit(unsealed=seals.unsealed(), broken=list(seals.broken()), cut=cut, totals=totals)
    rows = _touches(connection)
    row = next(rows, None)
    for touch, lines in _journals(connection, audit):
        while row is not None and row["id"] < touch:
            audit.note(row["id"], "has no event in the journal")
            row = next(rows, None)
        if row is None or row["id"] != touch:
            audit.note(touch, "is missing from the log")
            continue
        audit.touches += 1
        if what := _difference(row, lines):
            audit.note(touch, what)
        row = next(rows, None)
    while row is not None:
        audit.note(row["id"], "has no event in the journal")
        row = next(rows, None)
    return audit


def _difference(row: Mapping[str, Any], lines: list[Line]) -> str:
    """What of a touch is not as its events say; empty when all is."""
    expected = project(row["id"], lines)
    if expected is None:
        return "has no reservation in the journal"
    wrong = [name for name, value in row.items() if name not in expected or expected[name] != value]
    return f"differs in {', '.join(wrong)}" if wrong else ""


def rebuild(connection: Connection) -> int:
    """Write the log anew from the journal, to the same rows, and what is counted of it; answers how many touches.
    One transaction of the caller's.

    EnvironmentFault when the journal itself was changed: what it no longer tells would leave the log for good.
    """
    if connection.dialect.name == "postgresql":  # else a touch is written twice, or closed in vain meanwhile
        connection.execute(text("LOCK TABLE touch IN EXCLUSIVE MODE"))
    for broken in Seals(connection).broken():
        lines_of = f"journal, lines {broken.first_event} to {broken.last_event}"
        raise EnvironmentFault(broken.what, where=lines_of, remedy="restore the journal from a copy first")
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
    count_anew(connection)
    return written


def count_anew(connection: Connection) -> None:
    """Everything that is counted while the books are kept, from the log of touches and the debtors' rows."""
    from ledger.packing import recount_rolls  # its numpy loads for as long as a command may take

    relearn(connection)
    recount(connection)
    recount_contacts(connection)
    recount_totals(connection)
    recount_rolls(connection)
    recount_waits(connection)


def _line(event: Any, audit: Audit) -> Line:
    """The event; one whose facts cannot be read is noted, and tells nothing."""
    try:
        facts = orjson.loads(event.facts)
    except orjson.JSONDecodeError:
        facts = None
    if not isinstance(facts, dict):
        audit.note(event.touch_id, f"line {event.id} of the journal cannot be read")
        facts = {}
    return Line(event.at, event.kind, facts)


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
            told = [_line(event, audit) for event in events]
            audit.events += len(told)
            yield str(touch), told
        last = page[-1]
