"""Publishing, of strategies and scripts alike: handed in, approved or sent back, put in force again, kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

import structlog
from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from agent_console.access.audit import noted
from agent_console.access.dependencies import signed_in
from agent_console.access.visitor import Visitor
from agent_console.addresses import Id
from agent_console.forms import parsed
from agent_console.page import page, say_of, services_of
from agent_console.services import Services
from dialer.handlers.propose import approve, propose, refuse, roll_back_now
from dialer.handlers.publish import Reviewed
from dialer.handlers.record_prompts import record_prompts
from dialer.handlers.review_script import ReviewedScript
from dialer.handlers.review_text import review_as
from dialer.messages.stationery import stationery_of
from domain.audit import AuditAction, Subject
from domain.errors import InputError
from domain.version import VersionKind
from ledger.books import Transaction

log = structlog.get_logger(__name__)
router = APIRouter()

NAME = r"^[\w][\w .-]*$"
LONGEST = 200_000

Signed = Annotated[Visitor, Depends(signed_in)]


def _kind_of(request: Request) -> VersionKind:
    """By the address of the page."""
    return next(kind for kind in VersionKind if request.url.path.startswith(f"/{kind.plural}/"))


Kind = Annotated[VersionKind, Depends(_kind_of)]


class Text(BaseModel):
    """A text under review."""

    name: str = Field(pattern=NAME, max_length=100)
    text: str = Field(default="", max_length=LONGEST)


class Submitted(Text):
    """A text that shall be put in force; ``hours`` after which it is taken back, 0 for never."""

    note: str = Field(min_length=1, max_length=2000)
    hours: int = Field(default=0, ge=0, le=720)


T = TypeVar("T", bound=Text)


def history(tx: Transaction, kind: VersionKind, name: str, number: int) -> dict[str, Any]:
    """What a page shows of a name's versions; ``shown`` is the one of that number, else the one in force."""
    versions, proposals = tx.versions_of(kind), tx.proposals_of(kind)
    known, present = versions.all(name), versions.in_force(name)
    return {
        "name": name,
        "home": home_of(kind, name),
        "versions": known[::-1],
        "present": present,
        "shown": next((one for one in known if one.number == number), present),
        "publications": versions.publications(name)[::-1],
        "waiting": proposals.open(name),
        "decided": proposals.decided(name),
        "timer": proposals.revert_of(name),
    }


def home_of(kind: VersionKind, name: str) -> str:
    """The address of a name's page."""
    return f"/{kind.plural}/{name}"


async def asked_text(request: Request, model: type[T]) -> T:
    """The text that a part of the page sends; InputError when it cannot even be one."""
    asked, form = await parsed(request, model)
    if asked is None:
        raise InputError("; ".join(f"{name}: {fault}" for name, fault in form.faults.items()))
    return asked


@router.post("/strategies/submit")
@router.post("/scripts/submit")
async def submit(request: Request, kind: Kind, visitor: Signed) -> Response:
    """Ask for approval; where two eyes are enough, put it in force at once."""
    services = services_of(request)
    now, four_eyes = services.now(), services.settings.console.four_eyes
    asked, form = await parsed(request, Submitted)
    if asked is None:
        return page(request, "floor/submit.html.j2", status=422, form=form, four_eyes=four_eyes)
    name, text, after = asked.name, asked.text, timedelta(hours=asked.hours) or None
    reviewed = await _reviewed(services, kind, name, text, now)
    if not four_eyes:
        await _spoken(services, reviewed)

    def put(tx: Transaction) -> None:
        author = visitor.user.login
        proposal = propose(tx, reviewed, author=author, note=asked.note, revert_after=after, now=now)
        _noted(tx, visitor, kind, "proposed", name, now, proposal=proposal.id)
        if not four_eyes:
            published = approve(tx, proposal, reviewed, by=author, four_eyes=False, now=now)
            _noted(tx, visitor, kind, "published", name, now, version=published.version.number)

    try:
        await services.write(put)
    except InputError as fault:
        form = form.with_fault("note", fault.in_words(say_of(request)))
        return page(request, "floor/submit.html.j2", status=422, form=form, four_eyes=four_eyes)
    return Response(status_code=204, headers={"HX-Redirect": home_of(kind, name)})


@router.post("/proposals/{id}/approve")
async def approve_it(request: Request, id: Id, visitor: Signed) -> Response:
    """Put a proposal in force; what its calls say is spoken before."""
    services = services_of(request)
    now, four_eyes = services.now(), services.settings.console.four_eyes
    proposal = await services.read(lambda tx: tx.proposals.get(id))
    kind, name = proposal.kind, proposal.name
    reviewed = await _reviewed(services, kind, name, proposal.body, now)
    await _spoken(services, reviewed)

    def put(tx: Transaction) -> None:
        by = visitor.user.login
        published = approve(tx, tx.proposals.get(id), reviewed, by=by, four_eyes=four_eyes, now=now)
        _noted(tx, visitor, kind, "published", name, now, version=published.version.number, proposal=id)

    await services.write(put)
    return RedirectResponse(home_of(kind, name), status_code=303)


@router.post("/proposals/{id}/refuse")
async def refuse_it(request: Request, id: Id, visitor: Signed) -> Response:
    """Send a proposal back, with the reason; its author takes it back without one."""
    services, answer = services_of(request), str((await request.form()).get("answer", ""))
    now = services.now()

    def put(tx: Transaction) -> str:
        proposal = refuse(tx, tx.proposals.get(id), by=visitor.user.login, answer=answer, now=now)
        _noted(tx, visitor, proposal.kind, "refused", proposal.name, now, proposal=id)
        return home_of(proposal.kind, proposal.name)

    return RedirectResponse(await services.write(put), status_code=303)


@router.post("/strategies/{name}/rollback/{number}")
@router.post("/scripts/{name}/rollback/{number}")
async def roll_back(request: Request, kind: Kind, name: str, number: Id, visitor: Signed) -> Response:
    """Put an earlier version in force at once: whoever sees the damage need not wait for anybody."""
    services = services_of(request)
    now = services.now()

    def put(tx: Transaction) -> None:
        roll_back_now(tx, name, to=number, author=visitor.user.login, now=now, kind=kind)
        _noted(tx, visitor, kind, "rolled back", name, now, version=number)

    await services.write(put)
    return RedirectResponse(home_of(kind, name), status_code=303)


@router.post("/strategies/{name}/keep")
@router.post("/scripts/{name}/keep")
async def keep(request: Request, kind: Kind, name: str, visitor: Signed) -> Response:
    """The version in force proved itself: its timer ends."""
    services = services_of(request)
    now = services.now()

    def put(tx: Transaction) -> None:
        tx.proposals_of(kind).drop_revert(name)
        _noted(tx, visitor, kind, "kept", name, now)

    await services.write(put)
    return RedirectResponse(home_of(kind, name), status_code=303)


async def _reviewed(
    services: Services, kind: VersionKind, name: str, text: str, now: datetime
) -> Reviewed | ReviewedScript:
    stationery = stationery_of(services.settings)
    return await services.read(lambda tx: review_as(tx, kind, name, text, stationery, now))


async def _spoken(services: Services, reviewed: Reviewed | ReviewedScript) -> None:
    """A prompt that cannot be made refuses it before anybody waits for it in a call."""
    await to_thread.run_sync(
        lambda: record_prompts(services.books, services.settings, reviewed, warn=log.warning)
    )


def _noted(
    tx: Transaction, visitor: Visitor, kind: VersionKind, what: str, name: str, now: datetime, **detail: int
) -> None:
    noted(tx, visitor, AuditAction(f"{kind} {what}"), Subject(kind, name), now, **detail)
