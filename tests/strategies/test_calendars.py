"""Days off by country and year, as the law's lists have them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.calendar import Calendar
from files.model import read_model
from strategies.calendars import Overlay, calendar_of, zones_of
from strategies.regime import calendar_warning
from tests.faults import told
from tests.places import without_columns

pytestmark = pytest.mark.unit


def weekdays_off(calendar: Calendar, year: int, region: str = "") -> list[str]:
    """Days off besides Saturdays and Sundays, as MM-DD."""
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
    return [f"{day:%m-%d}" for day in days if day.weekday() < 5 and calendar.is_off(day, region)]


def worked_weekends(calendar: Calendar, year: int) -> list[str]:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
    return [f"{day:%m-%d}" for day in days if day.weekday() >= 5 and not calendar.is_off(day)]


RU_2026 = [
    *("01-01", "01-02", "01-05", "01-06", "01-07", "01-08", "01-09", "02-23", "03-09"),
    *("05-01", "05-11", "06-12", "11-04", "12-31"),
]


class TestRussia:
    CALENDAR = calendar_of("RU")

    def test_2026_with_its_transfers(self) -> None:
        assert weekdays_off(self.CALENDAR, 2026) == RU_2026
        assert worked_weekends(self.CALENDAR, 2026) == []

    def test_2025_had_one_working_saturday(self) -> None:
        assert worked_weekends(self.CALENDAR, 2025) == ["11-01"]
        assert {"11-03", "12-31"} <= set(weekdays_off(self.CALENDAR, 2025))

    def test_bashkortostan_has_three_days_more(self) -> None:
        more = set(weekdays_off(self.CALENDAR, 2026, "RU-BA")) - set(RU_2026)
        assert more == {"03-20", "05-27", "10-12"}
        assert weekdays_off(self.CALENDAR, 2026, "RU-SVE") == RU_2026

    def test_a_year_whose_decree_is_not_out_has_weekends_and_fixed_holidays(self) -> None:
        assert {"01-01", "02-23", "11-04"} <= {
            f"{day:%m-%d}" for day in self.CALENDAR.off_days if day.year == 2030
        }
        assert self.CALENDAR.is_off(date(2030, 6, 15))  # a Saturday
        assert not self.CALENDAR.is_off(date(2030, 6, 17))

    def test_which_is_said(self) -> None:
        assert calendar_warning("ru-230fz-agency", [2025, 2026]) is None
        told = calendar_warning("ru-230fz-agency", [2031, 2026, 2030])
        assert (
            told == "days off of 2030, 2031 in RU are not final: only weekends and fixed holidays are known"
        )


def test_kazakhstan_in_march_2026() -> None:
    march = [day for day in weekdays_off(calendar_of("KZ"), 2026) if day.startswith("03")]
    assert march == ["03-09", "03-23", "03-24", "03-25"]
    assert zones_of("KZ") == ("Asia/Almaty",)


def test_no_country_has_weekends_only_and_no_zones() -> None:
    assert weekdays_off(calendar_of(""), 2026) == []
    assert calendar_of("").is_off(date(2026, 3, 14))
    assert zones_of("") == ()


def test_a_region_s_day_off_beats_a_worked_weekend() -> None:
    saturday = date(2025, 11, 1)
    calendar = Calendar(working_weekends=frozenset({saturday}), regional={"R": frozenset({saturday})})
    assert not calendar.is_off(saturday)
    assert calendar.is_off(saturday, "R")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "zones: [UTC]\nyears: [2026]\nadded: {2026: [02-30]}\n",
            "line 3, added: day is out of range for month",
        ),
        (
            "zones: [UTC]\nyears: [2026]\nregional: {R: {2026: [13-01]}}\n",
            "line 3, regional: month must be in 1..12",
        ),
        (
            "zones: [Europe/Moskau]\nyears: [2026]\n",
            "line 1, zones: there is no time zone 'Europe/Moskau'; zones are written like Europe/Moscow",
        ),
        ("zones: [UTC]\nyears: [soon]\n", "line 2, years.0: input should be a valid integer"),
        ("zones: [UTC]\nyears: [2026]\nholidays: []\n", "line 3, holidays: unknown key 'holidays'"),
    ],
)
def test_a_faulty_calendar_file(tmp_path: Path, text: str, line: str) -> None:
    path = tmp_path / "XX.yaml"
    path.write_text(text)
    assert without_columns(told(read_model, path, Overlay)).startswith(f"{path}, {line}")
