"""Receipts: what providers tell of the parts of messages, and what they tell of messages that nobody knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, or_, select

from domain.message import MessageState, Receipt
from domain.touch import TouchId
from ledger.bulk import instant, put
from ledger.message_tables import MessagePartRow, MessageRow, StrayReceiptRow
from ledger.tables import table

MESSAGE, PART, STRAY = table(MessageRow), table(MessagePartRow), table(StrayReceiptRow)
ECHOED_WITHIN = timedelta(days=3)
"""How long a reference of 16 bits and a phone name one message."""


class Part(NamedTuple):
    """One part of a message, by its provider's id."""

    provider: str
    ref: str
    touch: TouchId
    state: MessageState = MessageState.ACCEPTED
    reason: str = ""


@dataclass(frozen=True)
class Receipts:
    """Repository of parts and of stray receipts."""

    connection: Connection

    def parts(self, touches: Collection[str]) -> dict[str, dict[str, Part]]:
        """What is known of the parts of messages, by touch and the provider's id."""
        found: defaultdict[str, dict[str, Part]] = defaultdict(dict)
        for row in self.connection.execute(
            select(PART).where(PART.c.touch_id.in_(touches)).order_by(PART.c.ref)
        ):
            state = MessageState(row.state)
            found[row.touch_id][row.ref] = Part(row.provider, row.ref, row.touch_id, state, row.reason)
        return found

    def put(self, parts: Iterable[Part], *, only_new: bool = False) -> None:
        """Parts as they are now; with ``only_new`` those that are known stay as they are: a receipt was quicker."""
        columns, key = ("provider", "ref", "touch_id", "state", "reason"), ("provider", "ref")
        rows = [(*part[:3], part.state.value, part.reason) for part in parts]
        put(
            self.connection, PART, columns, rows, key=key, facts=("ref",) if only_new else ("state", "reason")
        )

    def whose(self, receipts: Sequence[Receipt]) -> list[str | None]:
        """The touch of each receipt: by the provider's id, by ours, or by what an SMSC echoes; None for a stray."""
        refs, touches = self._by_ref(receipts), self._by_touch(receipts)
        return [
            refs.get((one.provider, one.ref)) or touches.get((one.provider, one.touch)) or self._by_echo(one)
            for one in receipts
        ]

    def keep(self, strays: Iterable[Receipt]) -> None:
        """Keep receipts that belong to nothing we know, each once."""
        columns, key = (
            ("provider", "ref", "state", "reason", "phone", "echo", "at"),
            ("provider", "ref", "state"),
        )
        dialect = self.connection.dialect.name
        rows = {
            one[:3]: one
            for one in (
                (r.provider, r.ref, r.state.value, r.reason, r.phone, r.echo, instant(r.at, dialect))
                for r in strays
            )
        }
        put(self.connection, STRAY, columns, list(rows.values()), key=key, facts=("reason",))

    def take(self, provider: str, refs: Collection[str]) -> list[Receipt]:
        """The strays that were kept for these ids before anybody knew them; they are strays no more."""
        mine = and_(STRAY.c.provider == provider, STRAY.c.ref.in_(refs))
        rows = self.connection.execute(select(STRAY).where(mine).order_by(STRAY.c.id)).all()
        if rows:
            self.connection.execute(delete(STRAY).where(mine))
        states = [MessageState(row.state) for row in rows]
        return [
            Receipt(row.provider, row.ref, state, row.at, row.reason, phone=row.phone, echo=row.echo)
            for row, state in zip(rows, states, strict=True)
        ]

    def _by_ref(self, receipts: Sequence[Receipt]) -> dict[tuple[str, str], str]:
        refs: defaultdict[str, set[str]] = defaultdict(set)
        for one in receipts:
            refs[one.provider].add(one.ref)
        pairs = [and_(PART.c.provider == provider, PART.c.ref.in_(some)) for provider, some in refs.items()]
        rows = self.connection.execute(
            select(PART.c.provider, PART.c.ref, PART.c.touch_id).where(or_(*pairs))
        )
        return {(row.provider, row.ref): row.touch_id for row in rows}

    def _by_touch(self, receipts: Sequence[Receipt]) -> dict[tuple[str, str], str]:
        touches = {one.touch for one in receipts if one.touch}
        if not touches:
            return {}
        mine = select(MESSAGE.c.provider, MESSAGE.c.touch_id).where(MESSAGE.c.touch_id.in_(touches))
        return {(row.provider, row.touch_id): row.touch_id for row in self.connection.execute(mine)}

    def _by_echo(self, receipt: Receipt) -> str | None:
        if not receipt.phone or receipt.echo is None:
            return None
        same = (MESSAGE.c.phone == receipt.phone, MESSAGE.c.echo == receipt.echo)
        mine = (
            *same,
            MESSAGE.c.provider == receipt.provider,
            MESSAGE.c.sending_at > receipt.at - ECHOED_WITHIN,
        )
        last = select(MESSAGE.c.touch_id).where(*mine).order_by(MESSAGE.c.touch_id.desc()).limit(1)
        found: str | None = self.connection.scalar(last)
        return found
