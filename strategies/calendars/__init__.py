"""Days off by country: the library `holidays`, overlaid by the yearly files beside this."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

from pydantic import Field, field_validator

from domain.calendar import Calendar
from files.model import read_model
from strategies.values import Strict

YEARS = range(2020, 2036)
ByYear = dict[int, tuple[str, ...]]


class Overlay(Strict):
    """What the library does not know: added and removed days off, worked weekends, regions' days, by year (MM-DD).

    ``years`` are those whose transfers are final; of others the fixed holidays are known only.
    """

    zones: tuple[str, ...]
    years: tuple[int, ...]
    added: ByYear = Field(default_factory=dict)
    removed: ByYear = Field(default_factory=dict)
    working_weekends: ByYear = Field(default_factory=dict)
    regional: dict[str, ByYear] = Field(default_factory=dict)

    @field_validator("zones")
    @classmethod
    def _known(cls, zones: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := sorted(set(zones) - available_timezones()):
            raise ValueError(f"there is no time zone {unknown[0]!r}; zones are written like Europe/Moscow")
        return zones

    @field_validator("added", "removed", "working_weekends")
    @classmethod
    def _days(cls, days: ByYear) -> ByYear:
        _dates(days)
        return days

    @field_validator("regional")
    @classmethod
    def _regional_days(cls, regional: dict[str, ByYear]) -> dict[str, ByYear]:
        for days in regional.values():
            _dates(days)
        return regional


@cache
def calendar_of(country: str) -> Calendar:
    """The calendar of a country; one without data has weekends only."""
    if not country:
        return Calendar()
    import holidays  # most commands ask no calendar, and start sooner without it

    overlay = _overlay(country)
    known = set(holidays.country_holidays(country, years=YEARS))
    return Calendar(
        off_days=frozenset(known | _dates(overlay.added)) - _dates(overlay.removed),
        working_weekends=_dates(overlay.working_weekends),
        regional={region: _dates(days) for region, days in overlay.regional.items()},
        years=frozenset(overlay.years),
    )


@cache
def zones_of(country: str) -> tuple[str, ...]:
    """Every zone of a country: the candidates for a debtor of whom no zone is known."""
    return _overlay(country).zones if country else ()


@cache
def _overlay(country: str) -> Overlay:
    return read_model(Path(__file__).parent / f"{country}.yaml", Overlay)


def _dates(by_year: ByYear) -> frozenset[date]:
    return frozenset(date.fromisoformat(f"{year}-{day}") for year, days in by_year.items() for day in days)
