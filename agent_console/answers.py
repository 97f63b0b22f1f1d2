"""Answers to replies, within the inbox: what is kept ready or typed, how it would read, what the rules say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from anyio import to_thread
from fastapi import APIRouter, Depends, Form, Request, Response

from agent_console.access.audit import refusals_noted
from agent_console.access.dependencies import signed_in
from agent_console.access.visitor import Visitor
from agent_console.addresses import Id
from agent_console.desk.telling import faults_told, said
from agent_console.floor.operator import noticed
from agent_console.inbox import Dealt, deal, open_reply, shown
from agent_console.named import N_
from agent_console.page import services_of, told
from dialer.handlers.answer import FIELD, Suggestion, send_answer, suggestions, way_to_answer, write_answer
from dialer.ids import new_touch_id
from dialer.jobs.messages import send_soon
from dialer.jobs.queue import MESSAGES, JobQueue
from dialer.messages.stationery import Letter, stationery_of
from domain.audit import Subject
from domain.errors import FormFault, InputError, NotAllowed
from domain.intensity import Refused
from domain.touch import TouchId
from ledger.books import Transaction
from ledger.replies import Kept

router = APIRouter()
Signed = Annotated[Visitor, Depends(signed_in)]
Typed = Annotated[str, Form()]

UNSENT = TouchId("0" * 32)
"""The touch of an answer that is only looked at."""

FAULTS = (
    N_("Nobody is known who could be answered"),
    N_("Nobody carries messages over this channel any more"),
    N_("No campaign tells by which rules he is written to"),
    N_("It is no number that he may be written to on"),
    N_("Write what he shall read"),
    N_("There is no variable {%(name)s}"),
    N_("It fills %(needed)s SMS, %(most)s may be sent"),
)
"""What the engine says of answers."""
NOT_NOW = N_("The rules do not allow a message now: %(rules)s")
NOT_NOW_BUT_LATER = N_("The rules do not allow a message now: %(rules)s; they do from %(at)s on")
SENT = N_("The answer is on its way")


@dataclass(frozen=True, slots=True)
class Answering:
    """An answer that is being written: ``text`` as typed, ``letter`` as he would read it (None while it cannot be
    sent); ``hopeless`` is why no answer is possible at all, ``refused`` why not now, ``fault`` what is wrong with it.
    """

    id: int
    text: str = ""
    ready: Sequence[Suggestion] = ()
    letter: Letter | None = None
    hopeless: str = ""
    refused: str = ""
    fault: str = ""


@router.get("/inbox/{id}/answer")
async def begin(request: Request, visitor: Signed, id: Id) -> Response:
    """The inbox with this reply about to be answered."""
    return await _answering(request, visitor, id, "")


@router.post("/inbox/{id}/answer/check")
async def check(request: Request, visitor: Signed, id: Id, text: Typed = "", use: Typed = "") -> Response:
    """How it would read, and what the rules say; with ``use`` the suggestion of that name takes its place."""
    return await _answering(request, visitor, id, text, use)


@router.post("/inbox/{id}/answer")
async def answer(request: Request, visitor: Signed, id: Id, text: Typed = "") -> Response:
    """He is written back, if the rules allow it now; else it is told why, and what was typed stays."""
    services, touch = services_of(request), new_touch_id()
    settings = services.settings
    stationery = await to_thread.run_sync(stationery_of, settings)

    def send(tx: Transaction, kept: Kept, now: datetime) -> Dealt:
        way = way_to_answer(tx, kept, settings, by=visitor.user.login, id=touch, now=now)
        letter = write_answer(way, text, stationery, now)
        send_answer(tx, way, letter, settings, now)
        return Dealt(f"→ {letter.text}", {way.kind: [touch]})

    try:
        dealt = await deal(request, visitor, id, send)
    except (FormFault, NotAllowed):
        return await _answering(request, visitor, id, text, status=422)
    except InputError as fault:
        return await shown(request, visitor, fault=told(request, fault.what))
    await to_thread.run_sync(_hasten, settings.redis_url, dealt)
    return noticed(await shown(request, visitor), told(request, SENT))


async def _answering(
    request: Request, visitor: Visitor, id: int, text: str, use: str = "", status: int = 200
) -> Response:
    """The inbox with the answer as it is now; the rules judge it anew each time."""
    services = services_of(request)
    now, settings = services.now(), services.settings
    zone = ZoneInfo(settings.zone)

    def look(tx: Transaction) -> Answering:
        kept = open_reply(tx, visitor, id)
        try:
            way = way_to_answer(tx, kept, settings, by=visitor.user.login, id=UNSENT, now=now)
        except FormFault as fault:
            return Answering(id, hopeless=_told(request, fault, zone))
        stationery = stationery_of(settings)
        ready = suggestions(way, stationery, now)
        typed = next((one.text for one in ready if one.name == use), text)
        refused = way.refused(tx, now)
        begun = Answering(id, typed, ready, refused=_refusal(request, refused, zone) if refused else "")
        if not typed.strip() and status == 200:
            return begun
        try:
            return replace(begun, letter=write_answer(way, typed, stationery, now))
        except FormFault as fault:
            return replace(begun, fault=_told(request, fault, zone))

    try:
        async with refusals_noted(request, visitor, Subject("page", request.url.path)):
            answering = await services.read(look)
    except InputError as fault:
        return await shown(request, visitor, fault=told(request, fault.what))
    return await shown(request, visitor, status=status, answering=answering)


def _told(request: Request, fault: FormFault, zone: ZoneInfo) -> str:
    return faults_told(request, fault.faults, zone)[FIELD]


def _refusal(request: Request, refused: Refused, zone: ZoneInfo) -> str:
    message = NOT_NOW_BUT_LATER if refused.next_allowed else NOT_NOW
    return said(request, message, {"rules": refused.rules, "at": refused.next_allowed}, zone)


def _hasten(redis_url: str, dealt: Dealt) -> None:
    """Wake a post room; without Redis its sweep finds the answer."""
    queue = JobQueue(redis_url, MESSAGES)
    send_soon(queue, dealt.sent)
    queue.close()
