"""Whom the operator has at the other end: which of several, and whether it is he; and what he has typed of it so far.

All of it is kept in the touch's draft, so that it survives a page that is loaded anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from redis.exceptions import RedisError

from agent_console.access.audit import noted
from agent_console.access.dependencies import signed_in
from agent_console.access.refusals import Refused
from agent_console.access.visitor import Visitor
from agent_console.desk.commands import refused
from agent_console.desk.drafts import CHOSEN, IDENTIFIED, draft_of, keep, typed_of
from agent_console.desk.page import Own, own_row
from agent_console.desk.state import debtors_of
from agent_console.named import N_
from agent_console.page import services_of, told
from dialer.floor.screens import show_anew
from domain.audit import AuditAction, Subject
from domain.errors import InputError
from domain.operator_events import OperatorId
from domain.touch import TouchId
from domain.user import User
from ledger.books import Transaction

router = APIRouter()

NOT_YOURS = N_("This is not the call that you have now")
NO_ACCOUNT = N_("No account of your portfolios has this number")
Touch = Annotated[str, Form(max_length=32)]


@router.post("/desk/choose")
async def choose(
    request: Request,
    operator: Own,
    visitor: Annotated[Visitor, Depends(signed_in)],
    touch: Touch,
    debtor: Annotated[int | None, Form()] = None,
    account: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """It is that one of the candidates, or who has that account."""
    call = await _own_call(request, operator, touch)

    def take(tx: Transaction, now: datetime) -> bool:
        id = debtor if debtor in debtors_of(tx, call) else _by_account(tx, visitor.user, account)
        if id is not None:
            keep(tx, operator, TouchId(touch), {CHOSEN: str(id), IDENTIFIED: ""}, now)
        return id is not None

    unknown = NO_ACCOUNT if account else NOT_YOURS
    return await _changed(request, operator, take, unknown)


@router.post("/desk/identify")
async def identify(
    request: Request,
    operator: Own,
    visitor: Annotated[Visitor, Depends(signed_in)],
    touch: Touch,
    debtor: Annotated[int, Form()],
) -> Response:
    """The debtor has proved who he is: sums may be seen and spoken of."""
    call = await _own_call(request, operator, touch)

    def confirm(tx: Transaction, now: datetime) -> bool:
        draft = draft_of(tx, operator, TouchId(touch))
        if str(debtor) != draft.get(CHOSEN) and debtor not in debtors_of(tx, call):
            return False
        keep(tx, operator, TouchId(touch), {CHOSEN: str(debtor), IDENTIFIED: str(debtor)}, now)
        whom = Subject("debtor", tx.debtors.load([debtor])[debtor].external_id)
        noted(tx, visitor, AuditAction.IDENTITY_CONFIRMED, whom, now, touch=touch)
        return True

    return await _changed(request, operator, confirm, NOT_YOURS)


@router.post("/desk/draft")
async def keep_draft(request: Request, operator: Own, touch: Touch) -> Response:
    """What he has typed of a touch so far. It is his own, whatever has become of the call."""
    fields, services = await typed_of(request), services_of(request)
    now = services.now()
    await services.write(lambda tx: keep(tx, operator, TouchId(touch), fields, now))
    return Response(status_code=204)


async def _own_call(request: Request, operator: OperatorId, touch: str) -> Mapping[str, Any]:
    """The call that he has now; Refused when it is another one."""
    row = await own_row(request, operator)
    call: Mapping[str, Any] | None = row and row["call"]
    if not call or call["touch"] != touch:
        raise Refused(NOT_YOURS)
    return call


async def _changed(
    request: Request, operator: OperatorId, change: Callable[[Transaction, datetime], bool], unknown: str
) -> Response:
    """All his tabs show it, when it could be done."""
    services = services_of(request)
    now = services.now()
    if not await services.write(lambda tx: change(tx, now)):
        return refused(told(request, unknown))
    with suppress(RedisError):
        await show_anew(services.redis, operator, now)
    return Response(status_code=204)


def _by_account(tx: Transaction, user: User, account: str) -> int | None:
    """Who has that account, if the operator may search where he is."""
    try:
        holder = tx.cards.of_account(account.strip())
    except InputError:
        return None
    return holder.debtor_id if user.may_search(holder.portfolio_id) else None
