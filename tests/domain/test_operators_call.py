"""A call that an operator takes, or that nobody takes: in whatever order its events come, and what came of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import permutations

import pytest

from domain.call import Call, advance
from domain.call_events import (
    Answered,
    AnyCallEvent,
    Connected,
    Created,
    HungUp,
    MachineJudged,
    Offered,
    OperatorLeft,
    Queued,
    ResultRecorded,
    StepReached,
    Unserved,
)
from domain.touch import Outcome, TouchId
from domain.verdict import OPERATOR_WANTED, judge

pytestmark = pytest.mark.unit

T = TouchId("0199d3c27a1b7cde8f00000000000001")
START = datetime(2026, 3, 10, 9, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def folded(*events: AnyCallEvent) -> Call:
    return reduce(advance, events, Call(T))


ANSWERED: tuple[AnyCallEvent, ...] = (Created(T, at(-9)), Answered(T, at(0)), Queued(T, at(0.1), "debts"))
TALKED: tuple[AnyCallEvent, ...] = (
    *ANSWERED,
    Offered(T, at(0.2), 7),
    Connected(T, at(0.5), 7),
    OperatorLeft(T, at(30.5), 7),
    HungUp(T, at(30.6), 16),
)


def outcome(*events: AnyCallEvent) -> tuple[Outcome, str]:
    verdict = judge(folded(*events))
    return verdict.outcome, verdict.reason


def test_every_order_of_events_tells_the_same() -> None:
    assert {folded(*order) for order in permutations(TALKED)} == {folded(*TALKED)}
    assert folded(*TALKED, *TALKED) == folded(*TALKED)


def test_a_talk() -> None:
    call = folded(*TALKED)
    assert (call.desk, call.operator, call.connected_at, call.operator_left_at) == (
        "debts",
        7,
        at(0.5),
        at(30.5),
    )
    assert (call.waited_s, call.operator_s, call.waiting, call.offered_to) == (0.5, 30.0, False, None)
    assert outcome(*TALKED) == (Outcome.TALK_DEBTOR, "operator 7 talked 30.0 s")


def test_an_offer_that_the_first_operator_misses() -> None:
    missed = (Offered(T, at(0.2), 7), OperatorLeft(T, at(1.2), 7))
    waits = folded(*ANSWERED, *missed)
    assert (waits.waiting, waits.offered_to, waits.operator, waits.operator_left_at) == (
        True,
        None,
        None,
        None,
    )
    again = folded(*ANSWERED, *missed, Offered(T, at(1.3), 8))
    assert (again.waiting, again.offered_to) == (True, 8)
    taken = folded(*ANSWERED, *missed, Offered(T, at(1.3), 8), Connected(T, at(1.6), 8))
    assert (taken.waiting, taken.operator, taken.connected_at) == (False, 8, at(1.6))


def test_after_a_transfer_the_last_operator_counts() -> None:
    moved = (Connected(T, at(20), 9), OperatorLeft(T, at(20.1), 7), OperatorLeft(T, at(50), 9))
    call = folded(*ANSWERED, Connected(T, at(0.5), 7), *moved, HungUp(T, at(51), 16))
    assert (call.operator, call.connected_at, call.operator_left_at, call.operator_s) == (
        9,
        at(0.5),
        at(50),
        49.5,
    )


def test_who_only_asks_a_colleague_keeps_the_call() -> None:
    asked = (Connected(T, at(20), 9), OperatorLeft(T, at(30), 9), OperatorLeft(T, at(60), 7))
    call = folded(*ANSWERED, Connected(T, at(0.5), 7), *asked, HungUp(T, at(61), 16))
    assert (call.operator, call.operator_left_at, call.operator_s) == (7, at(60), 59.5)


def test_the_debtor_hangs_up_first() -> None:
    call = folded(*ANSWERED, Connected(T, at(1), 7), HungUp(T, at(11), 16))
    assert (call.operator_left_at, call.operator_s) == (None, 10.0)


@pytest.mark.parametrize(
    ("events", "found", "reason"),
    [
        (
            [Unserved(T, at(2)), StepReached(T, at(2.1), "sorry"), HungUp(T, at(12), 16)],
            Outcome.ABANDONED,
            "waited 2.0 s for desk debts, no operator took the call",
        ),
        ([HungUp(T, at(1), 16)], Outcome.ABANDONED, "waited 1.0 s for desk debts, no operator took the call"),
        (
            [Offered(T, at(0.2), 7), HungUp(T, at(0.4), 16)],
            Outcome.ANSWERED_SHORT,
            "waited 0.4 s for desk debts, hung up while operator 7 was rung",
        ),
        (
            [Connected(T, at(0.5), 7), OperatorLeft(T, at(3.5), 7), HungUp(T, at(4), 16)],
            Outcome.ANSWERED_SHORT,
            "operator 7 talked 3.0 s, of an answer of 4.0 s",
        ),
        (
            [Connected(T, at(0.5), 7), OperatorLeft(T, at(0.5), 7), HungUp(T, at(0.5), 16)],
            Outcome.ANSWERED_SHORT,
            "operator 7 talked 0.0 s, of an answer of 0.5 s",
        ),
        (
            [MachineJudged(T, at(2), "machine", "MAXWORDS-5-4", beep=True), HungUp(T, at(4), 16)],
            Outcome.MACHINE_NO_MSG,
            "answering machine (MAXWORDS-5-4, beep), nothing was left",
        ),
    ],
)
def test_what_came_of_an_answer(events: list[AnyCallEvent], found: Outcome, reason: str) -> None:
    assert outcome(*ANSWERED, *events) == (found, reason)


def test_who_asked_a_script_for_an_operator_in_vain_has_heard_it() -> None:
    asked = (ResultRecorded(T, at(20), OPERATOR_WANTED), Queued(T, at(21), "debts"), Unserved(T, at(51)))
    heard = outcome(Created(T, at(-9)), Answered(T, at(0)), *asked, HungUp(T, at(60), 16))
    assert heard[0] is Outcome.MSG_DELIVERED
    served = (*asked[:2], Connected(T, at(30), 7), HungUp(T, at(60), 16))
    assert outcome(Answered(T, at(0)), *served)[0] is Outcome.TALK_DEBTOR
