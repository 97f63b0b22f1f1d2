"""Calls that we owe to those who rang us in vain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, func, insert, select, update

from domain.callback import Callback, CallbackState
from domain.touch import TouchId
from ledger.inbound_tables import CallbackRow
from ledger.tables import table

CALLBACK = table(CallbackRow)
_OWED = CALLBACK.c.state == CallbackState.OWED.value


@dataclass(frozen=True)
class CallBacks:
    """Repository of calls back; a debtor is owed one at a time."""

    connection: Connection

    def owe(self, owed: Callback) -> bool:
        """Note that he is owed a call; False when he is owed one already."""
        his = exists().where(CALLBACK.c.debtor_id == owed.debtor_id, _OWED)
        known = exists().where(CALLBACK.c.touch_id == owed.touch)
        if self.connection.scalar(select(his | known)):
            return False
        row = {"touch_id": owed.touch, "state": CallbackState.OWED.value, "reason": "", "answer_id": None}
        row |= {name: getattr(owed, name) for name in ("debtor_id", "phone", "desk", "why", "due_at")}
        self.connection.execute(insert(CALLBACK).values(row))
        return True

    def due(self, now: datetime, limit: int) -> list[Callback]:
        """The calls that are due, the longest due first."""
        columns = ("touch_id", "debtor_id", "phone", "desk", "why", "due_at")
        rows = select(*(CALLBACK.c[name] for name in columns)).where(_OWED, CALLBACK.c.due_at <= now)
        return [
            Callback(*row) for row in self.connection.execute(rows.order_by(CALLBACK.c.due_at).limit(limit))
        ]

    def rung(self, touch: TouchId, answer: TouchId) -> bool:
        """We ring him now; False when somebody else has, or need not any more."""
        return self._end(touch, CallbackState.RUNG, answer_id=answer)

    def drop(self, touch: TouchId, reason: str) -> bool:
        """He is owed nothing any more, and why."""
        return self._end(touch, CallbackState.DROPPED, reason=reason)

    def postpone(self, touch: TouchId, due_at: datetime, reason: str) -> None:
        """Not now, and why."""
        mine = update(CALLBACK).where(CALLBACK.c.touch_id == touch, _OWED)
        self.connection.execute(mine.values(due_at=due_at, reason=reason))

    def counts(self) -> dict[CallbackState, int]:
        """How many there are of each state."""
        rows = self.connection.execute(select(CALLBACK.c.state, func.count()).group_by(CALLBACK.c.state))
        return {CallbackState(state): count for state, count in rows}

    def _end(self, touch: TouchId, state: CallbackState, **facts: str) -> bool:
        mine = update(CALLBACK).where(CALLBACK.c.touch_id == touch, _OWED)
        return bool(self.connection.execute(mine.values(state=state.value, **facts)).rowcount)
