"""Inbound touches: whoever calls us is in the log from his first ring on, whatever comes of it.

No limit counts them, for the initiative was not ours (LAW.md 1.3), and no campaign has them: they are no part of its
calls, its call limit or its plans. Their ends are written by `Touches.close` and `Touches.correct` like all others.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, case, func, insert, or_, select, update

from domain.debtor import Debtor
from domain.errors import InputError
from domain.touch import Channel, Direction, Outcome, TouchId
from ledger.inbound_tables import CAME_IN
from ledger.journal import Entry, Journal
from ledger.projection import UNSETTLED
from ledger.rolls import tear
from ledger.tables import DebtorRow, TouchRow, table

TOUCH, DEBTOR = table(TouchRow), table(DebtorRow)
OF_CAMPAIGNS: dict[str, Any] = {"campaign_id": None, "strategy_version_id": None} | dict.fromkeys(
    ("segment", "variant", "step", "rules", "debt"), ""
)


@dataclass(frozen=True, slots=True)
class InboundCall:
    """Somebody rings us, or comes by another ``channel``: ``phone`` is his number (empty if hidden), ``called`` ours,
    ``why`` whom he was taken for.

    ``debtor`` is None while it is not known which debtor calls, and where a bailiff does.
    """

    id: TouchId
    phone: str
    called: str
    node: str
    why: str
    debtor: Debtor | None = None
    script: str = ""
    channel: Channel = Channel.CALL_HUMAN


@dataclass(frozen=True, slots=True)
class OpenInbound:
    """A call that has no outcome: in flight, or left by a crash. ``called`` is our number if it came in, else empty."""

    id: TouchId
    phone: str
    called: str
    debtor_id: int | None


class BesideCampaigns(NamedTuple):
    """A call that no campaign made; ``phone`` is the other side's, ``outcome`` None while it is open."""

    id: TouchId
    direction: Direction
    phone: str
    outcome: Outcome | None


@dataclass(frozen=True)
class Inbound:
    """Repository of the touches that others began."""

    connection: Connection

    def arrived(self, call: InboundCall, now: datetime) -> None:
        """Log that he rings."""
        facts = OF_CAMPAIGNS | {
            "debtor_id": call.debtor.id if call.debtor else None,
            "creditor": call.debtor.creditor if call.debtor else "",
            "channel": call.channel.value,
            "direction": Direction.IN.value,
            "phone": call.phone,
            "caller_number": call.called,
            "why": call.why,
            "script": call.script,
            "node": call.node,
        }
        self.connection.execute(insert(TOUCH).values(**facts, id=call.id, reserved_at=now, **dict(UNSETTLED)))
        self._tell(call.id, now, "arrived", facts)

    def identified(self, touch: TouchId, debtor: Debtor, why: str, now: datetime) -> None:
        """Log which debtor it is, once he has said so or was chosen; InputError when no such call came in."""
        mine = (TOUCH.c.id == touch, TOUCH.c.direction == Direction.IN.value)
        facts = {"debtor_id": debtor.id, "creditor": debtor.creditor, "why": why}
        tear(self.connection, [touch])
        if not self.connection.execute(update(TOUCH).where(*mine).values(facts)).rowcount:
            raise InputError(
                f"touch {touch} is no call that came in", remedy="give the id of an inbound call"
            )
        tear(self.connection, [touch])
        self._tell(touch, now, "identified", facts)

    def open(self, node: str) -> list[OpenInbound]:
        """The calls at a node that came in, or call back, and have not ended."""
        here = (TOUCH.c.outcome.is_(None), TOUCH.c.campaign_id.is_(None), TOUCH.c.node == node)
        called = case((TOUCH.c.direction == Direction.IN.value, TOUCH.c.caller_number), else_="")
        rows = select(TOUCH.c.id, TOUCH.c.phone, called, TOUCH.c.debtor_id).where(*here)
        return [OpenInbound(*row) for row in self.connection.execute(rows)]

    def at(self, touch: TouchId) -> datetime:
        """When he rang."""
        found: datetime = self.connection.execute(
            select(TOUCH.c.reserved_at).where(TOUCH.c.id == touch)
        ).scalar_one()
        return found

    def debtor_of(self, touch: TouchId) -> int | None:
        """Who calls, as far as that is known."""
        found: int | None = self.connection.scalar(select(TOUCH.c.debtor_id).where(TOUCH.c.id == touch))
        return found

    def told(self, debtor_id: int, why: str, since: datetime) -> bool:
        """Whether a debtor came to us for this reason after ``since``."""
        his = (TOUCH.c.debtor_id == debtor_id, TOUCH.c.reserved_at > since, CAME_IN, TOUCH.c.why == why)
        return self.connection.scalar(select(TOUCH.c.id).where(*his).limit(1)) is not None

    def knows(self, touch: TouchId) -> bool:
        """Whether the call is in the log."""
        return self.connection.scalar(select(TOUCH.c.id).where(TOUCH.c.id == touch)) is not None

    def last_at(self, node: str) -> datetime | None:
        """When the last call came in at a node, as far as we know."""
        here = select(func.max(TOUCH.c.reserved_at)).where(CAME_IN, TOUCH.c.node == node)
        found: datetime | None = self.connection.scalar(here)
        return found

    def all(self) -> list[BesideCampaigns]:
        """Every call that no campaign made, the oldest first: they came in, or ours called back."""
        columns = (TOUCH.c.id, TOUCH.c.direction, TOUCH.c.phone, TOUCH.c.outcome)
        rows = self.connection.execute(
            select(*columns).where(TOUCH.c.campaign_id.is_(None)).order_by(TOUCH.c.id)
        )
        return [
            BesideCampaigns(TouchId(id), Direction(way), phone, Outcome(outcome) if outcome else None)
            for id, way, phone, outcome in rows
        ]

    def lock(self, debtor_ids: Collection[int]) -> None:
        """Keep reserves off these debtors until the transaction ends; SQLite has one writer and needs nothing."""
        if self.connection.dialect.name != "sqlite" and debtor_ids:
            mine = select(DEBTOR.c.id).where(DEBTOR.c.id.in_(debtor_ids)).order_by(DEBTOR.c.id)
            self.connection.execute(mine.with_for_update(key_share=True))

    def our_calls(self, debtor_ids: Collection[int]) -> list[TouchId]:
        """Our own calls to these debtors that have not ended."""
        mine = (TOUCH.c.debtor_id.in_(debtor_ids), TOUCH.c.outcome.is_(None))
        rows = self.connection.scalars(
            select(TOUCH.c.id).where(*mine, TOUCH.c.direction == Direction.OUT.value)
        )
        return [TouchId(id) for id in rows]

    def last_operator(self, debtor_ids: Collection[int], since: datetime) -> int | None:
        """Who talked last to one of these debtors, if that was after ``since``."""
        mine = (TOUCH.c.debtor_id.in_(debtor_ids), TOUCH.c.reserved_at > since)
        talks = select(TOUCH.c.operator_id).where(*mine, TOUCH.c.operator_id.is_not(None))
        found: int | None = self.connection.scalar(talks.order_by(TOUCH.c.reserved_at.desc()).limit(1))
        return found

    def calling(self, debtor_ids: Collection[int], since: datetime) -> dict[int, datetime | None]:
        """Those of these debtors who are calling us now (None), or when they talked to us last, if after ``since``."""
        talked = and_(TOUCH.c.operator_id.is_not(None), TOUCH.c.reserved_at > since)
        mine = (TOUCH.c.debtor_id.in_(debtor_ids), TOUCH.c.direction == Direction.IN.value)
        columns = (TOUCH.c.debtor_id, TOUCH.c.reserved_at, TOUCH.c.outcome)
        rows = select(*columns).where(*mine, or_(TOUCH.c.outcome.is_(None), talked))
        found: dict[int, datetime | None] = {}
        for debtor_id, at, outcome in self.connection.execute(rows.order_by(TOUCH.c.reserved_at)):
            if found.get(debtor_id, at) is not None:
                found[debtor_id] = at if outcome else None
        return found

    def _tell(self, touch: TouchId, at: datetime, kind: str, facts: dict[str, Any]) -> None:
        Journal(self.connection).append([Entry(touch, at, kind, facts)])
