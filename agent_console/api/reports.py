"""Reports: every one of the catalogue, for any days, as JSON, CSV, XLSX or PDF."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel

from agent_console.page import services_of
from dialer.reports.ask import ReportAsk
from dialer.reports.catalogue import REPORTS, make_report
from dialer.reports.render import MEDIA_TYPES, Format, attachment, render

router = APIRouter(prefix="/api/v1", tags=["reports"])


class ReportOut(BaseModel):
    """A report that can be asked for; one ``of_campaign`` needs to be told which."""

    name: str
    title: str
    of_campaign: bool


@router.get("/reports", summary="The reports that there are")
async def reports() -> list[ReportOut]:
    """By name."""
    return [
        ReportOut(name=one.name, title=one.title, of_campaign=one.of_campaign) for one in REPORTS.values()
    ]


@router.get(
    "/reports/{name}",
    summary="One report",
    response_class=Response,
    responses={200: {"content": {kind.split(";")[0]: {} for kind in MEDIA_TYPES.values()}}},
)
async def report(
    request: Request,
    name: Annotated[str, Path(max_length=50)],
    since: Annotated[date, Query(description="the first day, by the house's clock")],
    until: Annotated[date, Query(description="the first day that is not in")],
    campaign: Annotated[str, Query(max_length=100)] = "",
    format: Format = Format.JSON,
) -> Response:
    """For the days from ``since`` up to ``until``."""
    services = services_of(request)
    ask = ReportAsk(since, until, services.now(), services.settings, campaign)
    document = await services.read(lambda tx: make_report(tx, name, ask))
    named = {"Content-Disposition": attachment(document, format)}
    headers = {} if format is Format.JSON else named
    file = await to_thread.run_sync(render, document, format)
    return Response(file, media_type=MEDIA_TYPES[format], headers=headers)
