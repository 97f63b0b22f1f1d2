"""The calendar that the rules of contact count by: days off, weekends that are worked, and regions' own days."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from agent_console.forms import asked
from agent_console.page import page, services_of
from strategies.calendars import YEARS, calendar_of

router = APIRouter()

COUNTRY = "RU"


class Year(BaseModel):
    """Which year is looked at."""

    year: int | None = Field(default=None, ge=YEARS.start, lt=YEARS.stop)


@router.get("/settings/holidays")
async def show(request: Request) -> Response:
    """A year; this one, if none that is known was asked for."""
    services = services_of(request)
    wanted, _ = asked(request, Year)
    year = (wanted.year if wanted else None) or services.now().astimezone(
        ZoneInfo(services.settings.zone)
    ).year
    return page(request, "floor/holidays.html.j2", years=YEARS, **_days(year))


def _days(year: int) -> dict[str, Any]:
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
