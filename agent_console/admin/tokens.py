"""Tokens: what other programs may do through the HTTP API; a secret is shown once."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from agent_console.access.dependencies import signed_in
from agent_console.access.visitor import Visitor
from agent_console.addresses import Id
from agent_console.forms import Form, parsed
from agent_console.page import page, services_of, told
from dialer.handlers.api_tokens import GivenOut, add_token, revoke_token
from domain.errors import InputError
from domain.user import ApiToken, TokenScope
from ledger.books import Transaction

router = APIRouter()

Here = Annotated[Visitor, Depends(signed_in)]


class NewToken(BaseModel):
    """A program, what it may do, and the first day on which it may not any more."""

    name: str = Field(min_length=1, max_length=100)
    scopes: list[TokenScope] = Field(min_length=1)
    expires: date | None = None


@router.get("/tokens")
async def tokens(request: Request) -> Response:
    """All that were given out, and the form for the next one."""
    return await _list(request, Form.empty(scopes=[]))


@router.post("/tokens")
async def add(request: Request, visitor: Here) -> Response:
    """Give out a token; the page shows its secret."""
    given, form = await parsed(request, NewToken)
    if given is None:
        return await _list(request, form, status=422)
    services = services_of(request)
    zone, now = ZoneInfo(services.settings.zone), services.now()
    expires = datetime.combine(given.expires, time(), zone) if given.expires else None

    def work(tx: Transaction) -> GivenOut:
        return add_token(
            tx, given.name, frozenset(given.scopes), expires_at=expires, by=visitor.actor, now=now
        )

    try:
        made = await services.write(work)
    except InputError as refused:
        if refused.where != "expires":
            raise
        wrong = form.with_fault("expires", told(request, "A day in the future is needed"))
        return await _list(request, wrong, status=422)
    return await _list(request, Form.empty(scopes=[]), secret=made.secret)


@router.post("/tokens/{id}/revoke")
async def revoke(request: Request, id: Id, visitor: Here) -> Response:
    """It opens nothing any more."""
    services = services_of(request)
    now = services.now()
    await services.write(lambda tx: revoke_token(tx, id, by=visitor.actor, now=now))
    return RedirectResponse("/tokens", 303)


async def _list(request: Request, form: Form, *, status: int = 200, secret: str = "") -> Response:
    known: list[ApiToken] = await services_of(request).read(lambda tx: tx.api_tokens.all())
    return page(
        request,
        "admin/tokens.html.j2",
        status=status,
        known=known,
        form=form,
        secret=secret,
        scopes=TokenScope,
    )
