"""The published board: seen by whoever looks, and not missed when Redis is gone."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from dialer.board import Stats, board_key, fetch, publish, reason_of
from domain.said import Said, said

pytestmark = pytest.mark.integration


async def test_what_is_published_can_be_fetched(redis_server: str) -> None:
    async with Redis.from_url(redis_server) as redis:
        assert await fetch(redis, "весна") is None
        board = Stats().snapshot(1, 5.0)
        await publish(redis, board_key("весна"), board)
        assert await fetch(redis, "весна") == {name: told for name, told in board.items() if name != "why"}
        assert 0 < await redis.ttl("dozvon:board:весна") <= 15


async def test_why_it_is_so_fast_can_be_said_in_another_language(redis_server: str) -> None:
    stats, key = Stats(), board_key("лето")
    stats.of(1).reason = said("desk %(desk)s: %(reason)s", desk="heat", reason=said("the list ends"))
    async with Redis.from_url(redis_server) as redis:
        await publish(redis, key, stats.snapshot(1, 5.0))
        told = reason_of(orjson.loads(await redis.get(key) or b"{}"))
        english = await fetch(redis, "лето")
    assert isinstance(told, Said)
    assert isinstance(told.facts["reason"], Said)
    assert (told, english and english["reason"]) == ("desk heat: the list ends",) * 2


def test_an_older_dialler_tells_it_in_english() -> None:
    assert reason_of({"reason": "the list ends"}) == "the list ends"
    assert reason_of({}) == ""


async def test_without_redis_calls_go_on_and_readers_are_told(tmp_path: Path) -> None:
    async with Redis.from_url(f"unix://{tmp_path / 'nobody.sock'}") as nowhere:
        await publish(nowhere, "spring", {})
        with pytest.raises(RedisError):
            await fetch(nowhere, "spring")
