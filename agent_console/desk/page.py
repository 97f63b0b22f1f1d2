"""``GET /desk``: the operator's screen, whole, as things stand; `events` keeps it true from then on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from redis.exceptions import RedisError

from agent_console.access.dependencies import signed_in
from agent_console.access.refusals import Refused
from agent_console.access.visitor import Visitor
from agent_console.desk.state import Desk, desk_of
from agent_console.named import N_
from agent_console.page import page, rendered, services_of
from dialer.floor.screens import present
from domain.operator_events import OperatorId
from domain.operator_phone import PhoneKind

router = APIRouter()

NO_DESK = N_("You have no desk: an administrator must say which operator you are")


def own_operator(visitor: Annotated[Visitor, Depends(signed_in)]) -> OperatorId:
    """Whose desk the visitor has; Refused when he is no operator of the floor."""
    if visitor.user.operator is None:
        raise Refused(NO_DESK)
    return visitor.user.operator


Own = Annotated[OperatorId, Depends(own_operator)]
"""The operator who asks: nobody can ask for another one's desk."""


async def own_row(request: Request, operator: OperatorId) -> Mapping[str, Any] | None:
    """What the floor tells of him; None when nobody drives it, or Redis does not answer."""
    try:
        return await present(services_of(request).redis, operator)
    except RedisError:
        return None


async def desk_now(request: Request, operator: OperatorId, row: Mapping[str, Any] | None) -> Desk:
    """All that his screen shows."""
    services = services_of(request)
    now, zone = services.now(), ZoneInfo(services.settings.zone)
    return await services.read(lambda tx: desk_of(tx, operator, row, now, zone))


def screen(request: Request, desk: Desk) -> str:
    """The two parts of the page that change with the state, as HTML."""
    return rendered(request, "desk/screen.html.j2", desk=desk)


@router.get("/desk")
async def show(request: Request, operator: Own) -> Response:
    """The page."""
    services = services_of(request)
    desk = await desk_now(request, operator, await own_row(request, operator))
    phones = await services.read(lambda tx: tx.operators.phones())
    in_browser = phones[operator].kind is PhoneKind.BROWSER
    pauses = services.settings.console.pause_reasons
    return page(request, "desk/page.html.j2", desk=desk, pauses=pauses, in_browser=in_browser)
