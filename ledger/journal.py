"""The journal: every event of every touch, append-only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, insert

from domain.call import AnyCallEvent, DigitPressed, ResultRecorded, StepReached
from domain.touch import TouchId
from ledger.tables import TouchEventRow, table

EVENT = table(TouchEventRow)

KINDS: dict[type[Any], str] = {DigitPressed: "digit", ResultRecorded: "result", StepReached: "step"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal; ``facts`` must be JSON."""

    touch: TouchId
    at: datetime
    kind: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Journal:
    """Writer of the journal. There is no update and no delete."""

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
        if rows:
            self.connection.execute(insert(EVENT), rows)


def entry_of(event: AnyCallEvent) -> Entry:
    """A call's event as a journal line."""
    kind = KINDS.get(type(event), type(event).__name__.lower())
    match event:
        case StepReached(node=node):
            facts = {"node": node}
        case DigitPressed(node=node, digit=digit):
            facts = {"node": node, "digit": digit}
        case ResultRecorded(result=result):
            facts = {"result": result}
        case _:
            facts = {}
    return Entry(event.touch, event.at, kind, facts)
