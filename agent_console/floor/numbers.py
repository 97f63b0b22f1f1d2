"""The register of caller numbers: which may be shown to debtors, by which contract, and from when to when."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from agent_console.floor.registers import Signed, fresh_change, taken_back
from agent_console.forms import Form, parsed
from agent_console.named import N_
from agent_console.page import page, services_of, told
from dialer.handlers.numbers import end_number, register_number, take_back_number
from domain.audit import AuditAction
from domain.caller_number import LONGEST_LABEL, CallerNumber
from domain.user import Role
from ledger.books import Transaction
from ledger.imports.phones import normalise_own

router = APIRouter(prefix="/settings/numbers")

PAGE = "/settings/numbers"
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)
NO_NUMBER = N_("This is no telephone number")
ENDS_FIRST = N_("It ends before it begins")


class Wanted(BaseModel):
    """What is registered of a number; days begin at midnight on the house's clock. From now on if no day is told."""

    model_config = ConfigDict(str_strip_whitespace=True)

    number: str = Field(min_length=1, max_length=32)
    label: str = Field(min_length=1, max_length=LONGEST_LABEL)
    operator_contract: str = Field(min_length=1, max_length=200)
    category: str = Field(default="", max_length=100)
    valid_from: date | None = Field(default=None, ge=EARLIEST, lt=LATEST)
    valid_to: date | None = Field(default=None, ge=EARLIEST, lt=LATEST)


@router.get("")
async def show(request: Request, number: str = "") -> Response:
    """The register, and for administrators the form of the chosen number, or of a new one."""
    return await _page(request, number=number)


@router.post("")
async def put(request: Request, visitor: Signed) -> Response:
    """Register a number, or change what is known of it."""
    wanted, form = await parsed(request, Wanted)
    if wanted is None:
        return await _page(request, form)
    try:
        number = normalise_own(wanted.number)
    except ValueError:
        return await _page(request, form.with_fault("number", told(request, NO_NUMBER)))
    services = services_of(request)
    now, zone = services.now(), ZoneInfo(services.settings.zone)

    def work(tx: Transaction) -> bool:
        entry = _entry(wanted, tx.numbers.find(number), number, now, zone)
        if entry is not None:
            register_number(tx, entry, by=visitor.actor, now=now)
        return entry is not None

    if not await services.write(work):
        return await _page(request, form.with_fault("valid_to", told(request, ENDS_FIRST)))
    return RedirectResponse(PAGE, status_code=303)


@router.post("/{number}/end")
async def end(request: Request, number: str, visitor: Signed) -> Response:
    """Show it no more, from now on."""
    services = services_of(request)
    now = services.now()
    await services.write(lambda tx: end_number(tx, number, by=visitor.actor, now=now))
    return RedirectResponse(PAGE, status_code=303)


@router.post("/take-back")
async def take_back(request: Request, visitor: Signed) -> Response:
    """As it was before the last change."""
    return await taken_back(request, visitor, take_back_number, PAGE)


def _entry(
    wanted: Wanted, was: CallerNumber | None, number: str, now: datetime, zone: ZoneInfo
) -> CallerNumber | None:
    """What is to be registered; None when it ends before it begins. A day that stays keeps its hour."""
    begins = _instant(wanted.valid_from, was.valid_from if was else None, zone) or now
    ends = _instant(wanted.valid_to, was.valid_to if was else None, zone)
    if ends is not None and ends <= begins:
        return None
    return CallerNumber(number, wanted.operator_contract, wanted.label, wanted.category, begins, ends)


def _instant(day: date | None, was: datetime | None, zone: ZoneInfo) -> datetime | None:
    if day is None:
        return None
    if was is not None and was.astimezone(zone).date() == day:
        return was
    return datetime.combine(day, time(), zone)


async def _page(request: Request, form: Form | None = None, *, number: str = "") -> Response:
    services, role = services_of(request), request.state.visitor.user.role
    now, zone = services.now(), ZoneInfo(services.settings.zone)
    known = await services.read(lambda tx: _known(tx, now))
    chosen = next((one for one in known["numbers"] if one.number == number), None)
    return page(
        request,
        "floor/numbers.html.j2",
        status=422 if form else 200,
        form=form or _form(chosen, zone),
        chosen=chosen,
        administrates=role is Role.ADMINISTRATOR,
        **known,
    )


def _form(chosen: CallerNumber | None, zone: ZoneInfo) -> Form:
    if chosen is None:
        return Form.empty()
    fields = {name: getattr(chosen, name) for name in Wanted.model_fields}
    for name in ("valid_from", "valid_to"):
        fields[name] = fields[name].astimezone(zone).date() if fields[name] else ""
    return Form.empty(**fields)


def _known(tx: Transaction, now: datetime) -> dict[str, Any]:
    callers: dict[str, list[str]] = {}
    for one in tx.campaigns.under_way():
        callers.setdefault(one.caller_number, []).append(one.name)
    return {
        "numbers": tx.numbers.all(),
        "callers": callers,
        "change": fresh_change(tx, AuditAction.NUMBER_CHANGED, now),
    }
