"""The operators: what each of them does now and has done today, pushed as it changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.sse import format_sse_event
from redis.exceptions import RedisError

from agent_console.access.sessions import visitor_of
from agent_console.page import page, rendered, services_of
from agent_console.stream import EventStream
from dialer.floor.commands import see_floor
from domain.operator import Operator
from domain.operator_events import OperatorId
from domain.operator_phone import PhoneKind
from domain.user import Role
from domain.window import local_midnight
from ledger.books import Transaction
from ledger.reports.operators import OperatorFigures, operators_figures

router = APIRouter()

EVERY_S = 1.0
ASK_AGAIN = 15
"""The books, and whether the watcher is still signed in, are asked every so many looks at the floor."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works here and what each has done today, by the books; ``listeners`` only have a phone to listen with."""

    operators: Sequence[Operator]
    figures: Mapping[str, OperatorFigures]
    listeners: frozenset[OperatorId]


@dataclass(frozen=True, slots=True)
class Person:
    """An operator of the grid; ``row`` is what the floor tells of him, empty when nobody drives it."""

    operator: Operator
    figures: OperatorFigures
    row: Mapping[str, Any] = field(default_factory=dict)


@router.get("/operators")
async def operators(request: Request) -> Response:
    """The grid, and the visitor's own phone beside it."""
    visitor = request.state.visitor
    phones = await services_of(request).read(lambda tx: tx.operators.phones())
    phone = phones.get(visitor.user.operator)
    return page(
        request,
        "floor/operators.html.j2",
        people=await _people(request, await _staff(request)),
        has_phone=phone is not None,
        in_browser=phone is not None and phone.kind is PhoneKind.BROWSER,
    )


@router.get("/operators/events")
async def events(request: Request) -> EventStream:
    """Events ``grid``: all operators as HTML, when something has changed; ``over`` when the visitor is signed out."""
    return EventStream(_events(request))


async def _events(request: Request) -> AsyncGenerator[bytes, None]:
    html = ""
    while await visitor_of(request, renew=False) is not None:
        staff = await _staff(request)
        for _ in range(ASK_AGAIN):
            people = await _people(request, staff)
            if (now := rendered(request, "floor/operators_grid.html.j2", people=people)) != html:
                html = now
                yield format_sse_event(event="grid", data_str=html)
            await asyncio.sleep(EVERY_S)
    yield format_sse_event(event="over", data_str="")


async def _staff(request: Request) -> Staff:
    services = services_of(request)
    now, zone = services.now(), ZoneInfo(services.settings.zone)

    def read(tx: Transaction) -> Staff:
        midnight = local_midnight(now.astimezone(zone).date(), zone)
        figures = {one.login: one for one in operators_figures(tx.connection, midnight, now)}
        others = (user.operator for user in tx.users.all() if user.role is not Role.OPERATOR)
        return Staff(tx.operators.all(), figures, frozenset(id for id in others if id is not None))

    return await services.read(read)


async def _people(request: Request, staff: Staff) -> list[Person]:
    """By name; of those who only listen just who talks to a debtor whom he has taken over."""
    try:
        rows = {row["operator"]: row for row in await see_floor(services_of(request).redis)}
    except RedisError:
        rows = {}
    people = [
        Person(one, staff.figures.get(one.login, OperatorFigures(one.login, one.name)), rows.get(one.id, {}))
        for one in staff.operators
    ]
    shown = (one for one in people if one.operator.id not in staff.listeners or one.row.get("touch"))
    return sorted(shown, key=lambda one: one.operator.name or one.operator.login)
