"""The published board: seen by whoever looks, and not missed when Redis is gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from dialer.board import Stats, board_key, fetch, publish

pytestmark = pytest.mark.integration


async def test_what_is_published_can_be_fetched(redis_server: str) -> None:
    async with Redis.from_url(redis_server) as redis:
        assert await fetch(redis, "весна") is None
        board = Stats().snapshot(1, 5.0)
        await publish(redis, board_key("весна"), board)
        assert await fetch(redis, "весна") == board
        assert 0 < await redis.ttl("dozvon:board:весна") <= 15


async def test_without_redis_calls_go_on_and_readers_are_told(tmp_path: Path) -> None:
    async with Redis.from_url(f"unix://{tmp_path / 'nobody.sock'}") as nowhere:
        await publish(nowhere, "spring", {})
        with pytest.raises(RedisError):
            await fetch(nowhere, "spring")
