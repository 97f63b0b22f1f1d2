"""``/desk/talks/{touch}``: what came of a talk. Chosen by digits, filled in, and saved whole by one request.

Whatever is typed is in the touch's draft, so that any page that shows the sheet shows it as it was left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response

from agent_console.access.audit import noted, refusals_noted
from agent_console.access.dependencies import signed_in
from agent_console.access.visitor import Visitor
from agent_console.desk.drafts import CHOSEN, IDENTIFIED, keep, typed_of
from agent_console.desk.page import Own, own_row
from agent_console.desk.save import saved
from agent_console.desk.sheet import Sheet, sheet_of
from agent_console.desk.telling import faults_told, next_told, verdict_told
from agent_console.desk.words import AHEAD
from agent_console.named import N_
from agent_console.page import page, services_of, told
from dialer.disposition_form import read_fields
from dialer.floor.commands import ask_floor
from dialer.handlers.dispose import Done, StillTalking
from dialer.handlers.disposition_ahead import Ahead, ahead
from domain.audit import AuditAction, Subject
from domain.errors import DozvonError, FormFault, InputError
from domain.operator import OperatorState
from domain.touch import TouchId
from ledger.books import Transaction

router = APIRouter()
Signed = Annotated[Visitor, Depends(signed_in)]

STILL_TALKING = N_("The talk goes on: save when it is over. What you have typed is kept")
CHOOSE_FIRST = N_("Choose what came of the talk")
IDENTIFY_FIRST = N_("Make sure first that it is the debtor himself")
TRIES, AGAIN_S = 20, 0.1
"""How often, and how soon, a talk is looked for whose end is not in the log yet."""


@router.get("/desk/talks/{touch}")
async def show(request: Request, operator: Own, visitor: Signed, touch: str) -> Response:
    """The sheet, as it was left."""
    return _shown(request, await _sheet(request, operator, visitor, touch))


@router.post("/desk/talks/{touch}/choose")
async def choose(request: Request, operator: Own, visitor: Signed, touch: str) -> Response:
    """Something of the first or second level is chosen; what was typed stays."""
    await _sheet(request, operator, visitor, touch)
    services, typed = services_of(request), await typed_of(request)
    now = services.now()
    await services.write(lambda tx: keep(tx, operator, TouchId(touch), typed, now))
    return _shown(request, await _sheet(request, operator, visitor, touch))


@router.post("/desk/talks/{touch}/identified")
async def identified(
    request: Request, operator: Own, visitor: Signed, touch: str, debtor: Annotated[int, Form()]
) -> Response:
    """It was the debtor himself, in a talk that is over."""
    sheet = await _sheet(request, operator, visitor, touch)
    services = services_of(request)
    now = services.now()

    def confirm(tx: Transaction) -> None:
        if sheet.debtor is None or sheet.debtor.id != debtor:
            raise InputError(told(request, CHOOSE_FIRST))
        keep(tx, operator, TouchId(touch), {CHOSEN: str(debtor), IDENTIFIED: str(debtor)}, now)
        whom = Subject("debtor", sheet.debtor.external_id)
        noted(tx, visitor, AuditAction.IDENTITY_CONFIRMED, whom, now, touch=touch)

    await services.write(confirm)
    return _shown(request, await _sheet(request, operator, visitor, touch))


@router.post("/desk/talks/{touch}/check")
async def check(request: Request, operator: Own, visitor: Signed, touch: str) -> Response:
    """What would come of it if it were saved as typed now."""
    typed = await typed_of(request)
    sheet = await _sheet(request, operator, visitor, touch, typed)
    services = services_of(request)
    now, seen = services.now(), Ahead()
    if sheet.leaf and sheet.debtor and sheet.bounds and not sheet.needs_identity:
        debtor, leaf, bounds = sheet.debtor, sheet.leaf, sheet.bounds
        phone = sheet.talk.phone if sheet.talk else ""
        with suppress(FormFault):
            fields = read_fields(typed, sheet.zone)
            seen = await services.read(lambda tx: ahead(tx, debtor, leaf, fields, bounds, phone, now))
    return page(
        request,
        "desk/ahead.html.j2",
        faults=list(faults_told(request, seen.faults, sheet.zone).values()),
        parts=seen.parts,
        verdict=seen.verdict,
        verdict_told=verdict_told(request, seen.verdict, sheet.zone) if seen.verdict else "",
        touch=touch,
    )


@router.post("/desk/talks/{touch}")
async def save(request: Request, operator: Own, visitor: Signed, touch: str) -> Response:
    """Save it, and all that follows from it; the wrap-up is over with it."""
    typed = await typed_of(request)
    sheet = await _sheet(request, operator, visitor, touch, typed)
    row = await own_row(request, operator)
    state = row["state"] if row and sheet.on_line else None
    refuse = partial(_refused, request, operator, sheet, typed)
    if not_yet := _not_yet(sheet, str(state)):
        return await refuse({"": told(request, not_yet)})
    try:
        done = await _written(request, operator, sheet, typed)
    except FormFault as fault:
        return await refuse(faults_told(request, fault.faults, sheet.zone))
    except InputError as fault:
        words = STILL_TALKING if isinstance(fault, StillTalking) else fault.what
        return await refuse({"": told(request, words)})
    if row and state == OperatorState.WRAP_UP:
        with suppress(DozvonError):  # the word is saved; his wrap-up ends by itself
            await ask_floor(services_of(request).redis, "wrapped_up", row["login"])
    lines = next_told(request, done.next, sheet.zone)
    return page(request, "desk/saved.html.j2", sheet=sheet, lines=lines, corrected=done.corrected)


@router.get("/desk/talks/{touch}/schedule")
async def schedule(request: Request, operator: Own, visitor: Signed, touch: str) -> Response:
    """The instalment plan that was agreed in a talk, to print."""
    sheet = await _sheet(request, operator, visitor, touch)
    debtor = sheet.debtor
    if debtor is None or sheet.code != "promise.instalments" or not sheet.told:
        raise InputError(told(request, N_("No instalments were agreed in this talk")))
    parts = await services_of(request).read(lambda tx: tx.instalments.parts(debtor.id))
    return page(request, "desk/schedule.html.j2", sheet=sheet, parts=parts)


async def _written(request: Request, operator: int, sheet: Sheet, typed: Mapping[str, str]) -> Done:
    """Save it; the end of the talk may be a moment away."""
    services = services_of(request)
    now = services.now()
    for left in reversed(range(TRIES)):
        try:
            return await services.write(lambda tx: saved(tx, sheet, typed, operator, now))
        except StillTalking:
            if not left:
                raise
            await asyncio.sleep(AGAIN_S)
    raise AssertionError("the last try returns or raises")


async def _refused(
    request: Request, operator: Any, sheet: Sheet, typed: Mapping[str, str], faults: Mapping[str, str]
) -> Response:
    """What is wrong with it; what was typed is kept."""
    services = services_of(request)
    now = services.now()
    await services.write(lambda tx: keep(tx, operator, TouchId(sheet.touch), typed, now))
    return _shown(request, sheet, faults, 422)


def _not_yet(sheet: Sheet, state: str) -> str:
    if state in (OperatorState.RINGING, OperatorState.TALKING):
        return STILL_TALKING
    if sheet.leaf is None:
        return CHOOSE_FIRST
    return IDENTIFY_FIRST if sheet.needs_identity and sheet.debtor else ""


async def _sheet(
    request: Request, operator: Any, visitor: Visitor, touch: str, typed: Mapping[str, str] | None = None
) -> Sheet:
    """The sheet; who asks for another's talk is refused, and that is written down."""
    services, row = services_of(request), await own_row(request, operator)
    call, now = (row["call"] if row else None), services.now()
    async with refusals_noted(request, visitor, Subject("touch", touch[:64])):
        return await services.read(lambda tx: sheet_of(tx, operator, TouchId(touch), call, now, typed))


def _shown(
    request: Request, sheet: Sheet, faults: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    words = AHEAD.get(sheet.leaf.result, "") if sheet.leaf else ""
    return page(
        request,
        "desk/sheet.html.j2",
        status=status,
        sheet=sheet,
        faults=faults or {},
        first_wrong=next((name for name in faults or () if name), None),
        ahead=told(request, words) if words else "",
    )
