"""Replies: what debtors write to us, the operators' inbox; and the links by which they pay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from domain.reply import Meaning, Reply, ReplyState
from domain.touch import Channel, TouchId
from ledger.message_tables import PaymentLinkRow, ReplyRow
from ledger.tables import table

REPLY, LINK = table(ReplyRow), table(PaymentLinkRow)
UNANSWERED = "unanswered: "


@dataclass(frozen=True, slots=True)
class Kept:
    """A reply in the books: ``touch`` is the inbound touch it is logged as, ``answers`` the message it answers."""

    id: int
    reply: Reply
    touch: TouchId
    debtor_id: int | None
    meaning: Meaning
    state: ReplyState
    answers: TouchId | None = None
    note: str = ""

    @property
    def unanswered(self) -> str:
        """Why our answer to it did not arrive; empty where none was sent or it did."""
        return self.note.removeprefix(UNANSWERED) if self.note.startswith(UNANSWERED) else ""


@dataclass(frozen=True)
class Replies:
    """Repository of replies."""

    connection: Connection

    def known(self, provider: str, ref: str) -> bool:
        """Whether this reply is in the books already: webhooks come twice."""
        mine = select(REPLY.c.id).where(REPLY.c.provider == provider, REPLY.c.ref == ref)
        return self.connection.scalar(mine) is not None

    def add(
        self,
        reply: Reply,
        touch: TouchId,
        meaning: Meaning,
        state: ReplyState,
        *,
        debtor_id: int | None,
        answers: str | None,
        note: str = "",
    ) -> None:
        """Write it down; ``state`` DONE where nobody has to look at it."""
        row = {name: getattr(reply, name) for name in ("provider", "ref", "phone", "text", "at")}
        row |= {"channel": reply.channel.value, "meaning": meaning.value, "state": state.value, "note": note}
        row |= {"touch_id": touch, "debtor_id": debtor_id, "answers": answers}
        self.connection.execute(insert(REPLY).values(row))

    def new(self, limit: int) -> list[Kept]:
        """The inbox: replies that nobody has looked at, the oldest first."""
        rows = select(REPLY).where(REPLY.c.state == ReplyState.NEW.value).order_by(REPLY.c.at).limit(limit)
        return [_kept(row) for row in self.connection.execute(rows)]

    def of_debtor(self, debtor_id: int, limit: int) -> list[Kept]:
        """What a debtor wrote, the newest first."""
        rows = select(REPLY).where(REPLY.c.debtor_id == debtor_id).order_by(REPLY.c.id.desc()).limit(limit)
        return [_kept(row) for row in self.connection.execute(rows)]

    def count(self) -> int:
        """How many replies nobody has looked at."""
        return self.connection.scalar(select(func.count()).where(REPLY.c.state == ReplyState.NEW.value)) or 0

    def done(self, id: int, operator_id: int | None, now: datetime, note: str = "") -> bool:
        """An operator has dealt with it; False when somebody else had before him."""
        mine = update(REPLY).where(REPLY.c.id == id, REPLY.c.state == ReplyState.NEW.value)
        values = {"state": ReplyState.DONE.value, "done_by": operator_id, "done_at": now, "note": note}
        return bool(self.connection.execute(mine.values(values)).rowcount)

    def reopen(self, phone: str, dealt_at: datetime, reason: str) -> None:
        """The answer by which the reply from that phone was dealt with then did not arrive: somebody looks again."""
        mine = update(REPLY).where(REPLY.c.phone == phone, REPLY.c.done_at == dealt_at)
        values = {"state": ReplyState.NEW.value, "done_by": None, "done_at": None}
        self.connection.execute(mine.values(**values, note=f"{UNANSWERED}{reason}"))


@dataclass(frozen=True, slots=True)
class Link:
    """A payment link, of one debtor and the touch that brought it to him."""

    token: str
    debtor_id: int
    touch_id: TouchId
    made_at: datetime
    expires_at: datetime
    opened_at: datetime | None = None


@dataclass(frozen=True)
class PaymentLinks:
    """Repository of payment links."""

    connection: Connection

    def add(self, links: list[Link]) -> None:
        """Write them down, in the transaction that reserves their touches."""
        if links:
            columns = ("token", "debtor_id", "touch_id", "made_at", "expires_at")
            self.connection.execute(
                insert(LINK), [{name: getattr(one, name) for name in columns} for one in links]
            )

    def find(self, token: str) -> Link | None:
        """The link that this token opens, expired or not."""
        row = self.connection.execute(select(LINK).where(LINK.c.token == token)).one_or_none()
        return Link(**row._mapping) if row else None

    def opened(self, token: str, now: datetime) -> bool:
        """It was opened; True the first time."""
        mine = update(LINK).where(LINK.c.token == token, LINK.c.opened_at.is_(None))
        return bool(self.connection.execute(mine.values(opened_at=now)).rowcount)


def _kept(row: Any) -> Kept:
    reply = Reply(row.provider, row.ref, row.phone, row.text, row.at, Channel(row.channel))
    meaning, state = Meaning(row.meaning), ReplyState(row.state)
    return Kept(row.id, reply, TouchId(row.touch_id), row.debtor_id, meaning, state, row.answers, row.note)
