"""Reports on a page, and as files: of a campaign or of the whole house, for the days that are asked for."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from agent_console.forms import Form, asked
from agent_console.page import language_of, page, services_of
from agent_console.report_words import say_in
from agent_console.shown import day, moment, money, number, share, span
from dialer.reports.ask import ReportAsk
from dialer.reports.catalogue import REPORTS, Report, make_report, report_named
from dialer.reports.render import MEDIA_TYPES, Format, attachment, render
from dialer.reports.table import Document, Kind, Value
from ledger.books import Transaction

router = APIRouter()

DAY = timedelta(days=1)
FIGURES = frozenset(Kind) - {Kind.TEXT, Kind.WORD}
USUAL, SHORT = timedelta(days=30), timedelta(days=1)
ONE_DAY = frozenset({"intensity", "queues"})
"""Reports that read every touch or call of their days: nobody asks for a month of them by chance."""


class Asked(BaseModel):
    """What a visitor chose: both days are in; a ``format`` is a file."""

    campaign: str = Field(default="", max_length=200)
    since: date | None = None
    until: date | None = None
    format: Format | None = None


@router.get("/reports")
async def catalogue(request: Request) -> Response:
    """What reports there are."""
    say = say_in(language_of(request))
    return page(request, "floor/reports.html.j2", reports=[(one, say(one.title)) for one in REPORTS.values()])


@router.get("/reports/{name}")
async def show(request: Request, name: str) -> Response:
    """One report with its form, or its file. An unknown name, campaign or period is told as any wrong input is."""
    report, services = report_named(name), services_of(request)
    wanted, form = asked(request, Asked)
    campaigns = await services.read(lambda tx: _campaigns(tx, report))
    if wanted is None or (report.of_campaign and not campaigns):
        return _shown(request, report, form, campaigns, None, 422 if wanted is None else 200)
    today = services.now().astimezone(ZoneInfo(services.settings.zone)).date()
    last = wanted.until or today
    first = wanted.since or last - (SHORT if name in ONE_DAY else USUAL) + DAY
    campaign = wanted.campaign or (campaigns[0] if report.of_campaign else "")
    ask = ReportAsk(first, last + DAY, services.now(), services.settings, campaign)
    document = await services.read(lambda tx: make_report(tx, name, ask))
    if wanted.format:
        file = await to_thread.run_sync(render, document, wanted.format, say_in(language_of(request)))
        headers = {"Content-Disposition": attachment(document, wanted.format)}
        return Response(file, media_type=MEDIA_TYPES[wanted.format], headers=headers)
    chosen = Form({"campaign": campaign, "since": first.isoformat(), "until": last.isoformat()})
    return _shown(request, report, chosen, campaigns, document)


def _campaigns(tx: Transaction, report: Report) -> list[str]:
    """Those that are under way first; a report of the house may be of all of them."""
    names = tx.campaigns.names()
    return names if report.of_campaign else ["", *names]


def _shown(
    request: Request,
    report: Report,
    form: Form,
    campaigns: list[str],
    document: Document | None,
    status: int = 200,
) -> Response:
    language = language_of(request)
    say = say_in(language)
    return page(
        request,
        "floor/report.html.j2",
        status=status,
        report=report,
        title=say(report.title),
        form=form,
        campaigns=campaigns,
        tables=_tables(document, language) if document else [],
        formats=[one.value for one in (Format.XLSX, Format.PDF, Format.CSV, Format.JSON)],
    )


def _tables(document: Document, language: str) -> list[dict[str, Any]]:
    """Cells as text with whether they are figures."""
    say, zone = say_in(language), ZoneInfo(document.zone)
    return [
        {
            "title": say(table.title),
            "columns": [(say(column.name), column.kind in FIGURES) for column in table.columns],
            "rows": [
                [(_cell(value, kind, zone, language), kind in FIGURES) for value, kind in row]
                for row in table.cells()
            ],
            "notes": [say(note) for note in table.notes],
        }
        for table in document.tables
    ]


def _cell(value: Value, kind: Kind, zone: ZoneInfo, language: str) -> str:
    """A cell as the visitor's language writes it; empty where nothing is known."""
    match value:
        case None:
            return ""
        case datetime():
            return moment(value, zone, language)
        case date():
            return day(value, language)
        case str():
            return say_in(language)(value) if kind is Kind.WORD else value
    match kind:
        case Kind.MONEY:
            return money(round(value), language)
        case Kind.SHARE:
            return share(value, language)
        case Kind.DURATION:
            return span(value)
        case Kind.COUNT:
            return number(round(value), language)
        case _:
            return number(value, language)
