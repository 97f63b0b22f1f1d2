"""Messages: each touch's text and where it is. Which process may send one is decided here, once for all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Boolean, Connection, bindparam, case, func, select, update

from domain.message import SETTLED, MessageState
from domain.touch import TouchId
from ledger.bulk import instant, put
from ledger.journal import Entry, Journal
from ledger.message_tables import MessageRow
from ledger.tables import table

MESSAGE = table(MessageRow)


@dataclass(frozen=True, slots=True)
class Message:
    """A message as the books have it; `ledger.message_tables.MessageRow` says what the fields are."""

    touch_id: TouchId
    campaign_id: int | None
    debtor_id: int
    kind: str
    phone: str
    text: str
    segments: int
    kopecks: int
    within_s: int
    echo: int
    made_at: datetime
    due_at: datetime | None
    reason: str = ""
    provider: str = ""
    parts: int = 1
    tries: int = 0
    sending_at: datetime | None = None
    state: MessageState = MessageState.WAITING


FIELDS = tuple(field.name for field in fields(Message))
_facts = attrgetter(*FIELDS)
STATES = {state.value: state for state in MessageState}
_MESSAGES = select(*(MESSAGE.c[name] for name in FIELDS))
_THESE = MESSAGE.c.touch_id.in_(bindparam("touches", expanding=True))
_UNSENT = MESSAGE.c.state == MessageState.WAITING.value
_SENDING = MESSAGE.c.state == MessageState.SENDING.value
_LOCKED = _MESSAGES.where(_THESE).order_by(MESSAGE.c.touch_id).with_for_update()
_CLAIM = (
    update(MESSAGE)
    .where(_THESE, _UNSENT)
    .values(
        state=MessageState.SENDING.value,
        provider=bindparam("of_provider"),
        parts=case((bindparam("by_part", type_=Boolean), MESSAGE.c.segments), else_=1),
        sending_at=bindparam("now"),
        due_at=bindparam("ask_at"),
    )
    .returning(*(MESSAGE.c[name] for name in FIELDS))
)
_ACCEPT = (
    update(MESSAGE)
    .where(MESSAGE.c.touch_id == bindparam("of_touch"), _SENDING)
    .values(state=MessageState.ACCEPTED.value, due_at=bindparam("until"))
)
_MOVE = (
    update(MESSAGE)
    .where(MESSAGE.c.touch_id == bindparam("of_touch"))
    .values(state=bindparam("to"), reason=bindparam("why"))
)
_END = _MOVE.values(due_at=None)


@dataclass(frozen=True)
class Messages:
    """Repository of messages."""

    connection: Connection

    def add(self, messages: Sequence[Message]) -> None:
        """Write down what is to be sent, in the transaction that reserves its touches."""
        dialect = self.connection.dialect.name
        rows = [
            tuple(instant(fact, dialect) if isinstance(fact, datetime) else fact for fact in _facts(message))
            for message in messages
        ]
        put(self.connection, MESSAGE, FIELDS, rows, key=("touch_id",), facts=())

    def claim(
        self, touches: Collection[str], provider: str, *, by_part: bool, now: datetime, ask_at: datetime
    ) -> list[Message]:
        """Those of the messages that the caller, and nobody else ever, gives to the provider now.

        From the commit on each may have been sent: it is looked at again at ``ask_at``. A provider that has an id for
        each SMS counts ``by_part``.
        """
        values = {"of_provider": provider, "by_part": by_part, "now": now, "ask_at": ask_at}
        rows = self.connection.execute(_CLAIM, {"touches": list(touches), **values})
        claimed = sorted(map(_message, rows), key=lambda one: one.touch_id)
        told = {"provider": provider}
        Journal(self.connection).append(Entry(one.touch_id, now, "sending", told) for one in claimed)
        return claimed

    def accepted(
        self, taken: Mapping[TouchId, Sequence[str]], until: Mapping[TouchId, datetime], now: datetime
    ) -> None:
        """The provider has taken these, by ids of its own; ``until`` is how long each waits for its receipt."""
        if taken:
            rows = [{"of_touch": touch, "until": until[touch]} for touch in taken]
            self.connection.execute(_ACCEPT, rows)
            Journal(self.connection).append(
                Entry(touch, now, "accepted", {"refs": list(refs)}) for touch, refs in taken.items()
            )

    def give_back(self, touches: Collection[str], reason: str, due_at: datetime, *, tried: bool) -> None:
        """These provably did not leave us: from ``due_at`` on somebody may send them."""
        tries = MESSAGE.c.tries + int(tried)
        values = {"state": MessageState.WAITING.value, "reason": reason, "due_at": due_at, "tries": tries}
        self.connection.execute(
            update(MESSAGE).where(MESSAGE.c.touch_id.in_(touches), _SENDING).values(values)
        )

    def look_again(self, touches: Collection[str], due_at: datetime) -> None:
        """Leave these as they are until then."""
        self.connection.execute(update(MESSAGE).where(MESSAGE.c.touch_id.in_(touches)).values(due_at=due_at))

    def put_states(self, states: Mapping[TouchId, tuple[MessageState, str]], *, over: bool) -> None:
        """Where messages are now, and why; those that are ``over`` are looked at no more."""
        if states:
            rows = [
                {"of_touch": touch, "to": state.value, "why": why} for touch, (state, why) in states.items()
            ]
            self.connection.execute(_END if over else _MOVE, rows)

    def due(self, now: datetime, limit: int, *, unsent: bool) -> list[Message]:
        """What somebody must look at: messages that wait to be sent, or those that have left us; longest due first.

        They are locked; one that somebody else holds just now is left to him.
        """
        wanted = _MESSAGES.where(MESSAGE.c.due_at <= now, _UNSENT if unsent else ~_UNSENT)
        first = wanted.order_by(MESSAGE.c.due_at).limit(limit).with_for_update(skip_locked=True)
        return [_message(row) for row in self.connection.execute(first)]

    def locked(self, touches: Collection[str]) -> dict[str, Message]:
        """The messages of these touches, locked in the order of their ids."""
        rows = self.connection.execute(_LOCKED, {"touches": list(touches)})
        return {row.touch_id: _message(row) for row in rows}

    def waiting(self, campaign_id: int) -> dict[str, int]:
        """How many messages of a campaign wait to be sent, by kind."""
        mine = select(MESSAGE.c.kind, func.count()).where(MESSAGE.c.campaign_id == campaign_id, _UNSENT)
        return dict(self.connection.execute(mine.group_by(MESSAGE.c.kind)).all())

    def of_campaign(self, campaign_id: int | None) -> list[Message]:
        """All messages of a campaign, in the order of their touches; None: of none, which are answers to replies."""
        mine = _MESSAGES.where(MESSAGE.c.campaign_id == campaign_id).order_by(MESSAGE.c.touch_id)
        return [_message(row) for row in self.connection.execute(mine)]

    def last_to(self, phone: str, since: datetime) -> Message | None:
        """The last message to a phone that left us after ``since``: the one that a reply answers."""
        mine = _MESSAGES.where(MESSAGE.c.phone == phone, MESSAGE.c.sending_at > since)
        row = self.connection.execute(mine.order_by(MESSAGE.c.touch_id.desc()).limit(1)).one_or_none()
        return _message(row) if row else None

    def unreached(self, phones: Collection[str], kind: str, times: int) -> set[str]:
        """Those of the phones whose last ``times`` messages of a kind all failed."""
        rank = func.row_number().over(partition_by=MESSAGE.c.phone, order_by=MESSAGE.c.touch_id.desc())
        settled = MESSAGE.c.state.in_([state.value for state in SETTLED])
        failed = (MESSAGE.c.state == MessageState.FAILED.value).label("failed")
        mine = (MESSAGE.c.phone.in_(phones), MESSAGE.c.kind == kind, settled)
        last = select(MESSAGE.c.phone, failed, rank.label("back")).where(*mine).subquery()
        bad = select(last.c.phone).where(last.c.back <= times, last.c.failed).group_by(last.c.phone)
        return set(self.connection.scalars(bad.having(func.count() >= times)))


def _message(row: Any) -> Message:
    return Message(*(*row[:-1], STATES[row.state]))
