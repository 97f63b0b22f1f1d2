"""The shipped regimes against worked cases of the law, and the files' own language.

Cases whose rules are not in the vocabulary yet (regional days off, blocks) come with those rules.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from domain.errors import InputError
from domain.intensity import Allowed, Ask, Refused, RuleSet, permit
from domain.portfolio import LegalBasis
from domain.touch import Channel, Outcome, PastTouch, TouchId
from domain.window import LONGEST_WINDOW, CalendarWindow, RollingWindow
from files.model import parse_model, read_model
from strategies.regime import (
    HERE,
    CalendarModel,
    RegimeModel,
    load_rules,
    shipped_policies,
    shipped_regimes,
)

pytestmark = pytest.mark.unit

RU = load_rules("ru-230fz-agency")
RU_WITH_ATTEMPTS = load_rules("ru-230fz-agency", ("attempts-3-a-day",))
ROLLING = {CalendarWindow("week"): timedelta(hours=168), CalendarWindow("month"): timedelta(hours=720)}
RU_ROLLING = replace(
    RU,
    limits=tuple(
        replace(rule, window=RollingWindow(ROLLING[rule.window]))
        if isinstance(rule.window, CalendarWindow) and rule.window in ROLLING
        else rule
        for rule in RU.limits
    ),
)
BASIS = LegalBasis("contract", datetime.fromisoformat("2020-01-01T00:00:00Z"))
TALK = (Channel.CALL_HUMAN, Outcome.TALK_DEBTOR)
MOSCOW = "Europe/Moscow"

Past = tuple[str, Channel, Outcome]
"""A touch at a local time."""

NO_PAST: list[Past] = []
WEEK_END: list[Past] = [("2026-03-12T10:00", *TALK), ("2026-03-15T12:00", *TALK)]
FULL_WEEK: list[Past] = [("2026-03-09T10:00", *TALK), ("2026-03-11T10:00", *TALK)]
APRIL: list[Past] = [("2026-04-28T10:00", *TALK), ("2026-04-30T10:00", *TALK)]
TUESDAY: list[Past] = [("2026-03-10T10:00", *TALK)]
MET: list[Past] = [("2026-03-10T10:00", Channel.MEETING, Outcome.MEETING_HELD)]
UNANSWERED: list[Past] = [
    (f"2026-03-10T{hour:02}:00", Channel.CALL_HUMAN, Outcome.NO_ANSWER) for hour in range(9, 14)
]
ALLOWED = Allowed()


def refused(rule: str, next_allowed: str) -> Refused:
    return Refused((rule,), datetime.fromisoformat(next_allowed))


def case(
    number: int,
    rules: RuleSet,
    zone: str,
    past: list[Past],
    now: str,
    channel: Channel,
    expected: Allowed | Refused,
    name: str = "",
) -> object:
    return pytest.param(rules, zone, past, now, channel, expected, id=f"case {number} {name or channel}")


CALL, ROBOT, SMS, MEETING = Channel.CALL_HUMAN, Channel.CALL_AGENT, Channel.SMS, Channel.MEETING


@pytest.mark.parametrize(
    ("rules", "zone", "past", "now", "channel", "expected"),
    [
        case(
            1,
            RU,
            "Europe/Kaliningrad",
            NO_PAST,
            "2026-03-11T05:59:59Z",
            CALL,
            refused("hours", "2026-03-11T06:00Z"),
            "before eight",
        ),
        case(1, RU, "Europe/Kaliningrad", NO_PAST, "2026-03-11T06:00:00Z", CALL, ALLOWED, "at eight"),
        case(3, RU, "Asia/Kamchatka", NO_PAST, "2026-03-11T09:59:59Z", CALL, ALLOWED, "before ten"),
        case(
            3,
            RU,
            "Asia/Kamchatka",
            NO_PAST,
            "2026-03-11T10:00Z",
            CALL,
            refused("hours", "2026-03-11T20:00Z"),
            "at ten",
        ),
        case(5, RU, MOSCOW, NO_PAST, "2026-03-09T17:00Z", SMS, refused("hours", "2026-03-10T05:00Z")),
        case(6, RU, MOSCOW, NO_PAST, "2026-01-09T05:30Z", CALL, refused("hours", "2026-01-09T06:00Z")),
        case(9, RU, "Asia/Vladivostok", [("2026-03-10T10:30", *TALK)], "2026-03-10T22:30Z", CALL, ALLOWED),
        case(11, RU, MOSCOW, WEEK_END, "2026-03-16T05:00Z", CALL, ALLOWED, "calendar week"),
        case(
            11,
            RU_ROLLING,
            MOSCOW,
            WEEK_END,
            "2026-03-16T05:00Z",
            CALL,
            refused("calls-per-week", "2026-03-19T07:00Z"),
            "rolling week",
        ),
        case(
            12,
            RU,
            MOSCOW,
            FULL_WEEK,
            "2026-03-13T09:00Z",
            ROBOT,
            refused("calls-per-week", "2026-03-16T05:00Z"),
        ),
        case(
            14, RU, MOSCOW, APRIL, "2026-05-01T07:00Z", CALL, refused("calls-per-week", "2026-05-04T05:00Z")
        ),
        case(
            16, RU, MOSCOW, TUESDAY, "2026-03-10T12:00Z", ROBOT, refused("calls-per-day", "2026-03-11T05:00Z")
        ),
        case(16, RU, MOSCOW, TUESDAY, "2026-03-10T12:00Z", SMS, ALLOWED),
        case(16, RU, MOSCOW, TUESDAY, "2026-03-10T12:00Z", MEETING, ALLOWED),
        case(
            18,
            RU,
            MOSCOW,
            MET,
            "2026-03-12T07:00Z",
            MEETING,
            refused("meetings-per-week", "2026-03-16T05:00Z"),
        ),
        case(18, RU, MOSCOW, MET, "2026-03-12T07:00Z", CALL, ALLOWED),
        case(19, RU, MOSCOW, UNANSWERED, "2026-03-10T12:00Z", CALL, ALLOWED, "law"),
        case(
            19,
            RU_WITH_ATTEMPTS,
            MOSCOW,
            UNANSWERED,
            "2026-03-10T12:00Z",
            CALL,
            refused("attempts-per-day", "2026-03-11T05:00Z"),
            "policy",
        ),
    ],
)
def test_a_worked_case_of_the_law(
    rules: RuleSet, zone: str, past: list[Past], now: str, channel: Channel, expected: Allowed | Refused
) -> None:
    history = [
        PastTouch(
            TouchId(at), datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(zone)), over, outcome, debtor=1
        )
        for at, over, outcome in past
    ]
    instant = datetime.fromisoformat(now)
    assert (
        permit(rules, Ask(channel, 1), zones=(zone,), history=history, basis=BASIS, now=instant) == expected
    )


class TestVoiceMessages:
    """An auto-informer's call without a dialogue is a voice message: 2 a day, 4 a week, 16 a month."""

    def ask(self, *past: str, rules: RuleSet = RU, now: str = "2026-03-10T12:00Z") -> Allowed | Refused:
        history = [
            PastTouch(
                TouchId(at), datetime.fromisoformat(at), Channel.VOICE_MSG, Outcome.MSG_DELIVERED, 1, "+7916"
            )
            for at in past
        ]
        asked, instant = Ask(Channel.VOICE_MSG, 1, "+7916"), datetime.fromisoformat(now)
        return permit(rules, asked, zones=(MOSCOW,), history=history, basis=BASIS, now=instant)

    def test_two_a_day(self) -> None:
        assert self.ask("2026-03-10T06:00Z") == ALLOWED
        verdict = self.ask("2026-03-10T06:00Z", "2026-03-10T07:00Z")
        assert verdict == refused("messages-per-day", "2026-03-11T05:00Z")

    def test_four_a_week(self) -> None:
        week = [f"2026-03-{day:02}T{hour:02}:00Z" for day in (9, 11) for hour in (9, 10)]
        assert self.ask(*week, now="2026-03-13T09:00Z") == refused("messages-per-week", "2026-03-16T05:00Z")

    def test_sixteen_a_month(self) -> None:
        month = [
            f"2026-05-{day:02}T{hour:02}:00Z" for day in (4, 6, 11, 13, 18, 20, 25, 27) for hour in (9, 10)
        ]
        verdict = self.ask(*month, now="2026-05-31T09:00Z")
        assert isinstance(verdict, Refused)
        assert "messages-per-month" in verdict.rules
        assert verdict.next_allowed == datetime.fromisoformat("2026-06-01T05:00Z")

    def test_a_shared_phone_takes_one_a_day_by_house_policy(self) -> None:
        rules = load_rules("ru-230fz-agency", ("one-talk-per-phone-per-day",))
        verdict = self.ask("2026-03-10T06:00Z", rules=rules)
        assert verdict == refused("talk-per-phone-per-day", "2026-03-11T05:00Z")


class TestShippedFiles:
    @pytest.mark.parametrize("regime", shipped_regimes())
    def test_every_regime_loads_with_every_policy(self, regime: str) -> None:
        rules = load_rules(regime, tuple(shipped_policies()))
        assert rules.id.split("+") == [regime, *shipped_policies()]
        names = [rule.id for rule in rules.hours] + [rule.id for rule in rules.limits]
        assert len(names) == len(set(names)), "a refusal must name one rule"

    @pytest.mark.parametrize("folder", ["regimes", "policies"])
    def test_a_file_is_named_as_its_id(self, folder: str) -> None:
        for path in (HERE / folder).glob("*.yaml"):
            assert read_model(path, RegimeModel).id == path.stem

    def test_the_calendar_has_the_transfers(self) -> None:
        calendar = read_model(HERE / "calendars" / "RU.yaml", CalendarModel).calendar()
        days = {"2026-01-09": True, "2026-03-09": True, "2026-03-10": False, "2025-11-01": False}
        assert {day: calendar.is_off(datetime.fromisoformat(day).date()) for day in days} == days

    def test_no_rule_looks_further_back_than_the_books_are_read(self) -> None:
        for regime in shipped_regimes():
            for rule in load_rules(regime, tuple(shipped_policies())).limits:
                assert not isinstance(rule.window, RollingWindow) or rule.window.length <= LONGEST_WINDOW


LIMIT = "{id: l, channels: [call], outcomes: [live], window: day, max: 1}"


class TestLanguage:
    def parse(self, *, limit: str = LIMIT, hours: str = "") -> RegimeModel:
        text = f"id: r\nhours: [{hours}]\nlimits:\n  - {limit}\n"
        return parse_model(text, RegimeModel, "r.yaml")[0]

    def test_windows(self) -> None:
        found = [
            self.parse(limit=LIMIT.replace("day", window)).limits[0].window
            for window in ("day", "week", "month", "720 hours")
        ]
        units = [CalendarWindow(unit) for unit in ("day", "week", "month")]
        assert found == [*units, RollingWindow(timedelta(days=30))]

    @pytest.mark.parametrize(
        ("limit", "message"),
        [
            (LIMIT.replace("day", "year"), "a window is day, week, month or 'N hours'"),
            (LIMIT.replace("day", "0 hours"), "a window has from 1 to 768 hours, not 0"),
            (LIMIT.replace("day", "2000 hours"), "a window has from 1 to 768 hours, not 2000"),
            (LIMIT.replace("[call]", "[fax]"), "'fax' is not a valid Channel"),
            (LIMIT.replace("[call]", "call"), "a list of channels or groups of channels is expected"),
            (LIMIT.replace("[call]", "[{call: 1}]"), "a list of channels or groups of channels is expected"),
            (LIMIT.replace("[live]", "[lively]"), "'lively' is not a valid Outcome"),
            (LIMIT.replace("max: 1", "max: -1"), "greater than or equal to 0"),
            (LIMIT.replace("max", "most"), "unknown key 'most'"),
            (LIMIT.replace("max: 1", "max: 1, scope: house"), "'debtor' or 'phone'"),
        ],
    )
    def test_a_wrong_limit_is_one_line_with_its_place(self, limit: str, message: str) -> None:
        with pytest.raises(InputError) as raised:
            self.parse(limit=limit)
        line = str(raised.value)
        assert line.startswith("r.yaml, line 4, limits.0")
        assert message in line
        assert "\n" not in line

    @pytest.mark.parametrize("hours", ["22:00-08:00", "08:00", "8-22", "08:00-24:00", "08:00-12:00-14:00"])
    def test_wrong_hours(self, hours: str) -> None:
        with pytest.raises(InputError, match=r"r.yaml, line 2, hours.0.work: hours"):
            self.parse(hours=f'{{id: h, channels: [call], work: "{hours}", off: closed}}')

    def test_closed_days(self) -> None:
        hours = self.parse(hours='{id: h, channels: [call], work: "08:00-21:00", off: closed}').hours[0]
        assert hours.off is None
        assert hours.work is not None

    def test_a_calendar_day_that_is_none(self, tmp_path: Path) -> None:
        path = tmp_path / "XX.yaml"
        path.write_text("\noff_days: {2026: [02-30]}\n")
        with pytest.raises(InputError, match=r"line 2, off_days: '2026-02-30' is not a day"):
            read_model(path, CalendarModel)
