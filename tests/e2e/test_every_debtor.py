"""Two thousand calls to every kind of debtor: the log tells exactly what the carrier saw."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from asterisk.town import CarrierCall, Role, role_of
from domain.campaign import PlanState
from domain.touch import LIVE_ANSWERS, Outcome
from tests.e2e.play import QUICK_TOWN, Play, forced, open_play, ordinary

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("heavy")]

CALLS = 2000
CPS = 35.0

TOWN = replace(
    QUICK_TOWN,
    shares={
        Role.LISTENS_TO_END: 0.02,
        Role.HANGS_UP_EARLY: 0.16,
        Role.PRESSES_1: 0.03,
        Role.PRESSES_2: 0.03,
        Role.PRESSES_9: 0.03,
        Role.SLOW_ANSWER: 0.01,
        Role.ANSWERING_MACHINE: 0.05,
        Role.BUSY: 0.15,
        Role.RINGS_OUT: 0.12,
        Role.REJECTS: 0.13,
        Role.UNKNOWN_NUMBER: 0.11,
        Role.CONGESTION: 0.07,
        Role.SWITCHED_OFF: 0.09,
    },
)
"""Few listen to the end: each of those costs as much processor as ten others."""

SHARED = [forced(role, 9) for role in (Role.PRESSES_1, Role.PRESSES_2, Role.PRESSES_9, Role.LISTENS_TO_END)]
"""Phones of two debtors each: once one of them was reached, the phone is left alone for the day."""

DIGITS_AND_RESULT = {
    Role.LISTENS_TO_END: ("", "listened"),
    Role.SLOW_ANSWER: ("", "listened"),
    Role.PRESSES_1: ("1", "operator_wanted"),
    Role.PRESSES_2: ("2", "promise"),
    Role.PRESSES_9: ("9", "wrong_person"),
}

DELAY = {
    Outcome.BUSY: timedelta(minutes=15),
    Outcome.NO_ANSWER: timedelta(hours=3),
    Outcome.UNAVAILABLE: timedelta(hours=4),
    Outcome.REJECTED: timedelta(days=1),
    Outcome.NO_CARRIER: timedelta(minutes=2),
    Outcome.INVALID_NUMBER: timedelta(minutes=5),
    Outcome.ANSWERED_SHORT: timedelta(days=1),
    Outcome.TALK_WRONG_PERSON: timedelta(days=1),
}
"""What `utilities-technical` says of young debts: until the next try, which is a retry."""

WRITTEN_WITHIN = timedelta(seconds=10)
"""A plan counts from the writing of the end, a moment after it."""


def phones() -> list[str]:
    """The listeners first, so that nobody has to be listened to when all others are done."""
    drawn = ordinary(CALLS)

    def shortest_last(phone: str) -> bool:
        return role_of(phone, 1, 0, TOWN) not in (Role.LISTENS_TO_END, Role.SLOW_ANSWER)

    return (
        [forced(role, nth) for role in Role for nth in range(10)] + SHARED + sorted(drawn, key=shortest_last)
    )


async def test_log_and_carrier_tell_the_same(folder: Path, prompts: Path) -> None:
    async with open_play(folder, prompts, phones(), town=TOWN, cps=CPS, calls=CALLS) as play:
        async with play.dialler("--until-finished") as dialler:
            assert await dialler.ended() == 0
        comparison = await play.compared()
        assert comparison.equal, comparison
        assert (comparison.invites, comparison.touches, comparison.unknown) == (CALLS, CALLS, 0)
        record = {call.touch_id: call for call in play.stage.record()}
        assert {call.role for call in record.values()} == set(Role)
        check_log(play, record)
        check_limits(play)
        check_plans(play)


def check_log(play: Play, record: dict[str, CarrierCall]) -> None:
    """Every touch: reserved once, closed once, with the digit that was pressed and what it means."""
    kinds = Counter((line.touch_id, line.kind) for line in play.journal())
    for touch in play.touches():
        assert touch.outcome is not None
        assert (kinds[touch.id, "reserved"], kinds[touch.id, "closed"]) == (1, 1)
        assert touch.outcome != Outcome.NOT_PLACED, touch.reason
        call = record[touch.id]
        assert touch.phone == f"+{call.number}"
        assert (touch.digits, touch.result) == DIGITS_AND_RESULT.get(call.role, ("", "")), call
        assert (touch.answered_at is None) == (call.answered is None), call


def check_limits(play: Play) -> None:
    """All touches are of one day, so the limits of a day are plain counts."""
    touches = play.touches()
    live = [touch for touch in touches if touch.outcome in LIVE_ANSWERS]
    assert max(Counter(touch.debtor_id for touch in touches).values()) <= 3
    assert max(Counter(touch.debtor_id for touch in live).values()) <= 2
    assert max(Counter(touch.phone for touch in live).values()) == 1
    assert {Counter(touch.phone for touch in touches)[phone] for phone in SHARED} == {1}


def check_plans(play: Play) -> None:
    """Each debtor's plan follows from the end of his touch."""
    plans = play.plans()
    for touch in play.touches():
        check_plan(plans[touch.debtor_id], touch)
    refused = [plan for plan in plans.values() if "talk-per-phone-per-day" in plan.reason]
    assert len(refused) == len(SHARED)


def check_plan(plan: Any, touch: Any) -> None:
    assert plan.touch_id is None
    if touch.result == "operator_wanted":
        assert (plan.state, plan.reason) == (PlanState.DONE, "waits for an operator's call")
        return
    outcome = Outcome(touch.outcome)
    if outcome is Outcome.TALK_WRONG_PERSON:  # it was his only phone
        assert (plan.state, plan.reason) == (PlanState.DONE, "no phone that may be dialled")
        return
    assert plan.state == PlanState.DUE
    retried = outcome in DELAY
    due_after = plan.due_at - touch.ended_at
    delay = DELAY.get(outcome, timedelta(days=5 if touch.result == "promise" else 3))
    assert delay <= due_after <= delay + WRITTEN_WITHIN, (outcome, plan)
    assert (plan.attempts, plan.round) == ((1, 0) if retried else (0, 1)), (outcome, plan)
