"""Receipts: what providers tell of the parts of messages, and what they tell of messages that nobody knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, delete, select

from domain.message import MessageState, Receipt
from domain.touch import TouchId
from ledger.bulk import instant, put
from ledger.message_tables import MessagePartRow, MessageRow, StrayReceiptRow
from ledger.messages import STATES
from ledger.tables import table

MESSAGE, PART, STRAY = table(MessageRow), table(MessagePartRow), table(StrayReceiptRow)
_PARTS = (
    select(PART.c.provider, PART.c.ref, PART.c.touch_id, PART.c.state, PART.c.reason)
    .where(PART.c.touch_id.in_(bindparam("touches", expanding=True)))
    .order_by(PART.c.ref)
)


def _named(rows: Any) -> ColumnElement[bool]:
    """Rows by their provider and their provider's ids."""
    return and_(rows.c.provider == bindparam("of"), rows.c.ref.in_(bindparam("refs", expanding=True)))


_BY_REF = select(PART.c.provider, PART.c.ref, PART.c.touch_id).where(_named(PART))
_STRAYS = select(STRAY).where(_named(STRAY)).order_by(STRAY.c.id)
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
        rows = self.connection.execute(_PARTS, {"touches": list(touches)})
        for provider, ref, touch, state, reason in rows:
            found[touch][ref] = Part(provider, ref, touch, STATES[state], reason)
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
        known = [
            refs.get((one.provider, one.ref)) or touches.get((one.provider, one.touch)) for one in receipts
        ]
        echoes = self._by_echo([one for one, touch in zip(receipts, known, strict=True) if touch is None])
        return [touch or echoes.get(_echo(one)) for one, touch in zip(receipts, known, strict=True)]

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

    def take(self, parts: Collection[Part]) -> list[Receipt]:
        """The strays that were kept for these parts before anybody knew their ids; they are strays no more."""
        if not parts:
            return []
        rows = self._these(_STRAYS, ((part.provider, part.ref) for part in parts))
        if rows:
            self.connection.execute(delete(STRAY).where(STRAY.c.id.in_([row.id for row in rows])))
        return [
            Receipt(
                *(row.provider, row.ref, STATES[row.state], row.at, row.reason),
                phone=row.phone,
                echo=row.echo,
            )
            for row in rows
        ]

    def _by_ref(self, receipts: Sequence[Receipt]) -> dict[tuple[str, str], str]:
        rows = self._these(_BY_REF, ((one.provider, one.ref) for one in receipts))
        return {(provider, ref): touch for provider, ref, touch in rows}

    def _by_touch(self, receipts: Sequence[Receipt]) -> dict[tuple[str, str], str]:
        touches = {one.touch for one in receipts if one.touch}
        if not touches:
            return {}
        mine = select(MESSAGE.c.provider, MESSAGE.c.touch_id).where(MESSAGE.c.touch_id.in_(touches))
        return {(row.provider, row.touch_id): row.touch_id for row in self.connection.execute(mine)}

    def _by_echo(self, receipts: Sequence[Receipt]) -> dict[Echo, str]:
        """The last message of each echo: a reference of 16 bits and a phone name one for a few days."""
        echoes = [one for one in receipts if one.phone and one.echo is not None]
        if not echoes:
            return {}
        since = min(one.at for one in echoes) - ECHOED_WITHIN
        phones, heard = {one.phone for one in echoes}, {one.echo for one in echoes}
        columns = (MESSAGE.c.provider, MESSAGE.c.phone, MESSAGE.c.echo, MESSAGE.c.touch_id)
        mine = select(*columns).where(
            MESSAGE.c.phone.in_(phones), MESSAGE.c.echo.in_(heard), MESSAGE.c.sending_at > since
        )
        rows = self.connection.execute(mine.order_by(MESSAGE.c.touch_id))
        return {(provider, phone, echo): touch for provider, phone, echo, touch in rows}

    def _these(self, rows: Select[Any], names: Iterable[tuple[str, str]]) -> list[Any]:
        """Rows by their providers and their providers' ids."""
        refs: defaultdict[str, set[str]] = defaultdict(set)
        for provider, ref in names:
            refs[provider].add(ref)
        asked = ({"of": provider, "refs": list(some)} for provider, some in refs.items())
        return [row for one in asked for row in self.connection.execute(rows, one)]


Echo = tuple[str, str, int | None]


def _echo(receipt: Receipt) -> Echo:
    return receipt.provider, receipt.phone, receipt.echo
