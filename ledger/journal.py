"""The journal: every event of every touch, append-only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select, text

from domain.call_events import (
    Answered,
    AnswerGiven,
    AnswerMissed,
    AnyCallEvent,
    Connected,
    DigitPressed,
    MachineJudged,
    Offered,
    OperatorLeft,
    Queued,
    RecordingBegun,
    ResultRecorded,
    Ringing,
    Unserved,
    WordsHeard,
)
from domain.touch import TouchId
from ledger.tables import TouchEventRow, table

EVENT = table(TouchEventRow)

JOURNAL_LOCK = 0x646F7A766F6E
"""PostgreSQL advisory lock: writers of the journal share it, a sealer holds it alone and so sees no gaps."""

CALL_EVENTS: dict[str, Callable[..., AnyCallEvent]] = {
    "ringing": Ringing,
    "answered": Answered,
    "digit": DigitPressed,
    "answer": AnswerGiven,
    "missed": AnswerMissed,
    "heard": WordsHeard,
    "machine": MachineJudged,
    "result": ResultRecorded,
    "queued": Queued,
    "unserved": Unserved,
    "offered": Offered,
    "connected": Connected,
    "operator_left": OperatorLeft,
    "recording": RecordingBegun,
}
KIND_OF = {event: kind for kind, event in CALL_EVENTS.items()}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal; ``facts`` must be JSON."""

    touch: TouchId
    at: datetime
    kind: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Journal:
    """The journal's lines. There is no update and no delete."""

    connection: Connection

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries in order."""
        rows = [
            {
                "touch_id": entry.touch,
                "at": entry.at,
                "kind": entry.kind,
                "facts": orjson.dumps(entry.facts).decode(),
            }
            for entry in entries
        ]
        if not rows:
            return
        if self.connection.dialect.name == "postgresql":
            self.connection.execute(text(f"SELECT pg_advisory_xact_lock_shared({JOURNAL_LOCK})"))
        self.connection.execute(insert(EVENT), rows)

    def events_of(self, touches: Sequence[TouchId]) -> dict[TouchId, list[AnyCallEvent]]:
        """The call events that were journalled of these touches, in order."""
        found: dict[TouchId, list[AnyCallEvent]] = {touch: [] for touch in touches}
        rows = self.connection.execute(
            select(EVENT).where(EVENT.c.touch_id.in_(touches)).order_by(EVENT.c.id)
        )
        for row in rows:
            if event := CALL_EVENTS.get(row.kind):
                found[row.touch_id].append(event(TouchId(row.touch_id), row.at, **orjson.loads(row.facts)))
        return found


def entry_of(event: AnyCallEvent) -> Entry:
    """A call's event as a journal line."""
    facts = {field.name: getattr(event, field.name) for field in fields(event)[2:]}
    return Entry(event.touch, event.at, KIND_OF[type(event)], facts)
