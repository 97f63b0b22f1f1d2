"""Where talks were recorded, as the journal tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, select

from domain.touch import TouchId
from ledger.tables import TouchEventRow, TouchRow, table

EVENT, TOUCH = table(TouchEventRow), table(TouchRow)


@dataclass(frozen=True)
class Recordings:
    """Repository of recordings: the files themselves lie on the nodes."""

    connection: Connection

    def of(self, touch: TouchId) -> tuple[str, list[str]]:
        """The node of a touch, and its files as they are named there, the first begun first; none where the touch is
        not in the log.
        """
        node = self.connection.scalar(select(TOUCH.c.node).where(TOUCH.c.id == touch)) or ""
        his = select(EVENT.c.facts).where(EVENT.c.touch_id == touch, EVENT.c.kind == "recording")
        rows = self.connection.scalars(his.order_by(EVENT.c.id))
        return node, list(dict.fromkeys(orjson.loads(facts)["file"] for facts in rows))

    def rules_of(self, touches: Sequence[TouchId]) -> dict[TouchId, str]:
        """The rules that each of these touches was made by, as its row names them; calls that came in have none."""
        rows = self.connection.execute(select(TOUCH.c.id, TOUCH.c.rules).where(TOUCH.c.id.in_(touches)))
        return {TouchId(id): rules for id, rules in rows}
