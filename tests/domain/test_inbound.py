"""Where a caller goes, and why: by the line that he called, his number, the hour, and who is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.call import Call
from domain.call_events import Connected
from domain.caller import CallerKind, Candidate, Match
from domain.inbound import Line, Purpose, Way, judge_inbound, route
from domain.phone import PhoneStatus
from domain.proceeding import Bailiff
from domain.touch import Outcome, TouchId
from domain.window import parse_hours

pytestmark = pytest.mark.unit

NOON = datetime(2026, 3, 10, 9, tzinfo=UTC)
"""A Tuesday, 12:00 in Moscow."""
OFFICE = parse_hours("09:00-18:00")
LINE = Line("+78005553535", portfolio="heat", desk="heat", zone="Europe/Moscow", hours=OFFICE, weekend=())
DESKS = {"heat", "operators", "bailiffs", "kk"}
ANNA = Candidate(1, "A", "Анна", "ru", "heat", "Теплосеть", PhoneStatus.CONFIRMED)
BORIS = Candidate(2, "B", "Борис", "ru", "water", "Водоканал", PhoneStatus.UNVERIFIED)
IVANOV = Bailiff("Иванов И. И.", "ОСП 1", "", "+74951112233")
T = TouchId("0" * 32)


def match(kind: CallerKind, *having: Candidate, bailiffs: tuple[Bailiff, ...] = ()) -> Match:
    return Match(kind, "+79161234567", "the reason", having, bailiffs)


def test_a_debtor_goes_to_the_desk_of_the_line_with_his_reason() -> None:
    found = route(LINE, match(CallerKind.DEBTOR, ANNA), DESKS, NOON)
    assert (found.way, found.desk, found.debtor) == (Way.OPERATOR, "heat", ANNA)
    assert found.reason == "confirmed phone, no touch over it yet"


def test_who_is_blocked_is_served_and_the_block_is_told() -> None:
    blocked = replace(ANNA, blocked=("bankruptcy",))
    found = route(LINE, match(CallerKind.DEBTOR, blocked), DESKS, NOON)
    assert (found.way, found.blocked) == (Way.OPERATOR, ("bankruptcy",))
    assert "blocked for our calls: bankruptcy" in found.reason


@pytest.mark.parametrize(("language", "desk"), [("kk", "kk"), ("en", "heat"), ("ru", "heat")])
def test_his_language_picks_a_desk_where_somebody_speaks_it(language: str, desk: str) -> None:
    found = route(LINE, match(CallerKind.DEBTOR, replace(ANNA, language=language)), DESKS, NOON)
    assert found.desk == desk


def test_a_desk_where_nobody_sits_gives_way_to_the_common_one() -> None:
    assert route(LINE, match(CallerKind.DEBTOR, ANNA), {"operators"}, NOON).desk == "operators"


def test_of_several_the_only_one_of_the_lines_portfolio_is_meant() -> None:
    found = route(LINE, match(CallerKind.SEVERAL, ANNA, BORIS), DESKS, NOON)
    assert (found.caller, found.debtor) == (CallerKind.DEBTOR, ANNA)
    assert "only he is in heat" in found.reason


def test_several_of_one_portfolio_are_a_choice_for_the_operator() -> None:
    other = replace(ANNA, debtor_id=3)
    found = route(LINE, match(CallerKind.SEVERAL, ANNA, other), DESKS, NOON)
    assert (found.way, found.caller, found.debtor) == (Way.OPERATOR, CallerKind.SEVERAL, None)
    assert found.choices == (ANNA, other)


def test_a_debtor_who_shares_a_bailiffs_phone_is_a_choice() -> None:
    found = route(LINE, match(CallerKind.SEVERAL, ANNA, bailiffs=(IVANOV,)), DESKS, NOON)
    assert found.debtor is None


@pytest.mark.parametrize(
    ("kind", "bailiff"), [(CallerKind.BAILIFF, IVANOV), (CallerKind.DEPARTMENT, None)], ids=str
)
def test_bailiffs_have_a_desk_of_their_own_whatever_they_rang(
    kind: CallerKind, bailiff: Bailiff | None
) -> None:
    found = route(LINE, match(kind, bailiffs=(IVANOV,)), DESKS, NOON)
    assert (found.way, found.desk, found.bailiff) == (Way.OPERATOR, "bailiffs", bailiff)
    theirs = replace(LINE, purpose=Purpose.BAILIFFS, desk="kk")
    assert route(theirs, match(kind, bailiffs=(IVANOV,)), DESKS, NOON).desk == "kk"


def test_another_desk_helps_out_if_somebody_sits_there() -> None:
    helped = replace(LINE, overflow_desk="kk", overflow_s=30)
    assert route(helped, match(CallerKind.DEBTOR, ANNA), DESKS, NOON).overflow == "kk"
    assert route(helped, match(CallerKind.DEBTOR, ANNA), {"operators", LINE.desk}, NOON).overflow == ""
    assert (
        route(replace(helped, overflow_desk=LINE.desk), match(CallerKind.DEBTOR, ANNA), DESKS, NOON).overflow
        == ""
    )


def test_on_a_line_for_all_the_desk_of_his_portfolio_is_meant() -> None:
    for_all, desks = replace(LINE, portfolio="", desk="general"), {"operators", "general", ANNA.portfolio}
    assert route(for_all, match(CallerKind.DEBTOR, ANNA), desks, NOON).desk == ANNA.portfolio
    assert route(for_all, match(CallerKind.DEBTOR, ANNA), desks | {ANNA.language}, NOON).desk == ANNA.language


@pytest.mark.parametrize("kind", sorted([CallerKind.UNKNOWN, CallerKind.HIDDEN]))
def test_unknown_callers_are_asked_by_the_script_where_there_is_one(kind: CallerKind) -> None:
    assert route(LINE, match(kind), DESKS, NOON).way is Way.OPERATOR
    asking = replace(LINE, script="self_service")
    assert route(asking, match(kind), DESKS, NOON).way is Way.SELF_SERVICE


@pytest.mark.parametrize(
    ("hours_on", "is_open"), [(-3, True), (-3.1, False), (5.9, True), (6, False), (4 * 24, False)]
)
def test_hours_are_those_of_the_lines_zone(hours_on: float, is_open: bool) -> None:
    found = route(LINE, match(CallerKind.DEBTOR, ANNA), DESKS, NOON + timedelta(hours=hours_on))
    assert (found.way is Way.OPERATOR) is is_open
    assert found.debtor == ANNA, "who rings at night is known, too"


def test_it_closes_when_its_hours_end() -> None:
    noon = datetime(2026, 3, 10, 12, tzinfo=ZoneInfo(LINE.zone))
    closes = LINE.closes_at(noon)
    assert closes is not None
    assert noon < closes
    assert LINE.open_at(closes - timedelta(seconds=1))
    assert not LINE.open_at(closes)
    assert LINE.closes_at(closes) == closes
    assert replace(LINE, hours=None).closes_at(noon) is None


def test_it_opens_on_monday() -> None:
    friday = datetime(2026, 3, 13, 18, tzinfo=ZoneInfo("Europe/Moscow"))
    assert LINE.opens_at(friday) == datetime(2026, 3, 16, 9, tzinfo=ZoneInfo("Europe/Moscow"))
    assert LINE.opens_at(NOON) == NOON
    never = replace(LINE, hours=())
    assert never.opens_at(NOON) is None
    assert route(never, match(CallerKind.HIDDEN), DESKS, NOON).reason.startswith("closed; ")
    weekends_only = replace(LINE, hours=(), weekend=None)
    assert weekends_only.opens_at(NOON) == datetime(2026, 3, 14, tzinfo=ZoneInfo("Europe/Moscow"))


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


CAME = Call(T, created_at=NOON, ringing_at=NOON, ended_at=after(9), cause=16)
ANSWERED = replace(CAME, answered_at=NOON)
QUEUED = replace(ANSWERED, desk="heat", queued_at=NOON)


@pytest.mark.parametrize(
    ("call", "caller", "outcome"),
    [
        (CAME, CallerKind.DEBTOR, Outcome.ABANDONED),
        (QUEUED, CallerKind.DEBTOR, Outcome.ABANDONED),
        (ANSWERED, None, Outcome.MSG_DELIVERED),
        (replace(QUEUED, answers=(("account", "7"),)), None, Outcome.ABANDONED),
        (replace(ANSWERED, answers=(("account", "7"),)), None, Outcome.MSG_DELIVERED),
        (
            replace(QUEUED, operators=(Connected(T, after(2), 7),)),
            CallerKind.DEBTOR,
            Outcome.TALK_DEBTOR,
        ),
        (replace(QUEUED, operators=(Connected(T, after(2), 7),)), None, Outcome.TALK_THIRD_PARTY),
        (replace(QUEUED, lost=True, failure="lost"), None, Outcome.UNKNOWN),
    ],
)
def test_outcomes_of_calls_that_came_in(call: Call, caller: CallerKind | None, outcome: Outcome) -> None:
    verdict = judge_inbound(call, caller)
    assert verdict.outcome is outcome
    assert verdict.reason
