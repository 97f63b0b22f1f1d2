"""What the pages of lines, numbers and shifts share: faults beside fields, and the last change with a way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Protocol
from zoneinfo import ZoneInfo

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from agent_console.access.dependencies import signed_in
from agent_console.access.visitor import Visitor
from agent_console.desk.telling import faults_told
from agent_console.forms import Form, parsed
from agent_console.named import N_
from agent_console.page import services_of, told
from dialer.handlers.taking_back import Change, last_change
from domain.audit import AuditAction
from domain.errors import FormFault, InputError
from domain.user import Actor
from ledger.books import Transaction

Signed = Annotated[Visitor, Depends(signed_in)]

SHOWN_FOR = timedelta(days=1)
CHANGED_SINCE = N_("Something was changed after it: look at the list anew")
FAULTS = (
    N_("This is no telephone number"),
    N_("A line is for debtors or for bailiffs"),
    N_("Small Latin letters, digits, - and _, a letter first, at most 40: %(value)s cannot be a desk"),
    N_("There is no time zone %(value)s: they are written like Europe/Moscow"),
    N_("Hours are written like 09:00-13:00, 14:00-18:00, or always, or closed"),
    N_("Hours are written like 09:00-13:00, 14:00-18:00, or none"),
    N_("There is no script %(value)s"),
    N_("There is no portfolio %(value)s"),
    N_("Another desk than that of the line is needed"),
    N_("From 1 to 600 seconds"),
    N_("There is no day %(value)s"),
)
"""What the handlers of these registers find wrong."""


class TakesBack(Protocol):
    """A handler that puts back what was before a change."""

    def __call__(self, tx: Transaction, change: int, *, by: Actor, now: datetime) -> None:
        """Do so; InputError ``change`` when it is not the last one any more."""


class WhichChange(BaseModel):
    """The line of the audit log that the page has shown."""

    change: int = Field(default=0, ge=0, lt=2**63)


async def kept(request: Request, form: Form, work: Callable[[Transaction], object]) -> Form:
    """Write it down; the form with a fault beside each field that the handler refuses."""
    services = services_of(request)
    try:
        await services.write(work)
    except FormFault as fault:
        said = faults_told(request, fault.faults, ZoneInfo(services.settings.zone))
        return replace(form, faults={**form.faults, **said})
    return form


def fresh_change(tx: Transaction, action: AuditAction, now: datetime) -> Change | None:
    """The last change, while its page offers to take it back."""
    change = last_change(tx, action)
    return change if change and now - change.at < SHOWN_FOR else None


async def taken_back(request: Request, visitor: Visitor, handler: TakesBack, page: str) -> Response:
    """Put back what was before the change that the page has shown, and go there."""
    asked, _ = await parsed(request, WhichChange)
    services = services_of(request)
    now, change = services.now(), asked.change if asked else 0
    try:
        await services.write(lambda tx: handler(tx, change, by=visitor.actor, now=now))
    except InputError as fault:
        if fault.where != "change":
            raise
        raise InputError(told(request, CHANGED_SINCE)) from fault
    return RedirectResponse(page, status_code=303)
