"""A supervisor hears talks on a phone of his own in the page: listens, whispers, talks to both, takes over."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from redis.exceptions import RedisError

from agent_console.access.dependencies import signed_in
from agent_console.access.refusals import Refused
from agent_console.access.visitor import Visitor
from agent_console.floor.operator import asked_floor
from agent_console.named import N_, name_of
from agent_console.page import services_of
from agent_console.wording import DEFAULT, words
from dialer.desks.spying import Ear
from dialer.floor.commands import see_floor
from dialer.floor.screens import send_message
from dialer.handlers.operators import give_phone
from dialer.phones import browser_account
from domain.audit import AuditAction
from domain.operator import Operator
from domain.operator_phone import OperatorPhone
from ledger.books import Transaction

router = APIRouter(prefix="/operators")

Signed = Annotated[Visitor, Depends(signed_in)]

NO_PHONE = N_("You have no phone to listen with: get one first")
REFUSALS = (
    N_("he talks to nobody"),
    N_("nobody listens to himself"),
    N_("your phone is not registered"),
    N_("who takes calls himself cannot listen"),
)
"""What the floor says of it; whatever else it says is shown as it is."""
HEARD = N_("A supervisor is in your talk: %(how)s")


@router.post("/phone")
async def get_phone(request: Request, visitor: Signed) -> Response:
    """A phone of the visitor's own, in his browser."""
    services = services_of(request)
    now = services.now()
    await services.write(lambda tx: give_phone(tx, visitor.user, by=visitor.actor, now=now))
    return RedirectResponse("/operators", status_code=303)


@router.get("/phone")
async def account(request: Request, visitor: Signed) -> JSONResponse:
    """His account at the exchange, password and all; InputError when he talks on a telephone."""
    own, phone = await _own(request, visitor)
    return JSONResponse(browser_account(services_of(request).settings.nodes, own.id, phone))


@router.post("/silence")
async def silence(request: Request, visitor: Signed) -> Response:
    """He hears no talk any more."""
    own, _ = await _own(request, visitor)
    return await asked_floor(
        request, visitor, "unspy", own.login, "", own.login, AuditAction.OPERATOR_COMMANDED, state="unspy"
    )


@router.post("/{login}/hear/{ear}")
async def hear(request: Request, login: str, ear: Ear, visitor: Signed) -> Response:
    """Be put to the talk of an operator; who hears it already only changes who hears him."""
    own, _ = await _own(request, visitor)
    argument = orjson.dumps({"login": login, "ear": ear}).decode()
    touch = await _touch_of(request, login)
    answer = await asked_floor(
        request,
        visitor,
        "spy",
        own.login,
        argument,
        login,
        AuditAction.TALK_HEARD,
        ear=ear.value,
        touch=touch,
    )
    if answer.status_code == 204 and services_of(request).settings.console.show_listening:
        await _show(request, visitor, login, ear)
    return answer


@router.post("/{login}/take-over")
async def take_over(request: Request, login: str, visitor: Signed) -> Response:
    """The operator's debtor talks to the visitor from now on."""
    own, _ = await _own(request, visitor)
    touch = await _touch_of(request, login)
    return await asked_floor(
        request, visitor, "take_over", own.login, login, login, AuditAction.TALK_TAKEN_OVER, touch=touch
    )


async def _own(request: Request, visitor: Visitor) -> tuple[Operator, OperatorPhone]:
    """The operator that the visitor is, and his phone. Refused when he has none."""

    def read(tx: Transaction) -> tuple[Operator, OperatorPhone] | None:
        own = next((one for one in tx.operators.all() if one.id == visitor.user.operator), None)
        return (own, tx.operators.phones()[own.id]) if own else None

    found = await services_of(request).read(read)
    if found is None:
        raise Refused(NO_PHONE)
    return found


async def _touch_of(request: Request, login: str) -> str:
    """The touch that he talks in, for the audit log."""
    try:
        rows = await see_floor(services_of(request).redis)
    except RedisError:
        return ""
    return next((str(row["touch"]) for row in rows if row["login"] == login and row["touch"]), "")


async def _show(request: Request, visitor: Visitor, login: str, ear: Ear) -> None:
    """Tell the operator on his own screen, in his own language."""
    services = services_of(request)

    def read(tx: Transaction) -> tuple[Operator, str]:
        operator = tx.operators.find(login)
        spoken = (user.language for user in tx.users.all() if user.operator == operator.id)
        return operator, next(spoken, DEFAULT)

    operator, language = await services.read(read)
    say = words(language).gettext
    text = say(HEARD) % {"how": say(name_of("ear", ear))}
    try:
        await send_message(services.redis, operator.id, text, visitor.user.name, services.now())
    except RedisError:
        return  # he hears of it with the next word that comes through; the audit log has it
