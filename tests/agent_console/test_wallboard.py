"""The wallboard: pushed to whoever watches, looked up once for all of them, and by nobody when nobody does."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest
from redis.asyncio import Redis

from agent_console.floor.hub import Hub
from agent_console.services import Services
from dialer.live import Live, look
from dialer.settings import Settings
from dialer.wallboard import Scope
from domain.user import Role
from tests.agent_console.stage import Console, TestClock
from tests.dialer.work import Desk

pytestmark = pytest.mark.integration


async def test_the_page_and_the_day(console: Console) -> None:
    console.user("anna", Role.SUPERVISOR)
    Desk(console.books)
    async with console.signed_in("anna") as anna:
        shown = (await anna.get("/floor", params={"campaign": "spring"})).text
        assert 'sse-connect="/floor/events?campaign=spring"' in shown
        for path in ("/floor", "/floor/events"):
            assert (await anna.get(path, params={"campaign": "<script>"})).status_code == 422
        day = (await anna.get("/floor/day")).json()
        assert day["slot_s"] == 300
        assert (await anna.get("/floor/day", params={"portfolio": "nowhere"})).status_code == 422


async def test_one_look_for_all_who_watch(
    console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    async def counted(redis: Redis) -> Live:
        nonlocal looks
        looks += 1
        return await look(redis)

    monkeypatch.setattr("agent_console.floor.hub.look", counted)
    monkeypatch.setattr("agent_console.floor.hub.EVERY_S", 0.01)
    redis = Redis.from_url(f"unix://{tmp_path / 'nobody.sock'}")
    hub = Hub(Services(Settings(home=tmp_path, demo=True), console.books, redis, TestClock()))
    async with aclosing(hub.boards(Scope())) as mine, aclosing(hub.boards(Scope())) as yours:
        first, second = await asyncio.gather(anext(mine), anext(yours))
        assert first is second
        assert looks == 1
        assert first.board
        assert not first.board.live
        await asyncio.gather(anext(mine), anext(yours))
        assert looks == 2
        looking = hub._looking
    assert looking
    assert looking.cancelled()
    assert hub._watches == {}
    await redis.aclose()


async def test_a_look_that_breaks_is_told_to_whoever_watches(
    console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    redis = Redis.from_url(f"unix://{tmp_path / 'nobody.sock'}")
    hub = Hub(Services(Settings(home=tmp_path, demo=True), console.books, redis, TestClock()))
    monkeypatch.setattr("agent_console.floor.hub.EVERY_S", 0.01)
    async with aclosing(hub.boards(Scope())) as mine:
        await anext(mine)

        async def watched() -> None:
            async for _ in mine:
                pass

        monkeypatch.setattr("dialer.handlers.wallboard.Wallboard.boards", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await watched()
    assert hub._watches == {}
    await redis.aclose()


async def test_operators_see_no_board(console: Console) -> None:
    console.user("olga", Role.OPERATOR)
    async with console.signed_in("olga") as olga:
        assert (await olga.get("/floor")).status_code == 403
        assert (await olga.get("/floor/events")).status_code == 403
