"""How regimes are written: what each field may say, and the one line that each fault is told in."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from domain.errors import InputError
from domain.rules import Count, Scope
from domain.touch import ANY_ATTEMPT, CHANNEL_GROUPS, Channel, Outcome
from domain.window import CalendarWindow, DatesWindow, Hours, RollingWindow, Window
from files.model import parse_model
from strategies.rule_language import RegimeModel, VersionModel
from tests.faults import changed, told
from tests.places import without_columns

pytestmark = pytest.mark.unit

GOOD = """\
id: law
title: A law
confirm: A lawyer must confirm this file.
country: RU
versions:
  - version: "1"
    to: 2024-02-01
    limits:
      - {id: calls, channels: [direct], outcomes: [talk_debtor], window: day}
  - version: "2"
    from: 2024-02-01
    hours:
      - id: office
        channels: [direct]
        work: "09:00-13:00, 13:45-18:00"
        weekdays: {fri: "09:00-13:00"}
        off: closed
    limits:
      - {id: calls, channels: [direct], outcomes: [talk_debtor], window: week, max: 2}
"""


def parse(text: str = GOOD) -> RegimeModel:
    return parse_model(text, RegimeModel, "law.yaml")[0]


def newest(text: str = GOOD) -> VersionModel:
    return parse(text).versions[-1]


class TestWhatMayBeSaid:
    @pytest.mark.parametrize(
        ("text", "window"),
        [
            ("day", CalendarWindow("day")),
            ("week", CalendarWindow("week")),
            ("month", CalendarWindow("month")),
            ("168 hours", RollingWindow(timedelta(hours=168))),
            ("90 minutes", RollingWindow(timedelta(minutes=90))),
            ("gap 90 minutes", RollingWindow(timedelta(minutes=90))),
            ("gap 48 hours", RollingWindow(timedelta(hours=48))),
            ("7 dates", DatesWindow(7)),
            ("31 dates", DatesWindow(31)),
        ],
    )
    def test_windows(self, text: str, window: Window) -> None:
        assert newest(GOOD.replace("window: week, max: 2", f"window: {text}")).limits[0].window == window

    def test_channels_and_outcomes_by_name_and_by_group(self) -> None:
        text = GOOD.replace(
            "[direct], outcomes: [talk_debtor], window: week",
            "[message, post], outcomes: [any_attempt], window: week",
        )
        limit = newest(text).limits[0]
        assert limit.channels == CHANNEL_GROUPS["message"] | {Channel.POST}
        assert limit.outcomes == ANY_ATTEMPT
        assert newest().limits[0].outcomes == {Outcome.TALK_DEBTOR}

    def test_what_is_not_said_is_the_plain_case(self) -> None:
        limit = parse().versions[0].limits[0]
        assert (limit.max, limit.scope, limit.count, limit.waivable) == (
            1,
            Scope.DEBTOR,
            Count.TOUCHES,
            False,
        )

    def test_hours_of_days_and_of_a_weekday(self) -> None:
        (hours,) = newest().hours
        morning, afternoon = Hours(time(9), time(13)), Hours(time(13, 45), time(18))
        assert (hours.work, hours.off) == ((morning, afternoon), ())
        assert hours.weekdays == {4: (morning,)}
        (hours,) = newest(GOOD.replace("fri:", "mon-wed:")).hours
        assert set(hours.weekdays) == {0, 1, 2}

    def test_versions_hold_half_open(self) -> None:
        older, newer = (version.valid for version in parse().versions)
        change = datetime(2024, 2, 1, tzinfo=UTC)
        assert (older.start, older.end, newer.start, newer.end) == (None, change, change, None)
        assert not older.covers(change)
        assert newer.covers(change)

    def test_an_instant_may_name_its_offset(self) -> None:
        version = newest(GOOD.replace("from: 2024-02-01", "from: 2024-02-01T03:00+03:00"))
        assert version.valid.start == datetime(2024, 2, 1, tzinfo=UTC)


LIMIT = "{id: calls, channels: [direct], outcomes: [talk_debtor], window: week, max: 2}"


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            "window: week",
            "window: year",
            "law.yaml, line 19, versions.1.limits.0.window: a window is day, week, month,",
        ),
        (
            "window: week, max: 2",
            "window: gap 3 dates",
            "law.yaml, line 19, versions.1.limits.0.window: a window is day",
        ),
        ("window: week", "window: 0 hours", "law.yaml, line 19, versions.1.limits.0.window: a window is day"),
        (
            "window: week",
            "window: 2000 hours",
            "versions.1.limits.0.window: a window looks back at most 31 days",
        ),
        ("window: week", f"window: {'9' * 20} hours", "versions.1.limits.0.window: a window is day, week"),
        (
            "window: week",
            "window: 32 dates",
            "versions.1.limits.0.window: a window looks back at most 31 days",
        ),
        (
            "[direct], outcomes: [talk_debtor], window: week",
            "[fax], outcomes: [talk_debtor], window: week",
            "law.yaml, line 19, versions.1.limits.0.channels: 'fax' is no channel and no group of channels",
        ),
        (
            "[talk_debtor], window: week",
            "[talked], window: week",
            "law.yaml, line 19, versions.1.limits.0.outcomes: 'talked' is no outcome and no group of outcomes",
        ),
        (
            "[talk_debtor], window: week",
            "talk_debtor, window: week",
            "outcomes: a list of outcomes is expected",
        ),
        ("[talk_debtor], window: week", "[], window: week", "outcomes: a list of outcomes is expected"),
        (
            "max: 2",
            "max: -1",
            "law.yaml, line 19, versions.1.limits.0.max: input should be greater than or equal to 0",
        ),
        ("max: 2", "max: two", "law.yaml, line 19, versions.1.limits.0.max: input should be a valid integer"),
        (
            "window: week",
            "window: gap 2 hours",
            "line 19, versions.1.limits.0: a gap is kept after each touch: it has no max",
        ),
        ("max: 2", "most: 2", "law.yaml, line 19, versions.1.limits.0.most: unknown key 'most'"),
        (
            "max: 2",
            "max: 2, scope: house",
            "law.yaml, line 19, versions.1.limits.0.scope: input should be 'debtor'",
        ),
        (
            "max: 2",
            "count: people",
            "law.yaml, line 19, versions.1.limits.0.count: input should be 'touches'",
        ),
        (
            "max: 2",
            "waivable: maybe",
            "law.yaml, line 19, versions.1.limits.0.waivable: input should be a valid boolean",
        ),
        (", max: 2", ", max: 2, max: 3", "law.yaml, line 19: 'max' is given twice"),
        (
            "id: calls, channels: [direct], outcomes: [talk_debtor], window: week",
            "channels: [direct], outcomes: [talk_debtor], window: week",
            "law.yaml, line 19, versions.1.limits.0: the field 'id' is missing",
        ),
        (
            "off: closed",
            'off: "22:00-08:00"',
            "versions.1.hours.0.off: hours 22:00-08:00 end before they begin",
        ),
        ("off: closed", 'off: "08:00"', "versions.1.hours.0.off: '08:00' is not HH:MM-HH:MM or closed"),
        (
            "off: closed",
            'off: "08:00-24:00"',
            "versions.1.hours.0.off: '08:00-24:00' is not HH:MM-HH:MM or closed",
        ),
        (
            "off: closed",
            'off: "08:00-12:00, 11:00-13:00"',
            "versions.1.hours.0.off: hours 08:00-12:00, 11:00-13:00 end",
        ),
        ("off: closed", "off: []", "versions.1.hours.0.off: '[]' is not HH:MM-HH:MM or closed"),
        (
            "off: closed",
            "off: closed\n        lasts_s: 7200",
            "hours.0.lasts_s: input should be less than or equal to 3600",
        ),
        ("        off: closed\n", "", "versions.1.hours.0: the field 'off' is missing"),
        (
            "fri:",
            "friday:",
            "law.yaml, line 16, versions.1.hours.0.weekdays: 'friday' is no weekday; they are mon,",
        ),
        (
            "fri:",
            "fri-mon:",
            "line 16, versions.1.hours.0.weekdays: weekdays fri-mon run backwards, or are given twice",
        ),
        ("{fri:", "{mon-fri: closed, fri:", "weekdays: weekdays fri run backwards, or are given twice"),
        ("from: 2024-02-01", "from: 2024-01-01", "law.yaml, line 1: versions '1' and '2' overlap"),
        ("from: 2024-02-01", "from: soon", "line 11, versions.1.from: 'soon' is no time like 2024-02-01"),
        ("    to: 2024-02-01\n", "", "versions '1' and '2' overlap"),
        ("    from: 2024-02-01\n", "", "versions '1' and '2' overlap"),
        (
            "from: 2024-02-01",
            "from: 2024-02-01\n    to: 2024-01-31",
            "versions.1: version '2' ends before it begins",
        ),
        ("id: office", "id: block", "versions.1: no rule may be called 'block': a refusal names something"),
        ("id: office", "id: calls", "versions.1: rule 'calls' is given twice in version '2'"),
        ("country: RU", "land: RU", "law.yaml, line 4, land: unknown key 'land'"),
        (
            "confirm: A lawyer must confirm this file.\n",
            "",
            "law.yaml, line 1: the field 'confirm' is missing",
        ),
    ],
)
def test_a_fault_names_file_line_and_field(old: str, new: str, line: str) -> None:
    shown = without_columns(told(parse, changed(GOOD, old, new)))
    assert shown.startswith("law.yaml, line ")
    assert line in shown


def test_a_regime_without_versions() -> None:
    with pytest.raises(InputError, match="law.yaml, line 4, column 1, versions: needs at least 1 item"):
        parse("id: law\ntitle: t\nconfirm: c\nversions: []\n")
