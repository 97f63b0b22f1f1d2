"""What a screen asks of the floor: the whole present state first, then what changes; and a word to an operator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import orjson
from redis.asyncio import Redis

from dialer.cancelled import cancelled
from dialer.floor.feed import BOARD, MOST_OF_ONE, FeedKind, stream_of

FROM_THE_FIRST = "0-0"
BLOCK_MS = 2_000
"""Less than a connection waits for an answer before it takes Redis for lost."""
BATCH = 100


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry as it is read; ``id`` is where to read on from."""

    id: str
    kind: FeedKind
    at: datetime
    facts: dict[str, Any]


async def present(redis: Redis, operator: int) -> dict[str, Any] | None:
    """An operator's row, with ``feed``: where to read on from. None when nobody drives the floor, or he does not work
    here (any more). Raises RedisError.
    """
    async with redis.pipeline(transaction=True) as step:
        step.get(BOARD)
        step.xrevrange(stream_of(operator), count=1)
        board, newest = await step.execute()
    rows: list[dict[str, Any]] = orjson.loads(board) if board else []
    row = next((row for row in rows if row["operator"] == operator), None)
    return row | {"feed": newest[0][0].decode() if newest else FROM_THE_FIRST} if row else None


async def read_feed(redis: Redis, operator: int, after: str) -> AsyncIterator[FeedEntry]:
    """What is told to an operator's screen after an entry, for ever. Raises RedisError: begin with `present` again."""
    while not cancelled():
        found = await redis.xread({stream_of(operator): after}, count=BATCH, block=BLOCK_MS)
        for _, entries in cast(list[Any], found or []):
            for id, fields in entries:
                after = id.decode()
                at = datetime.fromisoformat(fields[b"at"].decode())
                kind = FeedKind(fields[b"kind"].decode())
                yield FeedEntry(after, kind, at, orjson.loads(fields[b"facts"]))
    raise asyncio.CancelledError


async def send_message(redis: Redis, operator: int, text: str, author: str, now: datetime) -> None:
    """A supervisor's word to an operator, by login; his page shows it when it reads on. Raises RedisError."""
    await _tell(redis, operator, FeedKind.MESSAGE, now, {"text": text, "author": author})


async def show_anew(redis: Redis, operator: int, now: datetime) -> None:
    """All screens of an operator are to read what they show: a page of his has changed it. Raises RedisError."""
    await _tell(redis, operator, FeedKind.CARD, now, {})


async def _tell(redis: Redis, operator: int, kind: FeedKind, now: datetime, facts: dict[str, Any]) -> None:
    text = orjson.dumps({"operator": operator, **facts})
    entry: dict[Any, Any] = {"kind": kind.value, "at": now.isoformat(), "facts": text}
    await redis.xadd(stream_of(operator), entry, maxlen=MOST_OF_ONE, approximate=True)
