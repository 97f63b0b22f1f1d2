"""The wallboard: pushed to whoever watches, looked up once for all of them, and by nobody when nobody does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from starlette.types import Message

from agent_console.floor.hub import Hub
from agent_console.services import Services
from agent_console.stream import EventStream
from dialer.handlers.wallboard import Wallboard
from dialer.live import Live, look
from dialer.settings import Settings
from dialer.wallboard import Scope
from domain.said import as_data, said
from domain.user import Language, Role
from ledger.books import Transaction
from tests.agent_console.stage import Console, TestClock
from tests.dialer.work import Desk
from tests.polling import until

pytestmark = pytest.mark.integration

FEW = said("too few operators to share the risk")
WHY = said("desk %(desk)s: %(reason)s", desk="heat", reason=FEW)
SLOW = {"in_flight": 7, "reason": WHY}


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


async def test_why_a_campaign_is_so_fast_is_told_in_the_language_of_the_visitor(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = await _shown_to_a_russian(console, monkeypatch, SLOW | {"why": as_data(WHY)})
    assert "очередь heat: операторов слишком мало, чтобы звонить с опережением" in board
    assert "too few operators" not in board


async def test_an_older_dialler_still_tells_it(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    board = await _shown_to_a_russian(console, monkeypatch, SLOW)
    assert "desk heat: too few operators to share the risk" in board


async def _shown_to_a_russian(console: Console, monkeypatch: pytest.MonkeyPatch, told: dict[str, Any]) -> str:
    """The first board of a stream that ends with it."""

    async def seen(_: Redis) -> Live:
        return Live(campaigns={"spring": json.loads(json.dumps(told))})

    async def signed_out(*_: object, **__: object) -> None:
        return None

    monkeypatch.setattr("agent_console.floor.hub.look", seen)
    monkeypatch.setattr("agent_console.floor.wallboard.ASK_AGAIN", 1)
    monkeypatch.setattr("agent_console.floor.wallboard.visitor_of", signed_out)
    console.user("vera", Role.SUPERVISOR, language=Language.RU)
    Desk(console.books)
    async with console.signed_in("vera") as vera:
        return unescape((await vera.get("/floor/events")).text)


async def test_operators_see_no_board(console: Console) -> None:
    console.user("olga", Role.OPERATOR)
    async with console.signed_in("olga") as olga:
        assert (await olga.get("/floor")).status_code == 403
        assert (await olga.get("/floor/events")).status_code == 403


async def test_all_scopes_are_made_of_one_look(
    console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[set[Scope]] = []
    make = Wallboard.boards

    def noted(self: Wallboard, tx: Transaction, live: Live, now: datetime, scopes: Iterable[Scope]) -> Any:
        asked.append(set(scopes))
        return make(self, tx, live, now, scopes)

    monkeypatch.setattr(Wallboard, "boards", noted)
    Desk(console.books)
    redis = Redis.from_url(f"unix://{tmp_path / 'nobody.sock'}")
    hub = Hub(Services(Settings(home=tmp_path, demo=True), console.books, redis, TestClock()))
    floor, spring, winter = Scope(), Scope(campaign="spring"), Scope(campaign="winter")
    async with aclosing(hub.boards(floor)) as all_of_it, aclosing(hub.boards(spring)) as one:
        await anext(all_of_it)
        assert (await anext(one)).board
        async with aclosing(hub.boards(winter)) as nothing:
            waiting = asyncio.ensure_future(anext(nothing))
            await until(lambda: winter in asked[-1], what="a look at once for who has just come")
            await anext(all_of_it)
            assert not waiting.done(), "of what there is not there is no board, and nobody else misses his"
            waiting.cancel()
            await asyncio.wait([waiting])
        await anext(one)
    assert {floor, spring} in asked
    assert hub._watches == {}
    await redis.aclose()


async def test_a_stream_ends_with_its_page() -> None:
    closed: list[str] = []

    async def events() -> AsyncGenerator[bytes, None]:
        try:
            while True:
                yield b"data: \n\n"
        finally:
            closed.append("events")

    async def gone(message: Message) -> None:
        if message["type"] == "http.response.body":
            raise OSError("the page is gone")

    stream = EventStream(events())
    with pytest.raises(OSError, match="gone"):
        await stream.stream_response(gone)
    assert closed == ["events"], "while the response still is there"
