"""The rules of intensity: each kind of rule by its boundary.

What holds for any history is in test_intensity_properties.py; the worked cases of the law, by the shipped regimes,
are in tests/strategies/test_regimes.py. Here the rule sets are made for the test.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from domain.block import Block, Consent
from domain.calendar import Calendar
from domain.intensity import Allowed, Ask, Refused, Standing, Verdict, counters, permit
from domain.portfolio import LegalBasis
from domain.rules import Count, HoursRule, LimitRule, RuleSet, Scope, Validity
from domain.touch import (
    ANY_ATTEMPT,
    CHANNEL_GROUPS,
    LIVE_ANSWERS,
    Channel,
    Direction,
    Outcome,
    PastTouch,
    TouchId,
)
from domain.window import CalendarWindow, DatesWindow, Hours, RollingWindow, Window

pytestmark = pytest.mark.unit

MOSCOW = ("Europe/Moscow",)
TUESDAY_NOON = datetime(2026, 3, 10, 9, tzinfo=UTC)  # 12:00 in Moscow
EVERY_CALL = frozenset({Channel.CALL_HUMAN, Channel.CALL_AGENT, Channel.VOICE_MSG})
BASIS = LegalBasis("contract 1", datetime(2020, 1, 1, tzinfo=UTC))
ASK = Ask(Channel.VOICE_MSG, 1, "+79160000001")


def touch(
    at: datetime,
    outcome: Outcome | None = Outcome.TALK_DEBTOR,
    *,
    channel: Channel = Channel.VOICE_MSG,
    phone: str = ASK.phone,
    id: str = "",
) -> PastTouch:
    return PastTouch(
        TouchId(id or f"{at.isoformat()} {outcome}"), at, channel, outcome, debtor=1, phone=phone
    )


def limit(window: Window, most: int = 1, scope: Scope = Scope.DEBTOR) -> RuleSet:
    return RuleSet("test", limits=(LimitRule("limit", EVERY_CALL, LIVE_ANSWERS, window, most, scope),))


def hours(work: Hours | None, off: Hours | None, calendar: Calendar | None = None) -> RuleSet:
    rule = HoursRule("hours", EVERY_CALL, (work,) if work else (), (off,) if off else ())
    return RuleSet("test", hours=(rule,), calendar=calendar or Calendar())


def ask(
    rules: RuleSet,
    now: datetime,
    *history: PastTouch,
    zones: tuple[str, ...] = MOSCOW,
    region: str = "",
    blocks: tuple[Block, ...] = (),
    consents: tuple[Consent, ...] = (),
    basis: LegalBasis | None = BASIS,
    asked: Ask = ASK,
) -> Verdict:
    standing = Standing(zones, region, blocks, consents)
    return plain(permit(rules, asked, standing, history=history, basis=basis, now=now))


def plain(verdict: Verdict) -> Verdict:
    """Without the words beside the rules."""
    return replace(verdict, why=()) if isinstance(verdict, Refused) else verdict


def naming(scope: Scope, target: str) -> dict[str, Any]:
    """The field of a touch or an ask that a scope looks at."""
    return {scope.value: target}


def refused(rule: str, next_allowed: datetime | None) -> Refused:
    return Refused((rule,), next_allowed)


def utc(day: int, hour: int = 0, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


DAY = CalendarWindow("day")
WEEK = CalendarWindow("week")
MONTH = CalendarWindow("month")


class TestWhatCounts:
    @pytest.mark.parametrize("outcome", [*sorted(LIVE_ANSWERS), None, Outcome.UNKNOWN])
    def test_an_outcome_of_the_rule_an_open_and_an_unknown_touch(self, outcome: Outcome | None) -> None:
        assert ask(limit(DAY), TUESDAY_NOON, touch(utc(10, 6), outcome)) == refused("limit", utc(10, 21))

    @pytest.mark.parametrize("outcome", [Outcome.BUSY, Outcome.NO_ANSWER, Outcome.NOT_PLACED])
    def test_other_outcomes_do_not(self, outcome: Outcome) -> None:
        assert ask(limit(DAY), TUESDAY_NOON, touch(utc(10, 6), outcome)) == Allowed()

    def test_a_call_that_never_left_us_is_not_even_an_attempt(self) -> None:
        attempts = RuleSet("t", limits=(LimitRule("attempts", EVERY_CALL, ANY_ATTEMPT, DAY, 1),))
        assert ask(attempts, TUESDAY_NOON, touch(utc(10, 6), Outcome.NOT_PLACED)) == Allowed()
        assert isinstance(ask(attempts, TUESDAY_NOON, touch(utc(10, 6), Outcome.BUSY)), Refused)

    def test_calls_in_do_not(self) -> None:
        called_in = replace(touch(utc(10, 6)), direction=Direction.IN)
        assert ask(limit(DAY), TUESDAY_NOON, called_in) == Allowed()

    def test_channels_outside_the_rule_do_not_and_are_not_asked(self) -> None:
        letter = touch(utc(10, 6), channel=Channel.POST)
        assert ask(limit(DAY), TUESDAY_NOON, letter) == Allowed()
        assert ask(limit(DAY), TUESDAY_NOON, touch(utc(10, 6)), asked=Ask(Channel.POST, 1)) == Allowed()

    def test_a_phone_rule_counts_the_asked_phone_only(self) -> None:
        rules = limit(DAY, scope=Scope.PHONE)
        assert ask(rules, TUESDAY_NOON, touch(utc(10, 6), phone="+79160000002")) == Allowed()
        shared = replace(touch(utc(10, 6)), debtor=2)
        assert ask(rules, TUESDAY_NOON, shared) == refused("limit", utc(10, 21))

    def test_a_debtor_rule_does_not_count_others_who_share_his_phone(self) -> None:
        shared = replace(touch(utc(10, 6)), debtor=2)
        assert ask(limit(DAY), TUESDAY_NOON, shared) == Allowed()

    def test_the_limit_is_the_number_that_may_be_reached(self) -> None:
        two = limit(DAY, 2)
        assert ask(two, TUESDAY_NOON, touch(utc(10, 6))) == Allowed()
        assert isinstance(ask(two, TUESDAY_NOON, touch(utc(10, 6)), touch(utc(10, 7))), Refused)

    def test_a_correction_of_the_outcome_frees_the_quota(self) -> None:
        open_touch = touch(utc(10, 6), None)
        assert isinstance(ask(limit(DAY), TUESDAY_NOON, open_touch), Refused)
        assert ask(limit(DAY), TUESDAY_NOON, replace(open_touch, outcome=Outcome.BUSY)) == Allowed()

    @pytest.mark.parametrize("window", [DAY, MONTH, RollingWindow(timedelta(hours=24))])
    def test_a_limit_of_none_at_all_never_frees(self, window: CalendarWindow | RollingWindow) -> None:
        assert ask(limit(window, 0), TUESDAY_NOON) == refused("limit", None)
        assert ask(limit(window, 0), TUESDAY_NOON, touch(utc(10, 6))) == refused("limit", None)


class TestCalendarWindows:
    def test_a_day_ends_at_local_midnight(self) -> None:
        late = touch(utc(10, 20, 59))  # 23:59 on Tuesday in Moscow
        assert ask(limit(DAY), utc(10, 20, 59), late) == refused("limit", utc(10, 21))
        assert ask(limit(DAY), utc(10, 21), late) == Allowed()

    def test_a_week_runs_from_monday_to_sunday(self) -> None:
        monday = touch(utc(8, 21))  # 00:00 on Monday
        assert ask(limit(WEEK), utc(15, 20, 59), monday) == refused("limit", utc(15, 21))
        assert ask(limit(WEEK), utc(15, 21), monday) == Allowed()
        sunday = touch(utc(8, 20, 59))
        assert ask(limit(WEEK), utc(8, 21), sunday) == Allowed()

    def test_a_month_of_31_days_and_one_of_28(self) -> None:
        first = touch(utc(28, 21, month=2))  # 1 March 00:00
        assert ask(limit(MONTH), utc(31, 20, 59), first) == refused("limit", utc(31, 21))
        february = touch(utc(31, 21, month=1))
        assert ask(limit(MONTH), utc(28, 20, 59, month=2), february) == refused("limit", utc(28, 21, month=2))

    def test_the_year_turns(self) -> None:
        december = touch(datetime(2026, 12, 31, 9, tzinfo=UTC))
        midnight = datetime(2026, 12, 31, 21, tzinfo=UTC)
        assert ask(limit(MONTH), midnight - timedelta(minutes=1), december) == refused("limit", midnight)
        assert ask(limit(MONTH), midnight, december) == Allowed()

    def test_a_zone_where_midnight_does_not_exist_begins_its_day_at_one(self) -> None:
        beirut = ("Asia/Beirut",)  # 29 March 2026: 00:00 -> 01:00
        before, begins = touch(utc(28, 21, 59)), utc(28, 22)
        assert ask(limit(DAY), begins - timedelta(seconds=1), before, zones=beirut) == refused(
            "limit", begins
        )
        assert ask(limit(DAY), begins, before, zones=beirut) == Allowed()


class TestRollingWindows:
    RULES = limit(RollingWindow(timedelta(hours=168)), 2)

    def test_it_frees_exactly_when_the_oldest_is_as_old_as_the_window(self) -> None:
        talks = [touch(utc(12, 7)), touch(utc(15, 9))]
        assert ask(self.RULES, utc(16, 5), *talks) == refused("limit", utc(19, 7))
        assert isinstance(ask(self.RULES, utc(19, 7) - timedelta(microseconds=1), *talks), Refused)
        assert ask(self.RULES, utc(19, 7), *talks) == Allowed()

    def test_over_the_limit_so_many_must_leave_that_one_more_fits(self) -> None:
        talks = [touch(utc(day, 7)) for day in (10, 11, 12, 13)]
        assert ask(self.RULES, utc(13, 8), *talks) == refused("limit", utc(19, 7))

    def test_a_day_of_23_hours_is_not_24_hours(self) -> None:
        berlin, talk = ("Europe/Berlin",), touch(utc(28, 11))  # the day before the clocks go forward
        assert ask(limit(DAY), utc(28, 23), talk, zones=berlin) == Allowed()
        rolling = limit(RollingWindow(timedelta(hours=24)))
        assert ask(rolling, utc(29, 10), talk, zones=berlin) == refused("limit", utc(29, 11))


class TestHours:
    OFFICE = hours(Hours(time(8), time(22)), Hours(time(9), time(20)))

    def test_half_open(self) -> None:
        before_eight = utc(11, 4, 59) + timedelta(seconds=59)
        assert ask(self.OFFICE, before_eight) == refused("hours", utc(11, 5))
        assert ask(self.OFFICE, utc(11, 5)) == Allowed()
        assert ask(self.OFFICE, utc(11, 18, 59)) == Allowed()
        assert ask(self.OFFICE, utc(11, 19)) == refused("hours", utc(12, 5))

    def test_a_day_off_has_its_own_hours(self) -> None:
        assert ask(self.OFFICE, utc(14, 5, 30)) == refused("hours", utc(14, 6))  # Saturday 08:30
        assert ask(self.OFFICE, utc(14, 17)) == refused("hours", utc(15, 6))

    def test_holidays_and_worked_saturdays(self) -> None:
        calendar = Calendar(frozenset({date(2026, 3, 10)}), frozenset({date(2026, 3, 14)}))
        rules = replace(self.OFFICE, calendar=calendar)
        assert ask(rules, utc(10, 5, 30)) == refused("hours", utc(10, 6))
        assert ask(rules, utc(14, 5, 30)) == Allowed()

    def test_closed_days_are_leapt_over(self) -> None:
        weekdays = hours(Hours(time(8), time(21)), None)
        assert ask(weekdays, utc(13, 18)) == refused("hours", utc(16, 5))

    def test_hours_that_never_come(self) -> None:
        assert ask(hours(None, None), TUESDAY_NOON) == refused("hours", None)

    def test_the_local_clock_rules_when_it_is_changed(self) -> None:
        berlin = ("Europe/Berlin",)
        assert ask(self.OFFICE, utc(27, 20), zones=berlin) == Allowed()  # Friday 21:00, winter time
        assert ask(self.OFFICE, utc(28, 22), zones=berlin) == refused(
            "hours", utc(29, 7)
        )  # 09:00, summer time
        assert ask(self.OFFICE, utc(30, 6), zones=berlin) == Allowed()  # Monday 08:00

    def test_a_debtor_of_several_zones_must_be_within_hours_in_each(self) -> None:
        zones = ("Europe/Kaliningrad", "Asia/Vladivostok")  # UTC+2 and UTC+10: both within 8..22 at 6..12 UTC
        assert ask(self.OFFICE, utc(10, 6), zones=zones) == Allowed()
        assert ask(self.OFFICE, utc(10, 5, 59), zones=zones) == refused("hours", utc(10, 6))
        assert ask(self.OFFICE, utc(10, 12), zones=zones) == refused("hours", utc(11, 6))

    def test_zones_whose_hours_never_meet(self) -> None:
        rules = hours(Hours(time(8), time(12)), Hours(time(8), time(12)))
        assert ask(rules, utc(10, 6), zones=("Europe/Kaliningrad", "Asia/Vladivostok")) == refused(
            "hours", None
        )


class TestZones:
    def test_the_strictest_zone_decides_a_limit(self) -> None:
        talk = touch(utc(9, 15))  # Monday 18:00 in Moscow, Tuesday 01:00 in Vladivostok
        assert ask(limit(DAY), TUESDAY_NOON, talk) == Allowed()
        both = ("Europe/Moscow", "Asia/Vladivostok")
        assert ask(limit(DAY), TUESDAY_NOON, talk, zones=both) == refused("limit", utc(10, 14))

    def test_a_debtor_whose_zone_is_unknown_is_not_called(self) -> None:
        rules = RuleSet("t", hours=TestHours.OFFICE.hours, limits=limit(DAY).limits)
        assert ask(rules, TUESDAY_NOON, zones=()) == refused("zone", None)


class TestLegalBasis:
    def test_none(self) -> None:
        assert ask(RuleSet("t"), TUESDAY_NOON, basis=None) == refused("legal-basis", None)

    def test_it_begins_and_ends_half_open(self) -> None:
        basis = LegalBasis("contract", utc(10, 9), utc(20, 9))
        assert ask(RuleSet("t"), utc(10, 8), basis=basis) == refused("legal-basis", utc(10, 9))
        assert ask(RuleSet("t"), utc(10, 9), basis=basis) == Allowed()
        assert ask(RuleSet("t"), utc(20, 9), basis=basis) == refused("legal-basis", None)

    def test_hours_that_open_after_it_ended_do_not_help(self) -> None:
        basis = LegalBasis("contract", utc(1), utc(10, 20))
        assert ask(TestHours.OFFICE, utc(10, 19), basis=basis) == refused("hours", None)


class TestManyRules:
    RULES = RuleSet("t", TestHours.OFFICE.hours, limit(DAY).limits)

    def test_every_failing_rule_is_named(self) -> None:
        verdict = ask(self.RULES, utc(10, 19, 30), touch(utc(10, 6)), basis=None)
        assert verdict == Refused(("legal-basis", "hours", "limit"), None)

    def test_the_next_time_passes_all_of_them(self) -> None:
        assert ask(self.RULES, TUESDAY_NOON, touch(utc(10, 6))) == refused("limit", utc(11, 5))

    def test_nothing_beyond_sixty_days(self) -> None:
        far = LegalBasis("contract", TUESDAY_NOON + timedelta(days=60, seconds=1))
        assert ask(RuleSet("t"), TUESDAY_NOON, basis=far) == refused("legal-basis", None)
        near = LegalBasis("contract", TUESDAY_NOON + timedelta(days=60))
        assert ask(RuleSet("t"), TUESDAY_NOON, basis=near) == refused("legal-basis", near.valid_from)


class TestDates:
    """Regulation F: the day of the conversation is day 1 of seven."""

    RULES = limit(DatesWindow(7))

    def test_an_event_counts_for_its_own_date_and_the_six_after(self) -> None:
        talk = touch(utc(10, 20, 59))  # 23:59 on Tuesday the 10th in Moscow
        frees = utc(16, 21)  # Tuesday the 17th, 00:00
        assert ask(self.RULES, frees - timedelta(microseconds=1), talk) == refused("limit", frees)
        assert ask(self.RULES, frees, talk) == Allowed()

    def test_hours_do_not_matter_only_dates(self) -> None:
        morning, evening = touch(utc(10, 5)), touch(utc(10, 19))
        assert ask(self.RULES, utc(12), morning) == ask(self.RULES, utc(12), evening)

    def test_over_the_limit_the_oldest_dates_leave_first(self) -> None:
        calls = [touch(utc(day, 9)) for day in (10, 11, 12)]
        assert ask(limit(DatesWindow(7), 2), utc(13), *calls) == refused("limit", utc(17, 21))


class TestGap:
    def test_the_least_time_between_two(self) -> None:
        rules = limit(RollingWindow(timedelta(minutes=90)))
        assert ask(rules, utc(10, 10), touch(utc(10, 9))) == refused("limit", utc(10, 10, 30))
        assert ask(rules, utc(10, 10, 30), touch(utc(10, 9))) == Allowed()


class TestScopes:
    HEAT = replace(ASK, debt="heat", creditor="C1")

    @pytest.mark.parametrize(
        ("scope", "same", "other"),
        [
            (Scope.DEBT, {"debt": "heat"}, {"debt": "water"}),
            (Scope.CREDITOR, {"creditor": "C1"}, {"creditor": "C2"}),
        ],
    )
    def test_a_debt_or_a_creditor_is_counted_apart(
        self, scope: Scope, same: dict[str, Any], other: dict[str, Any]
    ) -> None:
        rules = limit(DAY, scope=scope)
        mine, apart = replace(touch(utc(10, 6)), **same), replace(touch(utc(10, 6)), **other)
        assert ask(rules, TUESDAY_NOON, apart, asked=self.HEAT) == Allowed()
        assert ask(rules, TUESDAY_NOON, mine, asked=self.HEAT) == refused("limit", utc(10, 21))
        assert ask(rules, TUESDAY_NOON, replace(mine, debtor=2), asked=self.HEAT) == Allowed()

    def test_a_touch_that_names_no_debt_concerns_all_of_them(self) -> None:
        rules = limit(DAY, scope=Scope.DEBT)
        assert isinstance(ask(rules, TUESDAY_NOON, touch(utc(10, 6)), asked=self.HEAT), Refused)
        named = replace(touch(utc(10, 6)), debt="water")
        assert isinstance(ask(rules, TUESDAY_NOON, named, asked=ASK), Refused)

    @pytest.mark.parametrize("scope", [Scope.CAMPAIGN, Scope.TRUNK])
    def test_a_campaign_or_a_trunk_counts_whoever_was_touched(self, scope: Scope) -> None:
        asked = replace(ASK, **naming(scope, "7"))
        theirs = replace(touch(utc(10, 6)), debtor=2, phone="+79990000000", **naming(scope, "7"))
        assert ask(limit(DAY, scope=scope), TUESDAY_NOON, theirs, asked=asked) == refused(
            "limit", utc(10, 21)
        )
        elsewhere = replace(theirs, **naming(scope, "8"))
        assert ask(limit(DAY, scope=scope), TUESDAY_NOON, elsewhere, asked=asked) == Allowed()

    @pytest.mark.parametrize("scope", [Scope.PHONE, Scope.CAMPAIGN, Scope.TRUNK])
    def test_what_names_no_phone_campaign_or_trunk_counts_with_the_debtor_s_own_only(
        self, scope: Scope
    ) -> None:
        rules, asked = limit(DAY, scope=scope), replace(ASK, phone="")
        mine = touch(utc(10, 6), phone="")
        assert ask(rules, TUESDAY_NOON, mine, asked=asked) == refused("limit", utc(10, 21))
        assert ask(rules, TUESDAY_NOON, replace(mine, debtor=2), asked=asked) == Allowed()


class TestCallerNumber:
    """41-FZ: a call shows a number of an operator's contract, or it is not made."""

    def judged(self, now: datetime, number: Validity | None, channel: Channel = Channel.VOICE_MSG) -> Verdict:
        standing = Standing(MOSCOW, number=number)
        return permit(RuleSet("t"), Ask(channel, 1), standing, history=(), basis=BASIS, now=now)

    def test_half_open(self) -> None:
        march = Validity(utc(10), utc(20))
        assert self.judged(utc(10), march) == Allowed()
        assert plain(self.judged(utc(9, 12), march)) == refused("caller-number", utc(10))
        assert plain(self.judged(utc(20), march)) == refused("caller-number", None)

    def test_one_that_nobody_registered(self) -> None:
        assert self.judged(utc(10), None) == Refused(
            ("caller-number",), None, (("caller-number", "not registered"),)
        )

    @pytest.mark.parametrize("channel", sorted(Channel))
    def test_only_calls_show_one(self, channel: Channel) -> None:
        assert (self.judged(utc(10), None, channel) == Allowed()) == (channel not in CHANNEL_GROUPS["call"])

    def test_it_may_end_before_the_other_rules_pass(self) -> None:
        verdict = permit(
            TestHours.OFFICE,
            ASK,
            Standing(MOSCOW, number=Validity(None, utc(10, 21))),
            history=(),
            basis=BASIS,
            now=utc(10, 20),
        )
        assert verdict == refused("hours", None)


class TestDistinctDebtors:
    RULES = RuleSet(
        "t",
        limits=(LimitRule("people", EVERY_CALL, LIVE_ANSWERS, DAY, 2, Scope.PHONE, count=Count.DEBTORS),),
    )

    def talk_with(self, debtor: int, hour: int) -> PastTouch:
        return replace(touch(utc(10, hour)), debtor=debtor)

    def test_the_same_person_again_is_no_further_person(self) -> None:
        history = [self.talk_with(2, hour) for hour in (5, 6, 7)] + [self.talk_with(1, 8)]
        assert ask(self.RULES, TUESDAY_NOON, *history) == Allowed()

    def test_a_third_person(self) -> None:
        history = [self.talk_with(2, 5), self.talk_with(3, 6)]
        assert ask(self.RULES, TUESDAY_NOON, *history) == refused("people", utc(10, 21))


class TestMachineMessages:
    """A message that a call left on a machine is a voice message too (LAW.md 1.3)."""

    ROBOT = frozenset({Channel.VOICE_MSG, Channel.SMS})

    def test_it_counts_among_messages_whatever_the_channel(self) -> None:
        rule = LimitRule("messages", self.ROBOT, frozenset({Outcome.MACHINE_MSG}), DAY, 1)
        left = touch(utc(10, 6), Outcome.MACHINE_MSG, channel=Channel.CALL_AGENT)
        sms = Ask(Channel.SMS, 1)
        assert ask(RuleSet("t", limits=(rule,)), TUESDAY_NOON, left, asked=sms) == refused(
            "messages", utc(10, 21)
        )
        nothing_left = replace(left, outcome=Outcome.MACHINE_NO_MSG)
        assert ask(RuleSet("t", limits=(rule,)), TUESDAY_NOON, nothing_left, asked=sms) == Allowed()


class TestHoursInFull:
    LUNCH = (Hours(time(9), time(13)), Hours(time(13, 45), time(18)))

    def rules(self, **more: object) -> RuleSet:
        rule = HoursRule("hours", EVERY_CALL, self.LUNCH, (), **more)  # type: ignore[arg-type]
        return RuleSet("t", hours=(rule,))

    def test_a_break_at_noon(self) -> None:
        assert ask(self.rules(), utc(10, 9, 59)) == Allowed()
        assert ask(self.rules(), utc(10, 10)) == refused("hours", utc(10, 10, 45))  # 13:00 in Moscow
        assert ask(self.rules(), utc(10, 10, 45)) == Allowed()

    def test_a_weekday_of_its_own(self) -> None:
        short_friday = self.rules(weekdays={4: (Hours(time(9), time(13)),)})
        assert ask(short_friday, utc(12, 11)) == Allowed()
        assert ask(short_friday, utc(13, 11)) == refused("hours", utc(16, 6))

    def test_a_touch_must_end_within_the_hours_too(self) -> None:
        ten_minutes = self.rules(lasts_s=600)
        assert ask(ten_minutes, utc(10, 9, 49)) == Allowed()
        assert ask(ten_minutes, utc(10, 9, 50)) == refused("hours", utc(10, 10, 45))
        assert ask(ten_minutes, utc(10, 14, 50)) == refused("hours", utc(11, 6))

    def test_a_touch_does_not_end_the_day_after(self) -> None:
        rule = HoursRule("hours", EVERY_CALL, (Hours(time(0), time(23, 59)),), (), lasts_s=3600)
        rules = RuleSet("t", hours=(rule,))
        assert ask(rules, utc(10, 20, 30)) == refused("hours", utc(10, 21))  # 23:30 in Moscow

    def test_a_touch_longer_than_any_hours_never_starts(self) -> None:
        rule = HoursRule("hours", EVERY_CALL, (Hours(time(9), time(9, 30)),), (), lasts_s=3600)
        assert ask(RuleSet("t", hours=(rule,)), utc(10, 6)) == refused("hours", None)

    def test_an_opening_that_the_clock_jumps_over_is_where_it_lands(self) -> None:
        berlin = ("Europe/Berlin",)  # Sunday 29 March 2026: 02:00 -> 03:00
        rules = hours(None, Hours(time(2, 30), time(4)))
        assert ask(rules, utc(29, 0), zones=berlin) == refused("hours", utc(29, 1))
        assert ask(rules, utc(29, 1), zones=berlin) == Allowed()

    def test_an_opening_that_the_clock_shows_twice(self) -> None:
        berlin = ("Europe/Berlin",)  # Sunday 25 October 2026: 03:00 -> 02:00 at 01:00 UTC
        rules = hours(None, Hours(time(2, 30), time(2, 45)))
        assert ask(rules, utc(25, 0, month=10), zones=berlin) == refused("hours", utc(25, 0, 30, month=10))
        assert ask(rules, utc(25, 0, 50, month=10), zones=berlin) == refused(
            "hours", utc(25, 1, 30, month=10)
        )

    def test_a_region_s_own_day_off(self) -> None:
        calendar = Calendar(regional={"RU-BA": frozenset({date(2026, 3, 20)})})
        rules = hours(Hours(time(8), time(22)), Hours(time(9), time(20)), calendar)
        ufa = ("Asia/Yekaterinburg",)
        assert ask(rules, utc(20, 3, 30), zones=ufa, region="RU-BA") == refused("hours", utc(20, 4))
        assert ask(rules, utc(20, 3, 30), zones=ufa, region="RU-SVE") == Allowed()


class TestBlocks:
    CALLS = frozenset({Channel.VOICE_MSG})
    HOSPITAL = Block(CALLS, utc(10), utc(20), "hospital")

    def test_half_open(self) -> None:
        assert ask(RuleSet("t"), utc(9, 23, 59), blocks=(self.HOSPITAL,)) == Allowed()
        assert ask(RuleSet("t"), utc(10), blocks=(self.HOSPITAL,)) == refused("block", utc(20))
        assert ask(RuleSet("t"), utc(20), blocks=(self.HOSPITAL,)) == Allowed()

    def test_for_good(self) -> None:
        assert ask(RuleSet("t"), utc(10), blocks=(replace(self.HOSPITAL, end=None),)) == refused(
            "block", None
        )

    def test_several_end_with_the_last_and_are_named_once(self) -> None:
        longer = replace(self.HOSPITAL, end=utc(25), reason="refusal")
        assert ask(RuleSet("t"), utc(12), blocks=(self.HOSPITAL, longer)) == refused("block", utc(25))

    def test_the_verdict_says_why(self) -> None:
        standing = Standing(MOSCOW, blocks=(self.HOSPITAL,))
        verdict = permit(RuleSet("t"), ASK, standing, history=(), basis=BASIS, now=utc(12))
        assert isinstance(verdict, Refused)
        assert verdict.why == (("block", "hospital"),)

    def test_other_channels_stay_open(self) -> None:
        assert ask(RuleSet("t"), utc(12), blocks=(self.HOSPITAL,), asked=Ask(Channel.POST, 1)) == Allowed()

    @pytest.mark.parametrize("scope", [Scope.PHONE, Scope.DEBT, Scope.CREDITOR, Scope.CAMPAIGN, Scope.TRUNK])
    def test_a_narrower_scope_blocks_its_target_only(self, scope: Scope) -> None:
        block = replace(self.HOSPITAL, scope=scope, target="one")
        assert isinstance(
            ask(RuleSet("t"), utc(12), blocks=(block,), asked=replace(ASK, **naming(scope, "one"))), Refused
        )
        assert (
            ask(RuleSet("t"), utc(12), blocks=(block,), asked=replace(ASK, **naming(scope, "two")))
            == Allowed()
        )

    def test_the_hours_are_asked_where_the_block_ends(self) -> None:
        assert ask(
            TestHours.OFFICE, utc(12, 9), blocks=(replace(self.HOSPITAL, end=utc(19, 21)),)
        ) == refused("block", utc(20, 5))


class TestConsents:
    CALLS = frozenset({Channel.VOICE_MSG})
    CHOSEN = Consent(CALLS, utc(1), slot=(Hours(time(18), time(20)),))

    def test_a_slot_narrows(self) -> None:
        assert ask(TestHours.OFFICE, utc(10, 9), consents=(self.CHOSEN,)) == refused(
            "chosen-slot", utc(10, 15)
        )
        assert ask(TestHours.OFFICE, utc(10, 15), consents=(self.CHOSEN,)) == Allowed()

    def test_a_slot_never_widens(self) -> None:
        at_night = replace(
            self.CHOSEN,
            slot=(Hours(time(0), time(6)),),
            waives=frozenset({"hours"}),
        )
        verdict = ask(TestHours.OFFICE, utc(10, 1), consents=(at_night,))
        assert verdict == refused("hours", None)

    def test_a_slot_ends_with_its_consent(self) -> None:
        ends = replace(self.CHOSEN, end=utc(10, 12))
        assert ask(TestHours.OFFICE, utc(10, 9), consents=(ends,)) == refused("chosen-slot", utc(10, 12))

    def test_a_slot_governs_its_channels_only(self) -> None:
        sms_only = replace(self.CHOSEN, channels=frozenset({Channel.SMS}))
        assert ask(TestHours.OFFICE, utc(10, 9), consents=(sms_only,)) == Allowed()

    def test_a_slot_holds_on_days_off_too_and_opens_none(self) -> None:
        sunday = utc(15, 9)
        open_all_week = hours(Hours(time(8), time(22)), Hours(time(9), time(20)))
        assert ask(open_all_week, sunday, consents=(self.CHOSEN,)) == refused("chosen-slot", utc(15, 15))
        closed_on_sundays = hours(Hours(time(8), time(22)), None)
        verdict = ask(closed_on_sundays, sunday, consents=(self.CHOSEN,))
        assert verdict == Refused(("hours", "chosen-slot"), utc(16, 15))

    def test_a_consent_for_one_phone_is_about_that_phone(self) -> None:
        strict = limit(DAY)
        lenient = replace(strict, limits=(replace(strict.limits[0], waivable=True),))
        talk = touch(utc(10, 6))
        theirs = Consent(self.CALLS, utc(1), waives=frozenset({"limit"}), phone=ASK.phone)
        assert ask(lenient, TUESDAY_NOON, talk, consents=(theirs,)) == Allowed()
        another = replace(theirs, phone="+79990000000")
        assert ask(lenient, TUESDAY_NOON, talk, consents=(another,)) == refused("limit", utc(10, 21))
        assert ask(TestHours.OFFICE, utc(10, 9), consents=(replace(self.CHOSEN, phone="+7999"),)) == Allowed()

    def test_only_a_rule_that_says_so_is_waived(self) -> None:
        consent = Consent(self.CALLS, utc(1), waives=frozenset({"limit"}))
        strict = limit(DAY)
        lenient = replace(strict, limits=(replace(strict.limits[0], waivable=True),))
        talk = touch(utc(10, 6))
        assert isinstance(ask(strict, TUESDAY_NOON, talk, consents=(consent,)), Refused)
        assert ask(lenient, TUESDAY_NOON, talk, consents=(consent,)) == Allowed()
        other = replace(consent, waives=frozenset({"hours"}))
        assert isinstance(ask(lenient, TUESDAY_NOON, talk, consents=(other,)), Refused)

    def test_a_consent_to_messages_does_not_waive_calls(self) -> None:
        strict = limit(DAY)
        lenient = replace(strict, limits=(replace(strict.limits[0], waivable=True),))
        consent = Consent(frozenset({Channel.SMS}), utc(1), waives=frozenset({"limit"}))
        assert ask(lenient, TUESDAY_NOON, touch(utc(10, 6)), consents=(consent,)) == refused(
            "limit", utc(10, 21)
        )

    def test_a_waiver_that_begins_later_is_the_next_time(self) -> None:
        strict = limit(DAY)
        lenient = replace(strict, limits=(replace(strict.limits[0], waivable=True),))
        consent = Consent(self.CALLS, utc(10, 12), utc(10, 13), waives=frozenset({"limit"}))
        talk = touch(utc(10, 6))
        assert ask(lenient, TUESDAY_NOON, talk, consents=(consent,)) == refused("limit", utc(10, 12))
        assert ask(lenient, utc(10, 13), talk, consents=(consent,)) == refused("limit", utc(10, 21))


class TestVersions:
    def test_a_touch_is_judged_by_the_version_in_force(self) -> None:
        change = utc(10, 9)
        rule = limit(DAY).limits[0]
        rules = RuleSet(
            "t",
            limits=(
                replace(rule, id="old", valid=Validity(None, change)),
                replace(rule, id="new", max=2, valid=Validity(change, None)),
            ),
            versions=(
                ("law@1", Validity(None, change)),
                ("law@2", Validity(change, None)),
                ("house@1", Validity()),
            ),
        )
        talk = touch(utc(10, 6))
        assert ask(rules, change - timedelta(seconds=1), talk) == refused("old", change)
        assert ask(rules, change, talk) == Allowed()
        assert rules.in_force(change - timedelta(seconds=1)) == "law@1+house@1"
        assert rules.in_force(change) == "law@2+house@1"

    def test_a_stricter_version_holds_from_its_instant(self) -> None:
        change = utc(10, 22)
        rule = replace(limit(WEEK).limits[0], valid=Validity(change, None))
        day = limit(DAY).limits[0]
        rules = RuleSet("t", limits=(replace(day, id="day"), rule))
        assert ask(rules, TUESDAY_NOON, touch(utc(10, 6))) == refused("day", utc(10, 21))
        assert ask(rules, change, touch(utc(10, 6))) == refused("limit", utc(15, 21))


class TestCounters:
    def test_how_far_each_limit_is_used_up(self) -> None:
        rules = RuleSet("t", limits=(limit(DAY, 2).limits[0], replace(limit(WEEK, 4).limits[0], id="week")))
        history = [touch(utc(9, 9)), touch(utc(10, 6)), touch(utc(10, 7), Outcome.BUSY)]
        assert counters(rules, ASK, Standing(MOSCOW), history, TUESDAY_NOON) == {
            "limit": (1, 2),
            "week": (2, 4),
        }

    def test_limits_of_other_channels_and_versions_are_left_out(self) -> None:
        over = replace(limit(DAY).limits[0], valid=Validity(None, utc(1)))
        rules = RuleSet("t", limits=(over,))
        assert counters(rules, ASK, Standing(MOSCOW), (), TUESDAY_NOON) == {}
        assert counters(limit(DAY), Ask(Channel.POST, 1), Standing(MOSCOW), (), TUESDAY_NOON) == {}

    def test_the_strictest_zone_is_shown(self) -> None:
        talk = touch(utc(9, 15))  # Monday in Moscow, Tuesday in Vladivostok
        both = Standing(("Europe/Moscow", "Asia/Vladivostok"))
        assert counters(limit(DAY), ASK, both, [talk], TUESDAY_NOON) == {"limit": (1, 1)}

    def test_a_debtor_whose_zone_was_forgotten_has_counters_too(self) -> None:
        assert counters(limit(DAY), ASK, Standing(()), [touch(utc(10, 6))], TUESDAY_NOON) == {"limit": (1, 1)}
