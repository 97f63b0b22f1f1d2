"""How far back the books must be read for the windows that rules may have."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.window import (
    DAY,
    LONGEST_WINDOW,
    CalendarWindow,
    Hours,
    RollingWindow,
    local_midnight,
    next_opening,
    parse_hours,
)

pytestmark = pytest.mark.unit

ZONES = st.sampled_from(
    ["Europe/Moscow", "Europe/Berlin", "America/Santiago", "Asia/Beirut", "Asia/Kamchatka"]
)
INSTANTS = st.timedeltas(timedelta(), timedelta(days=1094)).map(
    lambda age: datetime(2025, 1, 1, tzinfo=UTC) + age
)
UNITS = st.sampled_from(["day", "week", "month"])


@given(INSTANTS, ZONES, UNITS)
def test_no_calendar_window_reaches_further_back_than_history_is_read(
    now: datetime, zone: str, unit: str
) -> None:
    assert now - CalendarWindow(unit).begins(now, ZoneInfo(zone)) < LONGEST_WINDOW


def test_a_month_in_which_the_clocks_go_back_is_longer_than_31_days() -> None:
    berlin, last_minute = ZoneInfo("Europe/Berlin"), datetime(2026, 10, 31, 22, 59, tzinfo=UTC)
    assert last_minute - CalendarWindow("month").begins(last_minute, berlin) > timedelta(days=31)


@given(INSTANTS, ZONES, UNITS)
def test_a_calendar_window_frees_where_the_next_begins(now: datetime, zone: str, unit: str) -> None:
    window, where = CalendarWindow(unit), ZoneInfo(zone)
    frees = window.frees_at(now, where, [now], 1)
    assert window.begins(now, where) <= now < frees
    assert window.begins(frees, where) == frees
    assert window.begins(frees - timedelta(microseconds=1), where) == window.begins(now, where)


@given(INSTANTS, ZONES)
def test_local_midnight_is_the_first_instant_of_the_day(now: datetime, zone: str) -> None:
    where = ZoneInfo(zone)
    day = now.astimezone(where).date()
    begins = local_midnight(day, where)
    assert begins.astimezone(where).date() == day
    assert (begins - timedelta(microseconds=1)).astimezone(where).date() == day - DAY


def test_a_rolling_window_counts_what_is_younger_than_its_length() -> None:
    now, moscow = datetime(2026, 3, 10, 12, tzinfo=UTC), ZoneInfo("Europe/Moscow")
    begins = RollingWindow(DAY).begins(now, moscow)
    assert now - DAY < begins <= now - DAY + timedelta(microseconds=1)


HOURS = (Hours(time(10), time(12)), Hours(time(14), time(19)))


def moscow(hour: int, minute: int = 0, day: int = 10) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo("Europe/Moscow")).astimezone(UTC)


class TestNextOpening:
    @pytest.mark.parametrize(
        ("at", "opens"),
        [
            (moscow(10), moscow(10)),
            (moscow(11, 59), moscow(11, 59)),
            (moscow(12), moscow(14)),
            (moscow(9), moscow(10)),
            (moscow(19), moscow(10, day=11)),
        ],
    )
    def test_in_one_zone(self, at: datetime, opens: datetime) -> None:
        assert next_opening(HOURS, [ZoneInfo("Europe/Moscow")], at) == opens

    def test_in_all_zones_at_once(self) -> None:
        zones = [ZoneInfo("Europe/Kaliningrad"), ZoneInfo("Asia/Yekaterinburg")]  # UTC+2, UTC+5
        assert next_opening(HOURS, zones, moscow(3)) == moscow(12)  # 11:00 and 14:00
        assert next_opening(HOURS, zones, moscow(13)) == moscow(15)  # 14:00 and 17:00

    def test_hours_that_the_zones_never_share(self) -> None:
        zones = [ZoneInfo("Europe/Kaliningrad"), ZoneInfo("Asia/Kamchatka")]
        assert next_opening((Hours(time(10), time(12)),), zones, moscow(3)) is None

    @given(INSTANTS, st.lists(ZONES, min_size=1, max_size=2), st.integers(0, 23))
    def test_it_is_open_then_and_never_before(self, now: datetime, names: list[str], hour: int) -> None:
        zones, hours = [ZoneInfo(name) for name in names], (Hours(time(hour), time(hour, 59)),)

        def is_open(at: datetime) -> bool:
            return all(hours[0].contains(at.astimezone(zone).time()) for zone in zones)

        found = next_opening(hours, zones, now)
        probes = (now + timedelta(minutes=30 * n) for n in range(48 * 7))
        first = next((probe for probe in probes if is_open(probe)), None)
        assert found is None or is_open(found)
        assert first is None or (found is not None and found <= first)


@pytest.mark.parametrize("text", ["08:00-12:00", "09:00-13:00, 13:45-18:00"])
def test_hours_are_read_as_they_are_written(text: str) -> None:
    assert ", ".join(map(str, parse_hours(text))) == text
    assert parse_hours(text.replace(", ", " ,")) == parse_hours(text)


def test_closed_is_no_hours() -> None:
    assert parse_hours("closed") == ()


@pytest.mark.parametrize(
    "text", ["", "8-12", "08:00", "12:00-08:00", "08:00-08:00", "08:00-24:00", "10:00-12:00, 11:00-13:00"]
)
def test_what_is_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not HH:MM-HH:MM or closed|end before they begin, or overlap"):
        parse_hours(text)
