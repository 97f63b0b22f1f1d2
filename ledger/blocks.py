"""Blocks of contact: who may not be reached, over which channels, from when to when, on which document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from domain.block import Block
from domain.rules import Scope
from domain.touch import Channel
from ledger.tables import BlockRow, table

BLOCK = table(BlockRow)


@dataclass(frozen=True)
class Blocks:
    """Repository of blocks."""

    connection: Connection

    def put(self, block: Block, *, debtor_id: int | None, author: str) -> bool:
        """Log a block; the same one again changes nothing. Answers whether it is new."""
        row = _row(block, debtor_id, author)
        key = ("scope", "debtor_id", "target", "channels", "starts_at", "reason")
        same = select(BLOCK.c.id).where(*(BLOCK.c[name].is_not_distinct_from(row[name]) for name in key))
        known = self.connection.scalar(same)
        if known is None:
            self.connection.execute(insert(BLOCK).values(row))
            return True
        self.connection.execute(update(BLOCK).where(BLOCK.c.id == known).values(ends_at=block.end))
        return False

    def lift(self, debtor_id: int, reason: str, at: datetime) -> int:
        """End the running blocks of a debtor for a reason; answers how many. They stay in the books."""
        mine = (BLOCK.c.debtor_id == debtor_id, BLOCK.c.reason == reason)
        running = or_(BLOCK.c.ends_at.is_(None), BLOCK.c.ends_at > at)
        return self.connection.execute(update(BLOCK).where(*mine, running).values(ends_at=at)).rowcount

    def standing(self, debtors: Sequence[int], phones: Iterable[str]) -> Standings:
        """The blocks of these debtors, and those of these phones whoever has them."""
        rows = self.connection.execute(
            select(BLOCK).where(or_(BLOCK.c.debtor_id.in_(debtors), BLOCK.c.target.in_(list(phones))))
        )
        return Standings(rows.all())

    def of_debtor(self, debtor_id: int) -> list[Block]:
        """All blocks of a debtor, past ones too."""
        rows = self.connection.execute(
            select(BLOCK).where(BLOCK.c.debtor_id == debtor_id).order_by(BLOCK.c.id)
        )
        return [_block(row) for row in rows]


class Standings:
    """Blocks by whom they concern: a debtor's own, or anybody's over a phone."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._own: defaultdict[int, list[Block]] = defaultdict(list)
        self._phones: defaultdict[str, list[Block]] = defaultdict(list)
        for row in rows:
            if row.debtor_id is None:
                self._phones[row.target].append(_block(row))
            else:
                self._own[row.debtor_id].append(_block(row))

    def of(self, debtor_id: int, phone: str) -> tuple[Block, ...]:
        """The blocks to judge a touch of this debtor over this phone by."""
        return (*self._own.get(debtor_id, ()), *self._phones.get(phone, ()))


def _row(block: Block, debtor_id: int | None, author: str) -> dict[str, Any]:
    return {
        "scope": block.scope.value,
        "debtor_id": debtor_id,
        "target": block.target,
        "channels": ",".join(sorted(block.channels)),
        "starts_at": block.start,
        "ends_at": block.end,
        "reason": block.reason,
        "document": block.document,
        "received_at": block.received_at,
        "author": author,
    }


def _block(row: Any) -> Block:
    return Block(
        channels=frozenset(Channel(name) for name in row.channels.split(",")),
        start=row.starts_at,
        end=row.ends_at,
        reason=row.reason,
        scope=Scope(row.scope),
        target=row.target,
        document=row.document,
        received_at=row.received_at,
    )
