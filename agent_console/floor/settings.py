"""What is in force: numbers, lines, rules, days off, settings, and who is told of what."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from agent_console.forms import Form, asked
from agent_console.page import page, services_of
from dialer.reports.catalogue import REPORTS
from dialer.reports.render import Format
from dialer.settings import shown_settings
from domain.schedule import Period
from domain.webhook import EventKind
from ledger.books import Transaction
from strategies.calendars import YEARS, calendar_of
from strategies.load import parse_strategy
from strategies.regime import load_rules, rules_files

router = APIRouter()

COUNTRY = "RU"
NO_WEBHOOK = Form.empty(kinds=[])
NO_REPORT = Form.empty(hour="8", period="day", format="xlsx", target="reports")


class Year(BaseModel):
    """Which year's days off are looked at."""

    year: int | None = Field(default=None, ge=YEARS.start, lt=YEARS.stop)


@router.get("/settings")
async def show(request: Request) -> Response:
    """Everything on one page."""
    return await settings_page(request)


async def settings_page(
    request: Request,
    *,
    webhook: Form = NO_WEBHOOK,
    report: Form = NO_REPORT,
    secret: str = "",
    status: int = 200,
) -> Response:
    """The page, with what was typed into one of its forms; ``secret`` is a new webhook's, shown once."""
    services = services_of(request)
    now, zone = services.now(), ZoneInfo(services.settings.zone)
    wanted, _ = asked(request, Year)
    year = (wanted.year if wanted else None) or now.astimezone(zone).year
    found = await services.read(lambda tx: _books(tx, now))
    return page(
        request,
        "floor/settings.html.j2",
        status=status,
        webhook_form=webhook,
        report_form=report,
        secret=secret,
        files=rules_files(),
        holidays=_holidays(year),
        settings=shown_settings(services.settings),
        kinds=[one.value for one in EventKind],
        reports=[(one.name, one.title) for one in REPORTS.values()],
        periods=[one.value for one in Period],
        formats=[one.value for one in Format],
        **found,
    )


def _books(tx: Transaction, now: datetime) -> dict[str, Any]:
    under_way = tx.campaigns.under_way()
    return {
        "numbers": tx.numbers.all(),
        "lines": tx.lines.all(),
        "rules": [(one, _rules_of(tx, one.strategy_version_id, now)) for one in under_way],
        "campaigns": [one.name for one in under_way],
        "webhooks": tx.webhooks.all(),
        "behind": tx.webhooks.behind(),
        "schedules": tx.schedules.all(),
    }


def _rules_of(tx: Transaction, version_id: int, now: datetime) -> str:
    """The versions of regime and policies that judge a campaign's touches now."""
    version = tx.versions.get(version_id)
    strategy = parse_strategy(version.body, version.label)
    return load_rules(strategy.regime, strategy.policies).in_force(now)


def _holidays(year: int) -> dict[str, Any]:
    """Days off of a year that are no plain weekends, days worked though they are weekends, and regions' own."""
    calendar = calendar_of(COUNTRY)

    def of_year(days: frozenset[date]) -> list[date]:
        return sorted(day for day in days if day.year == year)

    regional = {region: of_year(days) for region, days in sorted(calendar.regional.items())}
    return {
        "year": year,
        "final": year in calendar.years,
        "off": of_year(calendar.off_days),
        "worked": of_year(calendar.working_weekends),
        "regional": {region: days for region, days in regional.items() if days},
    }
