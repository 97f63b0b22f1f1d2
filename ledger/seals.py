"""Seals: the journal's lines in batches, each batch hashed together with the seal before it.

Whoever changes, removes or inserts a line under a seal breaks that seal and every later one (a hash chain, as in
Haber and Stornetta, 1991). The newest digest kept elsewhere
(`dozvon ledger seal` prints it) makes the end tamper-evident too: `dozvon ledger verify --digest`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from ledger.journal import JOURNAL_LOCK
from ledger.tables import SealRow, TouchEventRow, table

SEAL, EVENT = table(SealRow), table(TouchEventRow)
BATCH = 10_000
FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Broken:
    """A seal that its lines do not match."""

    seal: int
    first_event: int
    last_event: int
    what: str


@dataclass(frozen=True)
class Seals:
    """Repository of seals."""

    connection: Connection

    def seal(self, now: datetime) -> int:
        """Seal every line that has none; answers how many lines were sealed."""
        if self.connection.dialect.name == "postgresql":
            self.connection.execute(text(f"SELECT pg_advisory_xact_lock({JOURNAL_LOCK})"))
        previous = self.connection.execute(select(SEAL).order_by(SEAL.c.id.desc()).limit(1)).one_or_none()
        after, digest = (previous.last_event, previous.digest) if previous else (0, FIRST)
        sealed = 0
        while batch := self._lines(after):
            digest, after = _digest(digest, batch), batch[-1].id
            row = {"last_event": after, "events": len(batch), "digest": digest, "sealed_at": now}
            self.connection.execute(insert(SEAL).values(row))
            sealed += len(batch)
        return sealed

    def newest(self) -> str:
        """The digest of the newest seal; of no lines when there is none."""
        return self.connection.scalar(select(SEAL.c.digest).order_by(SEAL.c.id.desc()).limit(1)) or FIRST

    def has(self, digest: str) -> bool:
        """Whether there is a seal with this digest."""
        return (
            bool(self.connection.scalar(select(SEAL.c.id).where(SEAL.c.digest == digest))) or digest == FIRST
        )

    def unsealed(self) -> int:
        """How many lines have no seal yet."""
        last = select(func.coalesce(func.max(SEAL.c.last_event), 0)).scalar_subquery()
        return self.connection.scalar(select(func.count()).select_from(EVENT).where(EVENT.c.id > last)) or 0

    def broken(self) -> Iterator[Broken]:
        """Seals whose lines were changed since. After a broken one the chain goes on from what it says."""
        after, digest = 0, FIRST
        for seal in self.connection.execute(select(SEAL).order_by(SEAL.c.id)).all():
            lines = self._between(after, seal.last_event)
            found = _digest(digest, lines)
            if len(lines) != seal.events:
                yield Broken(
                    seal.id, after + 1, seal.last_event, f"{len(lines)} lines instead of {seal.events}"
                )
            elif found != seal.digest:
                yield Broken(seal.id, after + 1, seal.last_event, "a line was changed")
            after, digest = seal.last_event, seal.digest

    def _lines(self, after: int) -> list[Any]:
        return list(
            self.connection.execute(select(EVENT).where(EVENT.c.id > after).order_by(EVENT.c.id).limit(BATCH))
        )

    def _between(self, after: int, last: int) -> list[Any]:
        within = select(EVENT).where(EVENT.c.id > after, EVENT.c.id <= last).order_by(EVENT.c.id)
        return list(self.connection.execute(within))


def _digest(previous: str, lines: list[Any]) -> str:
    chain = sha256(previous.encode())
    for line in lines:
        at = line.at.astimezone(UTC).isoformat()
        chain.update(f"{line.id}\x1f{line.touch_id}\x1f{at}\x1f{line.kind}\x1f{line.facts}\x1e".encode())
    return chain.hexdigest()
