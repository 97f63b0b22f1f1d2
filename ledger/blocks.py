"""Blocks of contact: who may not be reached, over which channels, from when to when, on which document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update

from domain.block import OF_A_HUMAN_BEING, Block
from domain.rules import Scope
from domain.touch import Channel, TouchId
from ledger.locks import hold
from ledger.tables import BlockRow, table

BLOCK = table(BlockRow)
_STANDING = select(BLOCK).where(
    or_(
        BLOCK.c.debtor_id.in_(bindparam("debtors", expanding=True)),
        BLOCK.c.target.in_(bindparam("phones", expanding=True)),
    )
)
NOBODY: Mapping[int, str] = MappingProxyType({})
CHANGEABLE = ("ends_at", "document", "received_at")
_UPDATE = (
    update(BLOCK)
    .where(BLOCK.c.id == bindparam("of_block"))
    .values({column: bindparam(column) for column in CHANGEABLE})
)


class Put(StrEnum):
    """What became of a block that was told."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class Held(NamedTuple):
    """A block of a debtor, or with None of a phone whoever has it; ``id`` once it is in the books."""

    block: Block
    debtor_id: int | None
    id: int | None = None

    @property
    def key(self) -> tuple[int | None, Block]:
        """Equal for the same block, whatever its end and its basis."""
        return self.debtor_id, replace(self.block, end=None, document="", received_at=None)

    def over(self, before: Held) -> Held:
        """What is known when this is told of a block that stood as ``before``."""
        document = self.block.document or before.block.document
        received_at = self.block.received_at or before.block.received_at
        return before._replace(block=replace(self.block, document=document, received_at=received_at))


@dataclass(frozen=True)
class Blocks:
    """Repository of blocks."""

    connection: Connection

    def put(self, block: Block, *, debtor_id: int | None, author: str) -> Put:
        """Log a block, as `put_all` does."""
        return self.put_all([Held(block, debtor_id)], author=author)[0]

    def put_all(self, told: Sequence[Held], *, author: str) -> list[Put]:
        """Log blocks in a few statements whatever their number; answers what became of each.

        One that is known takes the end that is told now, and the document and its day if they are told.
        """
        hold(self.connection, ["blocks"])  # one name for all: an import reads and writes in several batches
        known = {held.key: held for held in self._of(told)}
        answers = []
        for held in told:
            before = known.get(held.key)
            known[held.key] = now = held.over(before) if before else held
            answers.append(Put.ADDED if before is None else Put.UNCHANGED if now == before else Put.CHANGED)
        written = {h.key: known[h.key] for h, put in zip(told, answers, strict=True) if put != Put.UNCHANGED}
        self._write(written.values(), author)
        return answers

    def lift(self, reason: str, at: datetime, *, debtor_id: int | None, phone: str = "") -> int:
        """End the running blocks for a reason, of those that `of` gives; answers how many. They stay in the books."""
        mine = (*_whose(debtor_id, phone), BLOCK.c.reason == reason)
        running = or_(BLOCK.c.ends_at.is_(None), BLOCK.c.ends_at > at)
        return self.connection.execute(update(BLOCK).where(*mine, running).values(ends_at=at)).rowcount

    def lift_of_talk(self, touch: TouchId, debtor_id: int, phone: str, at: datetime) -> None:
        """End the running blocks of a debtor, or of the phone, whose basis is a talk."""
        theirs = or_(BLOCK.c.debtor_id == debtor_id, BLOCK.c.target == phone)
        of_talk = BLOCK.c.document.endswith(f"(talk {touch})", autoescape=True)
        running = or_(BLOCK.c.ends_at.is_(None), BLOCK.c.ends_at > at)
        self.connection.execute(update(BLOCK).where(theirs, of_talk, running).values(ends_at=at))

    def standing(
        self, debtors: Sequence[int], phones: Iterable[str], same: Mapping[int, str] = NOBODY
    ) -> Standings:
        """The blocks of these debtors and of those who are the ``same`` persons, and those of these phones whoever
        has them.
        """
        asked = {"debtors": [*debtors, *same], "phones": list(phones)}
        return Standings(self.connection.execute(_STANDING, asked).all(), same)

    def of(self, debtor_id: int | None, phone: str = "") -> list[Block]:
        """All blocks of a debtor, or those of one phone: his, or with None whoever has it; past ones too."""
        rows = self.connection.execute(select(BLOCK).where(*_whose(debtor_id, phone)).order_by(BLOCK.c.id))
        return [_block(row) for row in rows]

    def _of(self, told: Sequence[Held]) -> list[Held]:
        """The blocks in the books of the same debtors, and those of the same phones whoever has them."""
        debtors = {held.debtor_id for held in told if held.debtor_id is not None}
        targets = {held.block.target for held in told if held.debtor_id is None}
        anybodys = and_(BLOCK.c.debtor_id.is_(None), BLOCK.c.target.in_(targets))
        rows = self.connection.execute(select(BLOCK).where(or_(BLOCK.c.debtor_id.in_(debtors), anybodys)))
        return [Held(_block(row), row.debtor_id, row.id) for row in rows]

    def _write(self, blocks: Iterable[Held], author: str) -> None:
        new, changed = [], []
        for held in blocks:
            row = _row(held.block, held.debtor_id, author)
            if held.id is None:
                new.append(row)
            else:
                changed.append({"of_block": held.id} | {name: row[name] for name in CHANGEABLE})
        if new:
            self.connection.execute(insert(BLOCK), new)
        if changed:
            self.connection.execute(_UPDATE, changed)


class Standings:
    """Blocks by whom they concern: a debtor's own, all debtors' of his person, or anybody's over a phone."""

    def __init__(self, rows: Iterable[Any], same: Mapping[int, str]) -> None:
        self._same = same
        self._human: defaultdict[str, list[tuple[int, Block]]] = defaultdict(list)
        self._own: defaultdict[int, list[Block]] = defaultdict(list)
        self._phones: defaultdict[str, list[Block]] = defaultdict(list)
        for row in rows:
            if row.debtor_id is None:
                self._phones[row.target].append(_block(row))
            else:
                self._own[row.debtor_id].append(_block(row))
                if row.debtor_id in same and row.reason in OF_A_HUMAN_BEING and row.scope == Scope.DEBTOR:
                    self._human[same[row.debtor_id]].append((row.debtor_id, _block(row)))

    def of(self, debtor_id: int, *phones: str) -> tuple[Block, ...]:
        """The blocks to judge a touch of this debtor over one of these phones by."""
        anybodys = (block for phone in phones for block in self._phones.get(phone, ()))
        his = self._human.get(self._same.get(debtor_id, ""), ())
        elsewhere = (block for debtor, block in his if debtor != debtor_id)
        return (*self._own.get(debtor_id, ()), *elsewhere, *anybodys)


def _whose(debtor_id: int | None, phone: str) -> list[Any]:
    return [BLOCK.c.debtor_id == debtor_id, *([BLOCK.c.target == phone] if phone else [])]


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
