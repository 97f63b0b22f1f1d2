"""Our lines: the numbers that people ring, when somebody is there, where callers wait and who helps out."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from agent_console.floor.registers import Signed, fresh_change, kept, taken_back
from agent_console.forms import Form, parsed
from agent_console.page import page, services_of
from dialer.handlers.lines import (
    ALWAYS,
    CLOSED,
    LONGEST_WAIT_S,
    ToldLine,
    put_line,
    remove_line,
    take_back_line,
    told_of,
)
from dialer.repertoire import repertoire
from domain.audit import AuditAction
from domain.campaign import DEFAULT_DESK
from domain.inbound import BAILIFFS_DESK, Purpose
from ledger.books import Transaction
from strategies.calendars import zones_of

router = APIRouter(prefix="/settings/lines")

PAGE = "/settings/lines"
COUNTRY = "RU"
NEW = ToldLine("", overflow_s=60)


class Wanted(BaseModel):
    """What becomes of the calls of a number; the handler judges the words."""

    number: str = Field(min_length=1, max_length=32)
    purpose: Purpose = Purpose.DEBTORS
    portfolio: str = Field(default="", max_length=100)
    desk: str = Field(default="", max_length=40)
    zone: str = Field(min_length=1, max_length=64)
    hours: str = Field(min_length=1, max_length=200)
    weekend: str = Field(min_length=1, max_length=200)
    script: str = Field(default="", max_length=100)
    closed_script: str = Field(default="", max_length=100)
    overflow_desk: str = Field(default="", max_length=40)
    overflow_s: int = Field(default=60, ge=1, le=LONGEST_WAIT_S)


@router.get("")
async def show(request: Request, number: str = "") -> Response:
    """All lines, and the form of the one that is chosen, or of a new one."""
    return await _page(request, number=number)


@router.post("")
async def put(request: Request, visitor: Signed) -> Response:
    """Add a line or change it; running diallers know it within seconds."""
    wanted, form = await parsed(request, Wanted)
    if wanted is None:
        return await _page(request, form)
    told, now = ToldLine(**wanted.model_dump()), services_of(request).now()
    form = await kept(request, form, lambda tx: put_line(tx, told, by=visitor.actor, now=now))
    return await _page(request, form) if form.faults else RedirectResponse(PAGE, status_code=303)


@router.post("/{number}/remove")
async def remove(request: Request, number: str, visitor: Signed) -> Response:
    """Take no more calls there."""
    services = services_of(request)
    now = services.now()
    await services.write(lambda tx: remove_line(tx, number, by=visitor.actor, now=now))
    return RedirectResponse(PAGE, status_code=303)


@router.post("/take-back")
async def take_back(request: Request, visitor: Signed) -> Response:
    """As it was before the last change."""
    return await taken_back(request, visitor, take_back_line, PAGE)


async def _page(request: Request, form: Form | None = None, *, number: str = "") -> Response:
    services = services_of(request)
    now = services.now()
    known = await services.read(lambda tx: _known(tx, now))
    chosen = next((one for one in known["lines"] if one.number == number), None)
    shown = form or Form.empty(**asdict(chosen or NEW))
    return page(
        request,
        "floor/lines.html.j2",
        status=422 if form else 200,
        form=shown,
        chosen=chosen,
        zones=zones_of(COUNTRY),
        times=(ALWAYS, CLOSED),
        purposes=[one.value for one in Purpose],
        **known,
    )


def _known(tx: Transaction, now: datetime) -> dict[str, Any]:
    lines = [told_of(one) for one in tx.lines.all()]
    skills = {skill for one in tx.operators.all() for skill in one.skills}
    desks = skills | {one.desk for one in lines} | {DEFAULT_DESK, BAILIFFS_DESK}
    return {
        "lines": lines,
        "desks": sorted(desks),
        "scripts": sorted(repertoire(tx).names),
        "portfolios": [one.name for one in tx.portfolios.all()],
        "change": fresh_change(tx, AuditAction.LINE_CHANGED, now),
    }
