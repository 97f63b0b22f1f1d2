"""What the demo's board says of its operators, and that they come to work."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from io import StringIO
from typing import Any

import pytest
from redis.asyncio import Redis
from rich.console import Console

from dialer.board import desk_key
from dialer.demo.floor import come_to_work, render_floor
from dialer.demo.team import Team
from dialer.floor.feed import BOARD
from domain.errors import EnvironmentFault
from tests.polling import PATIENCE_S

pytestmark = pytest.mark.integration


@pytest.fixture
async def redis(redis_server: str) -> AsyncIterator[Redis]:
    client: Redis = Redis.from_url(redis_server)
    await client.flushall()
    yield client
    await client.aclose()


async def board(redis: Redis, **states: str) -> None:
    rows = [{"login": login, "state": state, "phone": True} for login, state in states.items()]
    await redis.set(BOARD, json.dumps(rows))


async def shown(redis: Redis) -> str:
    console = Console(width=100, record=True, file=StringIO())
    console.print(await render_floor(redis))
    return console.export_text()


class TestBoard:
    async def test_states_are_counted_and_the_pacing_says_why(self, redis: Redis) -> None:
        await board(redis, robot1="talking", robot2="talking", robot3="wrap_up")
        desk = {"in_flight": 4, "waiting": 1, "answered": 50, "abandoned": 1, "reason": "looks ahead"}
        await redis.set(desk_key("operators"), json.dumps(desk))
        text = await shown(redis)
        for told in ("2 talking", "1 wrap-up", "4 in flight, 1 wait", "1 of 50 answers", "looks ahead"):
            assert told in text

    async def test_an_empty_floor_says_so(self, redis: Redis) -> None:
        assert "nobody is there yet" in await shown(redis)


async def test_all_are_signed_in_though_the_floor_refuses_at_first(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def ask(_: Redis, verb: str, login: str) -> dict[str, Any]:
        asked.append(f"{verb} {login}")
        if len(asked) == 1:
            raise EnvironmentFault("not yet")
        return {}

    monkeypatch.setattr("dialer.demo.floor.ask_floor", ask)
    monkeypatch.setattr("dialer.demo.floor.AGAIN_S", 0.001)
    await board(redis, robot1="offline", robot2="offline", ivan="offline")
    async with asyncio.timeout(PATIENCE_S):
        await come_to_work(redis, Team(2))
    assert sorted(asked) == ["ready robot1", "ready robot1", "ready robot2"]
