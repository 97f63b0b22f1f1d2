"""When operators work: a week at one look. Robots are held back before those who answer leave for lunch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from agent_console.floor.registers import Signed, fresh_change, kept, taken_back
from agent_console.forms import Form, parsed
from agent_console.page import page, services_of
from dialer.handlers.shifts import DAYS, set_shifts, take_back_shifts, weeks_of
from domain.audit import AuditAction
from domain.user import Role
from ledger.books import Transaction

router = APIRouter(prefix="/settings/shifts")

PAGE = "/settings/shifts"
WORKING_DAYS = DAYS[:5]


class Wanted(BaseModel):
    """Who works these hours on which days; with no hours nothing is known of them any more."""

    operators: list[str] = Field(min_length=1)
    days: list[str] = Field(min_length=1)
    hours: str = Field(default="", max_length=200)


@router.get("")
async def show(request: Request, operator: str = "", day: str = "") -> Response:
    """The week of all who work here, and a form that is filled with what was chosen in it."""
    return await _page(request, operator=operator, day=day)


@router.post("")
async def put(request: Request, visitor: Signed) -> Response:
    """Set or forget the hours of some operators on some days."""
    wanted, form = await parsed(request, Wanted)
    if wanted is None:
        return await _page(request, form)
    who, days, now = wanted.operators, wanted.days, services_of(request).now()
    form = await kept(
        request, form, lambda tx: set_shifts(tx, who, days, wanted.hours, by=visitor.actor, now=now)
    )
    return await _page(request, form) if form.faults else RedirectResponse(PAGE, status_code=303)


@router.post("/take-back")
async def take_back(request: Request, visitor: Signed) -> Response:
    """As it was before the last change."""
    return await taken_back(request, visitor, take_back_shifts, PAGE)


async def _page(request: Request, form: Form | None = None, *, operator: str = "", day: str = "") -> Response:
    services = services_of(request)
    now = services.now()
    known = await services.read(lambda tx: _known(tx, now))
    chosen = _chosen(operator, day, known["weeks"].get(operator, {}))
    return page(
        request,
        "floor/shifts.html.j2",
        status=422 if form else 200,
        form=form or chosen,
        days=DAYS,
        **known,
    )


def _chosen(operator: str, day: str, week: Mapping[str, str]) -> Form:
    """A day that was pointed at; of an operator all days on which he works the hours of his first one."""
    first = day if day in DAYS else next((one for one in DAYS if one in week), "")
    days = [first] if day in DAYS else [one for one in DAYS if first and week.get(one) == week[first]]
    return Form.empty(operators=[operator], days=days or WORKING_DAYS, hours=week.get(first, ""))


def _known(tx: Transaction, now: datetime) -> dict[str, Any]:
    """Without those who only have a phone to listen to others."""
    listen = {one.operator for one in tx.users.all() if one.role is not Role.OPERATOR}
    operators = [one for one in tx.operators.all() if one.id not in listen]
    weeks = weeks_of(tx)
    return {
        "operators": operators,
        "weeks": {one.login: weeks.get(one.id, {}) for one in operators},
        "usual": sorted({hours for week in weeks.values() for hours in week.values()}),
        "change": fresh_change(tx, AuditAction.SHIFT_CHANGED, now),
    }
