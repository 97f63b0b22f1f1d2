"""What a node's traces mean for a call whose events may have been missed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dialer.handlers.reconcile import Traces, settle_by_traces
from domain.call import Call
from domain.call_events import Answered, AnyCallEvent, Created, DigitPressed, HungUp, ResultRecorded, Ringing
from domain.touch import Outcome, TouchId
from domain.verdict import judge

pytestmark = pytest.mark.unit

T = TouchId("01a200bb715f72ddb91035d9aa69f43b")
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)
NEVER_SEEN = Call(T)
RINGING = Call(T, created_at=NOON, ringing_at=NOON)


def settled(call: Call, *logged: AnyCallEvent, live: bool = False, final: bool = True) -> Call:
    traces = Traces(frozenset({T} if live else ()), {T: list(logged)} if logged else {})
    return settle_by_traces(call, traces, final=final, at=LATER)


def test_a_call_that_the_log_saw_end_has_ended_so() -> None:
    for final in (False, True):
        call = settled(RINGING, Created(T, NOON), HungUp(T, NOON + timedelta(seconds=9), 17), final=final)
        assert (call.ended_at, judge(call).outcome) == (NOON + timedelta(seconds=9), Outcome.BUSY)


def test_what_the_debtor_answered_meanwhile_is_not_lost() -> None:
    told = (Answered(T, NOON), DigitPressed(T, NOON, "choice", "9"), ResultRecorded(T, NOON, "wrong_person"))
    call = settled(NEVER_SEEN, Created(T, NOON), *told, HungUp(T, LATER, 16))
    assert (call.digits, judge(call).outcome) == ("9", Outcome.TALK_WRONG_PERSON)


@pytest.mark.parametrize("final", [False, True])
def test_a_call_that_is_up_stays_open_and_learns_what_was_logged(final: bool) -> None:
    call = settled(NEVER_SEEN, Created(T, NOON), Answered(T, NOON), live=True, final=final)
    assert not call.over
    assert call.answered_at == NOON


@pytest.mark.parametrize("known", [NEVER_SEEN, RINGING])
def test_a_channel_that_was_there_and_left_no_end_is_unknown_and_counts(known: Call) -> None:
    call = settled(known, Created(T, NOON))
    assert judge(call).outcome is Outcome.UNKNOWN
    assert judge(call).reason == "the node stopped while the call was up"


def test_a_channel_that_only_we_saw_is_unknown_too() -> None:
    assert judge(settled(RINGING)).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("event", [Ringing(T, NOON), Answered(T, NOON)])
def test_what_rang_before_a_crash_of_ours_was_placed(event: AnyCallEvent) -> None:
    """After it the journal tells of the ringing, but not of the channel; no limit may forget the call."""
    assert judge(settled(settled(NEVER_SEEN, event, final=False))).outcome is Outcome.UNKNOWN


def test_without_a_log_absence_proves_nothing() -> None:
    blind = Traces(frozenset(), {}, readable=False)
    call = settle_by_traces(NEVER_SEEN, blind, final=True, at=NOON)
    assert judge(call).outcome is Outcome.UNKNOWN
    assert "cannot be read" in judge(call).reason


def test_no_trace_at_all_is_a_call_that_was_never_placed() -> None:
    assert judge(settled(NEVER_SEEN)).outcome is Outcome.NOT_PLACED


@pytest.mark.parametrize("call", [NEVER_SEEN, RINGING])
def test_nothing_is_given_up_at_the_first_look(call: Call) -> None:
    assert settled(call, final=False) == call
    assert not settled(call, Created(T, NOON), final=False).over
