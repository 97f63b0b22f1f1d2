"""Calls that we owe to those who rang us in vain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from domain.callback import Callback, CallbackState
from domain.touch import TouchId
from ledger.inbound_tables import CallbackRow
from ledger.tables import TouchRow, table

CALLBACK, TOUCH = table(CallbackRow), table(TouchRow)
_CALLBACK = [CALLBACK.c[name] for name in ("touch_id", "debtor_id", "phone", "desk", "why", "due_at")]
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

    def agree(self, agreed: Callback) -> None:
        """He is owed the call that an operator has agreed with him, and no other."""
        others = (CALLBACK.c.debtor_id == agreed.debtor_id, CALLBACK.c.touch_id != agreed.touch, _OWED)
        dropped = {"state": CallbackState.DROPPED.value, "reason": "another time was agreed"}
        self.connection.execute(update(CALLBACK).where(*others).values(dropped))
        self.connection.execute(delete(CALLBACK).where(CALLBACK.c.touch_id == agreed.touch))
        self.owe(agreed)

    def agreed_by(self, operator_id: int, most: int) -> list[Callback]:
        """What is owed to debtors whom this operator talked to, the first due first."""
        mine = (TOUCH.c.operator_id == operator_id, _OWED)
        rows = (
            select(*_CALLBACK).add_columns(TOUCH.c.operator_id).join(TOUCH, TOUCH.c.id == CALLBACK.c.touch_id)
        )
        found = self.connection.execute(rows.where(*mine).order_by(CALLBACK.c.due_at).limit(most))
        return [Callback(*row) for row in found]

    def due(self, now: datetime, limit: int) -> list[Callback]:
        """The calls that are due, the longest due first."""
        rows = select(*_CALLBACK).where(_OWED, CALLBACK.c.due_at <= now)
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
