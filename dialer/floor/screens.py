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
from dialer.floor.feed import BOARD, FLOOR_STREAM, MOST_OF_ONE, FeedKind, stream_of

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
    rows, last = await _at_once(redis, stream_of(operator))
    row = next((row for row in rows if row["operator"] == operator), None)
    return row | {"feed": last} if row else None


async def present_floor(redis: Redis) -> tuple[list[dict[str, Any]], str]:
    """All rows, and where to read the floor's feed on from. Raises RedisError."""
    return await _at_once(redis, FLOOR_STREAM)


async def _at_once(redis: Redis, stream: str) -> tuple[list[dict[str, Any]], str]:
    async with redis.pipeline(transaction=True) as step:
        step.get(BOARD)
        step.xrevrange(stream, count=1)
        board, newest = await step.execute()
    return list(orjson.loads(board)) if board else [], newest[0][0].decode() if newest else FROM_THE_FIRST


def read_feed(redis: Redis, operator: int, after: str) -> AsyncIterator[FeedEntry]:
    """What is told to an operator's screen after an entry, for ever. Raises RedisError: begin with `present` again."""
    return _read(redis, stream_of(operator), after)


def read_floor_feed(redis: Redis, after: str) -> AsyncIterator[FeedEntry]:
    """What is told to all operators' screens; the facts say whose. As `read_feed`."""
    return _read(redis, FLOOR_STREAM, after)


async def _read(redis: Redis, stream: str, after: str) -> AsyncIterator[FeedEntry]:
    while not cancelled():
        found = await redis.xread({stream: after}, count=BATCH, block=BLOCK_MS)
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
