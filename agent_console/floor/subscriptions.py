"""Who is told of what happens: webhooks of other programs, and reports that are made again and again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from agent_console.access.dependencies import signed_in
from agent_console.access.visitor import Visitor
from agent_console.addresses import Id
from agent_console.floor.settings import settings_page
from agent_console.forms import parsed
from agent_console.named import N_
from agent_console.page import services_of, told
from dialer.handlers.schedule_report import schedule_report, unschedule_report
from dialer.handlers.webhooks import add_webhook, remove_webhook
from dialer.reports.render import Format
from domain.errors import InputError
from domain.schedule import Period, Schedule
from domain.webhook import EventKind, Webhook
from ledger.books import Transaction

router = APIRouter(prefix="/settings")

Signed = Annotated[Visitor, Depends(signed_in)]

BAD_URL = N_("An address like https://host/path is needed")
NO_MAIL = N_("There is no mail server: name a folder")
ONE_CAMPAIGN = N_("This report is of one campaign: choose it")
NO_FOLDER = N_("The name of a folder among our reports, not a path")
REPORT_FAULTS = {"--campaign": ("campaign", ONE_CAMPAIGN), "DOZVON_MAIL__HOST": ("target", NO_MAIL)}


class NewWebhook(BaseModel):
    """Whom to tell, and of what; of everything when nothing is chosen."""

    url: str = Field(min_length=1, max_length=500)
    kinds: list[EventKind] = Field(default=[])


class NewReport(BaseModel):
    """Which report to make, when, and where to put it."""

    report: str = Field(min_length=1, max_length=50)
    campaign: str = Field(default="", max_length=100)
    period: Period
    format: Format
    target: str = Field(min_length=1, max_length=300)
    hour: int = Field(ge=0, le=23)

    def target_below(self, home: Path) -> str:
        """An address as it is; a folder, among our reports. ValueError for a way out of them."""
        if "@" in self.target:
            return self.target
        reports = (home / "reports").resolve()
        folder = (reports / self.target).resolve()
        if not folder.is_relative_to(reports):
            raise ValueError(self.target)
        return str(folder)


@router.post("/webhooks")
async def add(request: Request, visitor: Signed) -> Response:
    """Tell somebody of what happens from now on; the page shows the secret that signs it."""
    wanted, form = await parsed(request, NewWebhook)
    if wanted is None:
        return await settings_page(request, webhook=form, status=422)
    services = services_of(request)
    now, actor = services.now(), visitor.actor

    def work(tx: Transaction) -> Webhook:
        return add_webhook(tx, wanted.url, wanted.kinds, actor, now)

    try:
        made = await services.write(work)
    except InputError as fault:
        if fault.where != "url":
            raise
        return await settings_page(
            request, webhook=form.with_fault("url", told(request, BAD_URL)), status=422
        )
    return await settings_page(request, secret=made.secret)


@router.post("/webhooks/{id}/remove")
async def remove(request: Request, id: Id, visitor: Signed) -> Response:
    """Tell it no more."""
    services = services_of(request)
    now = services.now()
    await services.write(lambda tx: remove_webhook(tx, id, visitor.actor, now))
    return RedirectResponse("/settings#webhooks", status_code=303)


@router.post("/reports")
async def schedule(request: Request, visitor: Signed) -> Response:
    """Make a report whenever a period is over."""
    wanted, form = await parsed(request, NewReport)
    if wanted is None:
        return await settings_page(request, report=form, status=422)
    services = services_of(request)
    now, settings = services.now(), services.settings
    try:
        target = wanted.target_below(settings.home)
    except ValueError:
        return await settings_page(
            request, report=form.with_fault("target", told(request, NO_FOLDER)), status=422
        )
    asked = Schedule(**wanted.model_dump() | {"target": target}, zone=settings.zone, author="")
    try:
        await services.write(lambda tx: schedule_report(tx, asked, settings, visitor.actor, now))
    except InputError as fault:
        field, message = REPORT_FAULTS.get(fault.where, ("report", fault.what))
        return await settings_page(request, report=form.with_fault(field, told(request, message)), status=422)
    return RedirectResponse("/settings#reports", status_code=303)


@router.post("/reports/{id}/remove")
async def unschedule(request: Request, id: Id, visitor: Signed) -> Response:
    """Make it no more."""
    services = services_of(request)
    now = services.now()
    await services.write(lambda tx: unschedule_report(tx, id, visitor.actor, now))
    return RedirectResponse("/settings#reports", status_code=303)
