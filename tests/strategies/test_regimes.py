"""The shipped regimes and policies against worked cases of the law (LAW.md section 6 and the tables before it)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from domain.block import Block, Consent
from domain.errors import InputError
from domain.intensity import Allowed, Ask, Refused, Standing, Verdict, permit
from domain.portfolio import LegalBasis
from domain.rules import RuleSet, Scope
from domain.touch import CHANNEL_GROUPS, Channel, Outcome, PastTouch, TouchId
from domain.window import LONGEST_WINDOW
from files.model import read_model
from strategies.regime import HERE, country_zones, load_rules, shipped_policies, shipped_regimes
from strategies.rule_language import RegimeModel

pytestmark = pytest.mark.unit

RU = load_rules("ru-230fz-agency")
RU_ROLLING = load_rules("ru-230fz-agency-rolling")
RU_WITH_ATTEMPTS = load_rules("ru-230fz-agency", ["attempts-3-a-day"])
RU_OWN = load_rules("ru-own")
KZ = load_rules("kz-utility")
US = load_rules("us-reg-f")
BAILIFF = load_rules("bailiff-ru")
BASIS = LegalBasis("contract", datetime(2020, 1, 1, tzinfo=UTC))
MOSCOW, KALININGRAD, KAMCHATKA = "Europe/Moscow", "Europe/Kaliningrad", "Asia/Kamchatka"
VLADIVOSTOK, YEKATERINBURG, ALMATY = "Asia/Vladivostok", "Asia/Yekaterinburg", "Asia/Almaty"
NEW_YORK, LOS_ANGELES = "America/New_York", "America/Los_Angeles"
CALL, ROBOT, VOICE, SMS, MEETING = (
    Channel.CALL_HUMAN,
    Channel.CALL_AGENT,
    Channel.VOICE_MSG,
    Channel.SMS,
    Channel.MEETING,
)

ALLOWED = Allowed()
Past = tuple[str, Channel, Outcome | None]
"""A touch at a local time."""


def talks(*at: str) -> list[Past]:
    return [(one, CALL, Outcome.TALK_DEBTOR) for one in at]


def calls(*at: str, outcome: Outcome | None = Outcome.NO_ANSWER) -> list[Past]:
    return [(one, CALL, outcome) for one in at]


def refused(rule: str, next_allowed: str | None) -> Refused:
    return Refused((rule,), datetime.fromisoformat(next_allowed) if next_allowed else None)


def ask(
    rules: RuleSet,
    zone: str,
    past: Iterable[Past],
    now: str,
    channel: Channel,
    *,
    region: str = "",
    blocks: tuple[Block, ...] = (),
    consents: tuple[Consent, ...] = (),
    zones: tuple[str, ...] = (),
    asked_debt: str = "",
    past_debt: str = "",
) -> Verdict:
    history = [
        PastTouch(
            TouchId(f"{at} {place}"),
            datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(zone)),
            over,
            outcome,
            debtor=1,
            debt=past_debt,
        )
        for place, (at, over, outcome) in enumerate(past)
    ]
    verdict = permit(
        rules,
        Ask(channel, 1, debt=asked_debt),
        Standing(zones or (zone,), region, blocks, consents),
        history=history,
        basis=BASIS,
        now=datetime.fromisoformat(now),
    )
    return Refused(verdict.rules, verdict.next_allowed) if isinstance(verdict, Refused) else verdict


WEEK_END = talks("2026-03-12T10:00", "2026-03-15T12:00")
FULL_WEEK = talks("2026-03-09T10:00", "2026-03-11T10:00")
APRIL = talks("2026-04-28T10:00", "2026-04-30T10:00")
TUESDAY = talks("2026-03-10T10:00")
MET: list[Past] = [("2026-03-10T10:00", MEETING, Outcome.MEETING_HELD)]
UNANSWERED = calls(*(f"2026-03-10T{hour:02}:00" for hour in range(9, 14)))
THREE_ON_FRIDAY = calls(*(f"2026-03-27T{hour:02}:00" for hour in (9, 11, 13)))


@pytest.mark.parametrize(
    ("rules", "zone", "past", "now", "channel", "expected"),
    [
        pytest.param(
            RU, KALININGRAD, [], "2026-03-11T05:59:59Z", CALL, refused("hours", "2026-03-11T06:00Z"), id="1"
        ),
        pytest.param(RU, KALININGRAD, [], "2026-03-11T06:00Z", CALL, ALLOWED, id="1 at eight"),
        pytest.param(RU, KAMCHATKA, [], "2026-03-11T09:59:59Z", CALL, ALLOWED, id="3 before ten"),
        pytest.param(
            RU, KAMCHATKA, [], "2026-03-11T10:00Z", CALL, refused("hours", "2026-03-11T20:00Z"), id="3"
        ),
        pytest.param(RU, MOSCOW, [], "2026-03-09T17:00Z", SMS, refused("hours", "2026-03-10T05:00Z"), id="5"),
        pytest.param(
            RU, MOSCOW, [], "2026-01-09T05:30Z", CALL, refused("hours", "2026-01-09T06:00Z"), id="6"
        ),
        pytest.param(RU, VLADIVOSTOK, talks("2026-03-10T10:30"), "2026-03-10T22:30Z", CALL, ALLOWED, id="9"),
        pytest.param(RU, MOSCOW, WEEK_END, "2026-03-16T05:00Z", CALL, ALLOWED, id="11 calendar week"),
        pytest.param(
            RU_ROLLING,
            MOSCOW,
            WEEK_END,
            "2026-03-16T05:00Z",
            CALL,
            refused("calls-per-week", "2026-03-19T07:00Z"),
            id="11 rolling week",
        ),
        pytest.param(
            RU,
            MOSCOW,
            FULL_WEEK,
            "2026-03-13T09:00Z",
            ROBOT,
            refused("calls-per-week", "2026-03-16T05:00Z"),
            id="12",
        ),
        pytest.param(
            RU,
            MOSCOW,
            APRIL,
            "2026-05-01T07:00Z",
            CALL,
            refused("calls-per-week", "2026-05-04T05:00Z"),
            id="14",
        ),
        pytest.param(
            RU,
            MOSCOW,
            TUESDAY,
            "2026-03-10T12:00Z",
            ROBOT,
            refused("calls-per-day", "2026-03-11T05:00Z"),
            id="16",
        ),
        pytest.param(RU, MOSCOW, TUESDAY, "2026-03-10T12:00Z", SMS, ALLOWED, id="16 sms"),
        pytest.param(RU, MOSCOW, TUESDAY, "2026-03-10T12:00Z", MEETING, ALLOWED, id="16 meeting"),
        pytest.param(
            RU,
            MOSCOW,
            MET,
            "2026-03-12T07:00Z",
            MEETING,
            refused("meetings-per-week", "2026-03-16T05:00Z"),
            id="18",
        ),
        pytest.param(RU, MOSCOW, MET, "2026-03-12T07:00Z", CALL, ALLOWED, id="18 call"),
        pytest.param(RU, MOSCOW, UNANSWERED, "2026-03-10T12:00Z", CALL, ALLOWED, id="19 law"),
        pytest.param(
            RU_WITH_ATTEMPTS,
            MOSCOW,
            UNANSWERED,
            "2026-03-10T12:00Z",
            CALL,
            refused("attempts-per-day", "2026-03-11T05:00Z"),
            id="19 policy",
        ),
        pytest.param(
            KZ,
            ALMATY,
            THREE_ON_FRIDAY,
            "2026-03-27T10:00Z",
            CALL,
            refused("calls-per-day", "2026-03-30T03:00Z"),
            id="25",
        ),
        pytest.param(KZ, ALMATY, THREE_ON_FRIDAY[:2], "2026-03-27T10:00Z", CALL, ALLOWED, id="25 two"),
        pytest.param(
            KZ, ALMATY, [], "2026-03-26T02:30Z", CALL, refused("hours", "2026-03-26T03:00Z"), id="27"
        ),
    ],
)
def test_a_worked_case_of_the_law(
    rules: RuleSet, zone: str, past: list[Past], now: str, channel: Channel, expected: Verdict
) -> None:
    assert ask(rules, zone, past, now, channel) == expected


def test_case_8_a_region_s_own_day_off() -> None:
    at = "2026-03-20T03:30Z"
    assert ask(RU, YEKATERINBURG, [], at, CALL, region="RU-BA") == refused("hours", "2026-03-20T04:00Z")
    assert ask(RU, YEKATERINBURG, [], at, CALL, region="RU-SVE") == ALLOWED


def test_case_22_a_block_of_direct_contact_leaves_messages_open() -> None:
    begins, ends = (datetime(2026, 3, day, tzinfo=ZoneInfo(MOSCOW)) for day in (10, 20))
    block = Block(CHANNEL_GROUPS["direct"], begins, ends, "hospital")
    at = "2026-03-16T09:00Z"
    assert ask(RU, MOSCOW, [], at, CALL, blocks=(block,)) == refused("block", "2026-03-20T05:00Z")
    assert ask(RU, MOSCOW, [], at, SMS, blocks=(block,)) == ALLOWED
    wider = Block(CHANNEL_GROUPS["direct"] | CHANNEL_GROUPS["message"], begins, ends, "hospital")
    assert isinstance(ask(RU, MOSCOW, [], at, SMS, blocks=(wider,)), Refused)


class TestRussianAgency:
    def test_eight_a_month(self) -> None:
        days = [1, 5, 6, 12, 13, 19, 20, 25]  # one or two in each week of May
        past = talks(*(f"2026-05-{day:02}T12:00" for day in days))
        assert ask(RU, MOSCOW, past, "2026-05-29T09:00Z", CALL) == refused(
            "calls-per-month", "2026-06-01T05:00Z"
        )
        assert ask(RU, MOSCOW, past[:-1], "2026-05-29T09:00Z", CALL) == ALLOWED

    def test_a_rolling_month_is_thirty_times_24_hours(self) -> None:
        days = ["04-29", "05-01", "05-06", "05-08", "05-13", "05-15", "05-20", "05-22"]
        past = talks(*(f"2026-{day}T12:00" for day in days))
        verdict = ask(RU_ROLLING, MOSCOW, past, "2026-05-29T09:00Z", CALL)
        assert verdict == ALLOWED  # 29 April is 30 days ago to the minute
        verdict = ask(RU_ROLLING, MOSCOW, past, "2026-05-29T08:59:59Z", CALL)
        assert verdict == refused("calls-per-month", "2026-05-29T09:00Z")

    @pytest.mark.parametrize("outcome", [Outcome.ANSWERED_SHORT, Outcome.ABANDONED, None, Outcome.UNKNOWN])
    def test_short_abandoned_open_and_unknown_calls_count_by_the_strict_reading(
        self, outcome: Outcome | None
    ) -> None:
        past = calls("2026-03-10T10:00", outcome=outcome)
        assert ask(RU, MOSCOW, past, "2026-03-10T12:00Z", CALL) == refused(
            "calls-per-day", "2026-03-11T05:00Z"
        )

    @pytest.mark.parametrize(
        "outcome",
        [Outcome.BUSY, Outcome.NO_ANSWER, Outcome.REJECTED, Outcome.MACHINE_NO_MSG, Outcome.NOT_PLACED],
    )
    def test_what_is_no_conversation_does_not(self, outcome: Outcome) -> None:
        past = calls("2026-03-10T10:00", outcome=outcome)
        assert ask(RU, MOSCOW, past, "2026-03-10T12:00Z", CALL) == ALLOWED

    @pytest.mark.parametrize("outcome", [Outcome.MSG_SENT, Outcome.MSG_DELIVERED])
    def test_two_messages_a_day_four_a_week(self, outcome: Outcome) -> None:
        day: list[Past] = [(f"2026-03-10T{hour}:00", SMS, outcome) for hour in (10, 11)]
        assert ask(RU, MOSCOW, day[:1], "2026-03-10T12:00Z", VOICE) == ALLOWED
        assert ask(RU, MOSCOW, day, "2026-03-10T12:00Z", VOICE) == refused(
            "messages-per-day", "2026-03-11T05:00Z"
        )
        week = [*day, *((at.replace("10T", "11T"), *rest) for at, *rest in day)]
        verdict = ask(RU, MOSCOW, week, "2026-03-13T09:00Z", SMS)  # type: ignore[arg-type]
        assert verdict == refused("messages-per-week", "2026-03-16T05:00Z")

    def test_sixteen_messages_a_month(self) -> None:
        past: list[Past] = [
            (f"2026-05-{day:02}T{hour}:00", SMS, Outcome.MSG_SENT)
            for day, hour in product((4, 6, 11, 13, 18, 20, 25, 27), (12, 13))
        ]
        verdict = ask(RU, MOSCOW, past, "2026-05-31T09:00Z", VOICE)
        assert isinstance(verdict, Refused)
        assert "messages-per-month" in verdict.rules
        assert verdict.next_allowed == datetime(2026, 6, 1, 5, tzinfo=UTC)

    def test_a_message_left_on_a_machine_is_a_voice_message_and_no_conversation(self) -> None:
        left: list[Past] = [(f"2026-03-10T{hour}:00", ROBOT, Outcome.MACHINE_MSG) for hour in (10, 11)]
        assert ask(RU, MOSCOW, left, "2026-03-10T12:00Z", CALL) == ALLOWED
        assert ask(RU, MOSCOW, left, "2026-03-10T12:00Z", SMS) == refused(
            "messages-per-day", "2026-03-11T05:00Z"
        )

    @pytest.mark.parametrize("channel", [CALL, ROBOT])
    @pytest.mark.parametrize("outcome", [None, Outcome.UNKNOWN])
    def test_a_call_in_flight_counts_as_a_talk_and_not_as_a_message(
        self, channel: Channel, outcome: Outcome | None
    ) -> None:
        past: list[Past] = [
            ("2026-03-10T10:00", SMS, Outcome.MSG_SENT),
            ("2026-03-10T11:00", channel, outcome),
        ]
        assert ask(RU, MOSCOW, past, "2026-03-10T12:00Z", SMS) == ALLOWED
        assert ask(RU, MOSCOW, past, "2026-03-10T12:00Z", ROBOT) == refused(
            "calls-per-day", "2026-03-11T05:00Z"
        )

    @pytest.mark.parametrize("channel", [CALL, ROBOT])
    def test_messages_use_up_no_call(self, channel: Channel) -> None:
        past: list[Past] = [(f"2026-03-10T{hour}:00", SMS, Outcome.MSG_SENT) for hour in (10, 11)]
        assert ask(RU, MOSCOW, past, "2026-03-10T12:00Z", channel) == ALLOWED

    def test_post_has_no_limit_and_no_hours(self) -> None:
        assert ask(RU, MOSCOW, FULL_WEEK, "2026-03-11T00:00Z", Channel.POST) == ALLOWED

    def test_the_scope_may_be_chosen(self) -> None:
        by_debt = load_rules("ru-230fz-agency", ["one-talk-per-phone-per-day"], scope=Scope.DEBT)
        at, past = "2026-03-10T12:00Z", TUESDAY
        assert ask(by_debt, MOSCOW, past, at, ROBOT, asked_debt="A", past_debt="A") != ALLOWED
        scopes = {rule.id: rule.scope for rule in by_debt.limits}
        assert scopes["calls-per-day"] is Scope.DEBT
        assert scopes["talk-per-phone-per-day"] is Scope.PHONE, "a policy keeps its own"


class TestRussianUtility:
    def test_only_the_hours_bind(self) -> None:
        assert ask(RU_OWN, MOSCOW, FULL_WEEK * 5, "2026-03-11T09:00Z", CALL) == ALLOWED
        assert ask(RU_OWN, MOSCOW, [], "2026-03-11T19:00Z", CALL) == refused("hours", "2026-03-12T05:00Z")


class TestKazakhstan:
    def test_weekends_and_the_holidays_of_march_are_closed(self) -> None:
        assert ask(KZ, ALMATY, [], "2026-03-20T16:00Z", CALL) == refused("hours", "2026-03-26T03:00Z")

    def test_meetings(self) -> None:
        met: list[Past] = [(f"2026-03-{day}T10:00", MEETING, Outcome.MEETING_HELD) for day in (16, 17, 18)]
        assert ask(KZ, ALMATY, met[:1], "2026-03-16T10:00Z", MEETING) == refused(
            "meetings-per-day", "2026-03-17T03:00Z"
        )
        assert ask(KZ, ALMATY, met, "2026-03-19T10:00Z", MEETING) == refused(
            "meetings-per-week", "2026-03-26T03:00Z"
        )
        assert ask(KZ, ALMATY, met, "2026-03-19T10:00Z", CALL) == ALLOWED


class TestRegulationF:
    """Counted by dates, the day of the event being day 1 of 7."""

    def test_seven_calls_placed_in_seven_days(self) -> None:
        past = calls(*(f"2026-03-{day:02}T10:00" for day in range(9, 16)))
        at = "2026-03-15T22:00Z"  # Sunday 18:00 in New York, on the seventh day
        assert ask(US, NEW_YORK, past[:-1], at, CALL) == ALLOWED
        assert ask(US, NEW_YORK, past, at, CALL) == refused("calls-per-7-days", "2026-03-16T12:00Z")

    def test_none_in_seven_days_after_a_talk_its_date_being_day_1(self) -> None:
        past = talks("2026-03-10T20:30")
        assert ask(US, NEW_YORK, past, "2026-03-16T16:00Z", CALL) == refused(
            "call-after-talk", "2026-03-17T12:00Z"
        )
        assert ask(US, NEW_YORK, past, "2026-03-17T12:00Z", CALL) == ALLOWED

    def test_debts_are_counted_apart(self) -> None:
        past, at = talks("2026-03-10T20:30"), "2026-03-12T16:00Z"
        assert ask(US, NEW_YORK, past, at, CALL, asked_debt="A", past_debt="B") == ALLOWED
        assert ask(US, NEW_YORK, past, at, CALL, asked_debt="A", past_debt="A") != ALLOWED
        assert ask(US, NEW_YORK, past, at, CALL, asked_debt="A") != ALLOWED, (
            "a talk about nothing is about all"
        )

    def test_calls_that_he_agreed_to_are_excluded(self) -> None:
        agreed = Consent(
            CHANNEL_GROUPS["call"],
            datetime(2026, 3, 11, tzinfo=UTC),
            datetime(2026, 3, 18, tzinfo=UTC),
            waives=frozenset({"call-after-talk", "hours"}),
        )
        past = talks("2026-03-10T20:30")
        assert ask(US, NEW_YORK, past, "2026-03-12T16:00Z", CALL, consents=(agreed,)) == ALLOWED
        verdict = ask(US, NEW_YORK, past, "2026-03-12T11:00Z", CALL, consents=(agreed,))
        assert verdict == refused("hours", "2026-03-12T12:00Z"), "hours are not waivable"

    def test_candidate_zones_that_conflict_are_intersected(self) -> None:
        zones = (NEW_YORK, LOS_ANGELES)
        assert ask(US, NEW_YORK, [], "2026-03-11T12:00Z", CALL, zones=zones) == refused(
            "hours", "2026-03-11T15:00Z"
        )
        assert ask(US, NEW_YORK, [], "2026-03-12T01:00Z", CALL, zones=zones) == refused(
            "hours", "2026-03-12T15:00Z"
        )


class TestBailiffs:
    @pytest.mark.parametrize(
        ("now", "expected"),
        [
            ("2026-03-11T05:59Z", refused("hours", "2026-03-11T06:00Z")),
            ("2026-03-11T06:00Z", ALLOWED),
            ("2026-03-11T10:00Z", refused("hours", "2026-03-11T10:45Z")),
            ("2026-03-11T10:45Z", ALLOWED),
            ("2026-03-11T14:59Z", ALLOWED),
            ("2026-03-11T15:00Z", refused("hours", "2026-03-12T06:00Z")),
            ("2026-03-13T13:44Z", ALLOWED),
            ("2026-03-13T13:45Z", refused("hours", "2026-03-16T06:00Z")),
            ("2025-11-01T10:00Z", refused("hours", "2025-11-01T10:45Z")),
        ],
    )
    def test_office_hours_with_a_break_and_a_short_friday(self, now: str, expected: Verdict) -> None:
        assert ask(BAILIFF, MOSCOW, [], now, CALL) == expected

    def test_one_attempt_a_day(self) -> None:
        past = calls("2026-03-10T10:00")
        assert ask(BAILIFF, MOSCOW, past, "2026-03-10T12:00Z", CALL) == refused(
            "calls-per-day", "2026-03-11T06:00Z"
        )

    def test_two_days_after_a_talk(self) -> None:
        past = talks("2026-03-10T10:15")
        assert ask(BAILIFF, MOSCOW, past, "2026-03-11T12:00Z", CALL) == refused(
            "gap-after-talk", "2026-03-12T07:15Z"
        )


class TestPolicies:
    def test_three_attempts_a_day_count_every_call_that_left_us(self) -> None:
        mixed: list[Past] = [
            ("2026-03-10T10:00", CALL, Outcome.BUSY),
            ("2026-03-10T11:00", VOICE, Outcome.NO_ANSWER),
            ("2026-03-10T12:00", ROBOT, Outcome.NOT_PLACED),
        ]
        assert ask(RU_WITH_ATTEMPTS, MOSCOW, mixed, "2026-03-10T12:00Z", CALL) == ALLOWED
        mixed.append(("2026-03-10T13:00", ROBOT, Outcome.NO_CARRIER))
        assert ask(RU_WITH_ATTEMPTS, MOSCOW, mixed, "2026-03-10T12:00Z", CALL) != ALLOWED

    def test_one_talk_a_day_on_a_family_s_phone(self) -> None:
        rules = load_rules("ru-230fz-agency", ["one-talk-per-phone-per-day"])
        at = datetime(2026, 3, 10, 7, tzinfo=UTC)
        spouse = PastTouch(TouchId("t"), at, CALL, Outcome.TALK_THIRD_PARTY, debtor=2, phone="+7916")
        for phone, expected in (
            ("+7916", refused("talk-per-phone-per-day", "2026-03-11T05:00Z")),
            ("+7917", ALLOWED),
        ):
            verdict = permit(
                rules,
                Ask(ROBOT, 1, phone),
                Standing((MOSCOW,)),
                history=[spouse],
                basis=BASIS,
                now=datetime(2026, 3, 10, 12, tzinfo=UTC),
            )
            assert verdict == expected


class TestShippedFiles:
    def test_they_are_those_of_the_contract(self) -> None:
        assert shipped_regimes() == [
            *("bailiff-ru", "kz-utility", "ru-230fz-agency", "ru-230fz-agency-rolling", "ru-own", "us-reg-f")
        ]
        assert shipped_policies() == ["attempts-3-a-day", "one-talk-per-phone-per-day"]

    @pytest.mark.parametrize("regime", shipped_regimes())
    def test_every_regime_loads_with_every_policy(self, regime: str) -> None:
        rules = load_rules(regime, shipped_policies())
        assert rules.id.split("+") == [regime, *shipped_policies()]
        names = [rule.id for rule in rules.hours] + [rule.id for rule in rules.limits]
        assert len(names) == len(set(names)), "a refusal must name one rule"
        versions = rules.in_force(datetime(2026, 3, 10, tzinfo=UTC)).split("+")
        assert [name.partition("@")[0] for name in versions] == [regime, *shipped_policies()]
        assert all(rule.window.longest <= LONGEST_WINDOW for rule in rules.limits)

    @pytest.mark.parametrize("folder", ["regimes", "policies"])
    def test_a_file_is_named_as_its_id_and_asks_for_a_lawyer(self, folder: str) -> None:
        for path in (HERE / folder).glob("*.yaml"):
            model = read_model(path, RegimeModel)
            assert model.id == path.stem
            assert "lawyer must confirm" in model.confirm

    def test_a_debtor_of_an_unknown_zone_may_live_anywhere_in_the_country(self) -> None:
        assert KALININGRAD in country_zones("ru-own")
        assert KAMCHATKA in country_zones("ru-own")
        assert country_zones("kz-utility") == (ALMATY,)

    @pytest.mark.parametrize(
        ("regime", "policies", "what"),
        [
            ("ru-230", [], "no regime 'ru-230'; shipped: bailiff-ru, kz-utility"),
            ("../regimes/ru-own", [], "no regime '../regimes/ru-own'"),
            ("ru-own", ["attempts"], "no policy 'attempts'; shipped: attempts-3-a-day"),
        ],
    )
    def test_a_name_that_is_not_shipped(self, regime: str, policies: list[str], what: str) -> None:
        with pytest.raises(InputError) as raised:
            load_rules(regime, policies)
        assert str(raised.value).startswith(what)
