"""Who saw whose card, for the audit log; and how soon it was on the screen."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import AwareDatetime
from redis.exceptions import RedisError

from agent_console.access.audit import noted
from agent_console.access.visitor import Visitor
from agent_console.desk.state import Desk
from agent_console.page import services_of
from dialer.board import note_pop
from domain.audit import AuditAction

router = APIRouter()

LONGEST = timedelta(minutes=1)
"""A card that took longer was not waited for: the page slept."""


@router.post("/desk/painted")
async def painted(request: Request, offered: Annotated[AwareDatetime, Form()]) -> Response:
    """The card of a call that was offered at that instant is on the screen now."""
    services = services_of(request)
    took = services.now() - offered
    if timedelta() <= took <= LONGEST:
        with suppress(RedisError):
            await note_pop(services.redis, took / timedelta(milliseconds=1))
    return Response(status_code=204)


async def viewed(request: Request, visitor: Visitor, desk: Desk) -> None:
    """His screen shows a card: that is written down."""
    online, services = desk.on_line, services_of(request)
    if online is None or (whom := online.subject) is None:
        return
    now, touch = services.now(), online.touch
    await services.write(lambda tx: noted(tx, visitor, AuditAction.CARD_VIEWED, whom, now, touch=touch))
