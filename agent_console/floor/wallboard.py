"""The wallboard: a few large figures that make somebody act, pushed once a second; pictures and the time line below."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.sse import format_sse_event

from agent_console.access.sessions import visitor_of
from agent_console.floor.hub import hub_of, shown
from agent_console.named import name_of
from agent_console.page import language_of, page, services_of, told
from agent_console.stream import EventStream
from dialer.handlers.day import day
from dialer.handlers.time_line import changes
from dialer.handlers.wallboard import campaigns_in
from dialer.wallboard import Scope
from domain.touch import Outcome
from ledger.books import Transaction

router = APIRouter()

ASK_AGAIN = 30
"""Whether a watcher is still signed in is asked every so many boards."""
MARKS = timedelta(hours=24)
MOST_MARKS = 30


def scope_of(
    campaign: Annotated[str, Query(max_length=100)] = "",
    portfolio: Annotated[str, Query(max_length=100)] = "",
    desk: Annotated[str, Query(max_length=30)] = "",
) -> Scope:
    """What the board is about."""
    return Scope(campaign, portfolio, desk)


Scoped = Annotated[Scope, Depends(scope_of)]


@router.get("/floor")
async def floor(request: Request, scope: Scoped) -> Response:
    """The page around the board, with what one may look at alone."""
    services = services_of(request)
    now = services.now()

    def read(tx: Transaction) -> dict[str, Any]:
        under_way = tx.campaigns.under_way()
        campaigns_in(tx, scope, under_way)
        return {
            "campaigns": [one.name for one in under_way],
            "portfolios": [one.name for one in tx.portfolios.all()],
            "desks": sorted({desk for one in tx.operators.all() for desk in one.desks}),
            "marks": changes(tx, now - MARKS, now, scope.campaign)[-MOST_MARKS:][::-1],
        }

    outcomes = {one.value: told(request, name_of("outcome", one)) for one in Outcome}
    found = await services.read(read)
    return page(request, "floor/wallboard.html.j2", scope=scope, outcomes=outcomes, **found)


@router.get("/floor/events")
async def events(request: Request, scope: Scoped) -> EventStream:
    """Events ``board``: the whole board as HTML, once a second; ``over``: signed out. InputError for no such scope."""
    await services_of(request).read(lambda tx: campaigns_in(tx, scope))
    return EventStream(_events(request, scope))


async def _events(request: Request, scope: Scope) -> AsyncGenerator[bytes, None]:
    language, sent = language_of(request), 0
    async with aclosing(hub_of(request).boards(scope)) as boards:
        async for watch in boards:
            yield format_sse_event(event="board", data_str=shown(request, watch, language))
            sent += 1
            if sent % ASK_AGAIN == 0 and await visitor_of(request, renew=False) is None:
                break
    yield format_sse_event(event="over", data_str="")


@router.get("/floor/day")
async def the_day(request: Request, scope: Scoped) -> dict[str, Any]:
    """The day in series, for the pictures."""
    services = services_of(request)
    zone = ZoneInfo(services.settings.zone)
    made = await services.read(lambda tx: day(tx, services.now(), zone, scope))
    return made.to_json()
