"""The rules of intensity: each kind of rule by its boundary, then the properties that hold for any history.

The worked cases of the law are in tests/strategies/test_regimes.py; here the rule sets are made for the test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Calendar
from domain.intensity import Allowed, Ask, HoursRule, LimitRule, Refused, RuleSet, Scope, Verdict, permit
from domain.portfolio import LegalBasis
from domain.touch import ANY_ATTEMPT, LIVE_ANSWERS, Channel, Direction, Outcome, PastTouch, TouchId
from domain.window import CalendarWindow, Hours, RollingWindow

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


def limit(window: CalendarWindow | RollingWindow, most: int = 1, **more: Scope) -> RuleSet:
    return RuleSet("test", limits=(LimitRule("limit", EVERY_CALL, LIVE_ANSWERS, window, most, **more),))


def hours(work: Hours | None, off: Hours | None, calendar: Calendar | None = None) -> RuleSet:
    rule = HoursRule("hours", EVERY_CALL, work, off)
    return RuleSet("test", hours=(rule,), calendar=calendar or Calendar())


def ask(
    rules: RuleSet,
    now: datetime,
    *history: PastTouch,
    zones: tuple[str, ...] = MOSCOW,
    basis: LegalBasis | None = BASIS,
    asked: Ask = ASK,
) -> Verdict:
    return permit(rules, asked, zones=zones, history=history, basis=basis, now=now)


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


ZONES = ("Europe/Moscow", "Asia/Kamchatka", "Europe/Berlin", "America/New_York", "Asia/Beirut")
instants = st.timedeltas(timedelta(), timedelta(days=365)).map(
    lambda age: datetime(2026, 1, 1, tzinfo=UTC) + age
)
zone_sets = st.lists(st.sampled_from(ZONES), min_size=1, max_size=2, unique=True).map(tuple)
windows = st.one_of(
    st.sampled_from([DAY, WEEK, MONTH]),
    st.integers(1, 31 * 24).map(lambda n: RollingWindow(timedelta(hours=n))),
)
limits = st.builds(
    LimitRule,
    id=st.sampled_from(["a", "b", "c"]),
    channels=st.just(EVERY_CALL),
    outcomes=st.sampled_from([LIVE_ANSWERS, ANY_ATTEMPT]),
    window=windows,
    max=st.integers(0, 4),
    scope=st.sampled_from(Scope),
)
opening = st.sampled_from([Hours(time(8), time(22)), Hours(time(9), time(20)), None])
rule_sets = st.builds(
    RuleSet,
    id=st.just("generated"),
    hours=st.lists(
        st.builds(HoursRule, st.just("hours"), st.just(EVERY_CALL), opening, opening), max_size=1
    ).map(tuple),
    limits=st.lists(limits, max_size=3).map(tuple),
)


@st.composite
def situations(draw: st.DrawFn) -> tuple[RuleSet, tuple[str, ...], datetime, list[PastTouch]]:
    """Rules, zones, now, and touches of the weeks before now."""
    now = draw(instants)
    ages = draw(st.lists(st.timedeltas(timedelta(), timedelta(days=40)), max_size=12))
    history = [
        PastTouch(
            TouchId(str(place)),
            now - age,
            draw(st.sampled_from([Channel.VOICE_MSG, Channel.CALL_AGENT, Channel.SMS])),
            draw(st.sampled_from([*Outcome, None])),
            debtor=draw(st.sampled_from([1, 2])),
            phone=draw(st.sampled_from([ASK.phone, "+79160000002"])),
        )
        for place, age in enumerate(ages)
    ]
    return draw(rule_sets), draw(zone_sets), now, history


Situation = tuple[RuleSet, tuple[str, ...], datetime, list[PastTouch]]


def judged(rules: RuleSet, zones: tuple[str, ...], now: datetime, history: Sequence[PastTouch]) -> Verdict:
    return permit(rules, ASK, zones=zones, history=history, basis=BASIS, now=now)


class TestProperties:
    @given(situations(), st.randoms())
    def test_the_order_of_the_history_is_irrelevant(self, situation: Situation, random: Random) -> None:
        rules, zones, now, history = situation
        shuffled = [*history]
        random.shuffle(shuffled)
        assert judged(rules, zones, now, shuffled) == judged(rules, zones, now, history)

    @given(situations())
    def test_the_same_touch_twice_counts_once(self, situation: Situation) -> None:
        rules, zones, now, history = situation
        assert judged(rules, zones, now, history + history) == judged(rules, zones, now, history)

    @given(situations(), st.timedeltas(timedelta(), timedelta(days=40)))
    def test_one_more_touch_never_turns_a_refusal_into_a_permission(
        self, situation: Situation, age: timedelta
    ) -> None:
        rules, zones, now, history = situation
        verdict = judged(rules, zones, now, history)
        with_more = judged(rules, zones, now, [*history, touch(now - age, None, id="one more")])
        if isinstance(verdict, Refused):
            assert isinstance(with_more, Refused)
            assert set(verdict.rules) <= set(with_more.rules)

    @given(situations(), st.timedeltas(timedelta(microseconds=1), timedelta(days=40)))
    def test_a_touch_after_now_does_not_count(self, situation: Situation, later: timedelta) -> None:
        rules, zones, now, history = situation
        future = touch(now + later, None, id="later")
        assert judged(rules, zones, now, [*history, future]) == judged(rules, zones, now, history)

    @given(situations())
    def test_the_next_allowed_time_is_allowed_and_none_before_it(self, situation: Situation) -> None:
        rules, zones, now, history = situation
        verdict = judged(rules, zones, now, history)
        if isinstance(verdict, Refused) and verdict.next_allowed is not None:
            at = verdict.next_allowed
            assert at > now
            assert judged(rules, zones, at, history) == Allowed()
            for before in (timedelta(microseconds=1), timedelta(minutes=1), (at - now) / 2):
                earlier = max(now, at - before)
                assert isinstance(judged(rules, zones, earlier, history), Refused)

    @given(situations(), limits)
    def test_a_rule_more_never_allows_more(self, situation: Situation, stricter: LimitRule) -> None:
        rules, zones, now, history = situation
        if isinstance(judged(rules, zones, now, history), Refused):
            more = replace(rules, limits=(*rules.limits, stricter))
            assert isinstance(judged(more, zones, now, history), Refused)

    @given(situations(), st.sampled_from(ZONES))
    def test_a_zone_more_never_allows_more(self, situation: Situation, zone: str) -> None:
        rules, zones, now, history = situation
        if isinstance(judged(rules, zones, now, history), Refused):
            assert isinstance(judged(rules, (*zones, zone), now, history), Refused)
