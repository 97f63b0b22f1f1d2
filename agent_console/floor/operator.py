"""One operator: what a supervisor asks of the floor in his name, tells him, and changes of him."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from redis.exceptions import RedisError

from agent_console.access.dependencies import signed_in
from agent_console.access.visitor import Visitor
from agent_console.desk.commands import refused
from agent_console.forms import Form, parsed
from agent_console.named import N_
from agent_console.page import page, services_of, told
from dialer.floor.commands import ask_floor
from dialer.floor.screens import send_message
from dialer.handlers.operators import change_skills, note
from domain.audit import AuditAction
from domain.errors import DozvonError, InputError
from domain.operator import Operator
from ledger.books import Transaction

router = APIRouter(prefix="/operators/{login}")

Signed = Annotated[Visitor, Depends(signed_in)]

VERBS = frozenset({"ready", "pause", "pause_after_call", "sign_out", "hang_up"})
NO_VERB = N_("There is no such command")
DONE, SENT = N_("Done"), N_("The message is on his screen")
NO_REDIS = N_("Redis does not answer: try again")
NO_SKILL = N_("Skills are written in small Latin letters, digits, - and _, a letter first")


class Reason(BaseModel):
    """Why he is paused."""

    argument: str = Field(default="", max_length=100)


class Message(BaseModel):
    """A word to him."""

    text: str = Field(min_length=1, max_length=500)


class Skills(BaseModel):
    """What he can take, the best first, apart by commas or spaces."""

    skills: str = Field(default="", max_length=1000)

    @property
    def each(self) -> list[str]:
        """One by one."""
        return self.skills.replace(",", " ").split()


@router.get("/panel")
async def panel(request: Request, login: str) -> Response:
    """What can be done for him, to show beside the grid."""
    return await _panel(request, login)


@router.post("/do/{verb}")
async def do(request: Request, login: str, verb: str, visitor: Signed) -> Response:
    """Ask the floor in his name; the grid changes when it is done."""
    asked, _ = await parsed(request, Reason)
    if verb not in VERBS or asked is None:
        return refused(told(request, NO_VERB))
    return await asked_floor(
        request, visitor, verb, login, asked.argument, login, AuditAction.OPERATOR_COMMANDED, state=verb
    )


@router.post("/message")
async def message(request: Request, login: str, visitor: Signed) -> Response:
    """His screen shows it at once, in all its tabs."""
    sent, form = await parsed(request, Message)
    if sent is None:
        return await _panel(request, login, form)
    services = services_of(request)
    operator = await services.read(lambda tx: tx.operators.find(login))
    author = visitor.user.name or visitor.user.login
    try:
        await send_message(services.redis, operator.id, sent.text, author, services.now())
    except RedisError:
        return refused(told(request, NO_REDIS), 503)
    await noted(request, visitor, AuditAction.OPERATOR_TOLD, login)
    return noticed(await _panel(request, login), told(request, SENT))


@router.post("/skills")
async def skills(request: Request, login: str, visitor: Signed) -> Response:
    """Replace what he can take; the floor knows within seconds."""
    given, form = await parsed(request, Skills)
    if given is None:
        return await _panel(request, login, form)
    services = services_of(request)
    now, each = services.now(), given.each

    def work(tx: Transaction) -> Operator:
        tx.operators.find(login)
        return change_skills(tx, login, each, by=visitor.actor, now=now)

    try:
        await services.write(work)
    except InputError as fault:
        if fault.where != "skills":
            raise
        return await _panel(request, login, form.with_fault("skills", told(request, NO_SKILL)))
    return noticed(await _panel(request, login), told(request, DONE))


def noticed(answer: Response, line: str) -> Response:
    """The answer, and a line among the page's notices."""
    answer.headers["HX-Trigger-After-Swap"] = json.dumps({"notice": {"text": line, "kind": "good"}})
    return answer


async def asked_floor(
    request: Request,
    visitor: Visitor,
    verb: str,
    asker: str,
    argument: str,
    login: str,
    action: AuditAction,
    **detail: object,
) -> Response:
    """Have the floor do it for ``asker``, and write down that it was done to ``login``; or say why not."""
    try:
        await ask_floor(services_of(request).redis, verb, asker, argument)
    except DozvonError as error:
        what, _, _ = error.what.partition("; ")  # what to do about it is told for the command line
        return refused(told(request, what), 422 if isinstance(error, InputError) else 503)
    await noted(request, visitor, action, login, **detail)
    return Response(status_code=204)


async def noted(
    request: Request, visitor: Visitor, action: AuditAction, login: str, **detail: object
) -> None:
    """A line of the audit log about what was done to an operator."""
    services = services_of(request)
    now = services.now()
    await services.write(lambda tx: note(tx, action, login, by=visitor.actor, now=now, **detail))


async def _panel(request: Request, login: str, form: Form | None = None) -> Response:
    services = services_of(request)
    operator = await services.read(lambda tx: tx.operators.find(login))
    values = {"text": "", "skills": ", ".join(operator.skills)} | dict(form.values if form else {})
    return page(
        request,
        "floor/operator.html.j2",
        status=422 if form else 200,
        operator=operator,
        form=Form(values, form.faults if form else {}),
        pauses=services.settings.console.pause_reasons,
    )
