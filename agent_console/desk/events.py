"""``GET /desk/events``: the screen is sent again whenever something of it has changed, for as long as the page is open.

The first event is always the whole present state, and so is every later one: a page that was away, for whatever reason,
needs nothing replayed. Several tabs of one operator all show the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request
from fastapi.sse import format_sse_event
from redis.exceptions import RedisError

from agent_console.access.dependencies import signed_in
from agent_console.access.sessions import visitor_of
from agent_console.access.visitor import Visitor
from agent_console.desk.page import Own, desk_now, screen
from agent_console.desk.views import viewed
from agent_console.page import services_of
from agent_console.stream import EventStream
from dialer.cancelled import cancelled
from dialer.floor.feed import FeedKind
from dialer.floor.screens import FeedEntry, present, read_feed
from domain.errors import LedgerDown
from domain.operator_events import OperatorId

router = APIRouter()

PULSE_S = 5.0
"""How often a silent feed says that it is alive, and looks whether its visitor still is signed in."""
RETRY_S = 1.0


@router.get("/desk/events")
async def events(
    request: Request, operator: Own, visitor: Annotated[Visitor, Depends(signed_in)]
) -> EventStream:
    """Events ``screen`` (HTML of the parts that changed), ``message`` (a supervisor's word), ``pulse`` (the server's
    time), ``lost`` (nobody drives the floor: what is on the screen may be old) and ``over`` (signed out).
    """
    return EventStream(_events(request, operator, visitor))


async def _events(request: Request, operator: OperatorId, visitor: Visitor) -> AsyncGenerator[bytes, None]:
    yield format_sse_event(retry=round(RETRY_S * 1000))
    while not cancelled():
        with suppress(RedisError, LedgerDown):
            async with aclosing(_while_driven(request, operator, visitor)) as happens:
                async for event in happens:
                    yield event
            if await visitor_of(request, renew=False) is None:
                break
        yield format_sse_event(event="lost", data_str="")
        await asyncio.sleep(RETRY_S)
    yield format_sse_event(event="over", data_str="")


async def _while_driven(
    request: Request, operator: OperatorId, visitor: Visitor
) -> AsyncGenerator[bytes, None]:
    """What happens to him until nobody drives the floor any more, or he is signed out; RedisError, LedgerDown."""
    services = services_of(request)
    row = await present(services.redis, operator)
    if row is None:
        return
    ear, desk, html = Ear(read_feed(services.redis, operator, row["feed"])), None, ""
    heard: list[FeedEntry] = []
    seen: object = None
    try:
        while row is not None:
            if desk is None or heard or desk.warned != desk.warns(services.now()):
                before, desk = html, await desk_now(request, operator, row)
                if (html := screen(request, desk)) != before:
                    yield format_sse_event(event="screen", id=row["feed"], data_str=html)
                if desk.on_line and (whose := (desk.on_line.touch, desk.on_line.subject)) != seen:
                    seen = whose
                    await viewed(request, visitor, desk)
            heard = await ear.hear(desk.silent_s(services.now(), PULSE_S))
            for entry in heard:
                if entry.kind is FeedKind.MESSAGE:
                    yield format_sse_event(event="message", data_str=orjson.dumps(entry.facts).decode())
            if not heard:
                if await visitor_of(request, renew=False) is None:
                    return
                yield format_sse_event(event="pulse", data_str=services.now().isoformat())
            row = await present(services.redis, operator)
    finally:
        await ear.close()


class Ear:
    """Listens to a feed for a bounded while at a time, without losing what comes between."""

    def __init__(self, feed: AsyncIterator[FeedEntry]) -> None:
        self._feed = feed
        self._next = self._listen()

    async def hear(self, within_s: float) -> list[FeedEntry]:
        """All that has come, as soon as there is anything; nothing when the time is over. Raises RedisError."""
        await asyncio.wait({self._next}, timeout=within_s)
        heard = []
        while self._next.done():
            heard.append(self._next.result())
            self._next = self._listen()
            await asyncio.wait({self._next}, timeout=0)
        return heard

    async def close(self) -> None:
        """Listen no more."""
        self._next.cancel()
        with suppress(asyncio.CancelledError, RedisError):
            await self._next

    def _listen(self) -> asyncio.Future[FeedEntry]:
        return asyncio.ensure_future(anext(self._feed))
