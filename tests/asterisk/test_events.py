"""Recorded dialogues become domain events and, folded, the outcome that the carrier would confirm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from asterisk.ami.messages import AmiMessage
from asterisk.events import to_call_event
from domain.call import Call, advance
from domain.call_events import (
    Answered,
    AnyCallEvent,
    Connected,
    Created,
    DigitPressed,
    HungUp,
    MachineJudged,
    NotPlaced,
    Offered,
    OperatorLeft,
    Queued,
    ResultRecorded,
    Ringing,
    StepReached,
    Unserved,
    WordsHeard,
)
from domain.touch import Outcome, TouchId
from domain.verdict import judge
from tests.asterisk.dialogue import messages_of

pytestmark = pytest.mark.unit

TOUCH = TouchId("0199d3c2-7a1b-7cde-8f00-0123456789ab")
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def events_of(dialogue: str) -> Iterator[AnyCallEvent]:
    """The events of a dialogue at the times that Asterisk stamped on its messages."""
    at = NOON
    for message in messages_of(dialogue):
        if stamp := message.get("Timestamp"):
            at = datetime.fromtimestamp(float(stamp), UTC)
        if event := to_call_event(message, at):
            yield event


def folded(dialogue: str) -> Call:
    """The call after all events of the dialogue."""
    events = list(events_of(dialogue))
    call = Call(events[0].touch)
    for event in events:
        call = advance(call, event)
    return call


def event(message: AmiMessage) -> AnyCallEvent | None:
    """What one message means at noon."""
    return to_call_event(message, NOON)


def test_every_event_of_an_answered_call() -> None:
    got = list(events_of("answered_with_digit"))
    assert [type(event) for event in got] == [
        Created,
        Ringing,
        Answered,
        StepReached,
        DigitPressed,
        StepReached,
        ResultRecorded,
        HungUp,
    ]
    touch = got[0].touch
    assert {event.touch for event in got} == {touch}
    assert got[3:] == [
        StepReached(touch, got[3].at, "greeting"),
        DigitPressed(touch, got[4].at, "greeting", "2"),
        StepReached(touch, got[5].at, "goodbye"),
        ResultRecorded(touch, got[6].at, "promise"),
        HungUp(touch, got[7].at, 16, None),
    ]


def test_words_and_machines() -> None:
    heard = {"Node": "when", "By": "speech", "Answer": "2026-03-11", "Score": "95", "Words": "завтра"}
    ours = {"Event": "UserEvent", "Uniqueid": TOUCH}
    assert event({**ours, "UserEvent": "DozvonHeard", **heard}) == WordsHeard(
        TOUCH, NOON, "when", "speech", "завтра", 95
    )
    judged = {"Verdict": "machine", "Cause": "MAXWORDS-5-4", "Beep": "beep"}
    assert event({**ours, "UserEvent": "DozvonMachine", **judged}) == MachineJudged(
        TOUCH, NOON, "machine", "MAXWORDS-5-4", beep=True
    )


@pytest.mark.parametrize(
    ("dialogue", "outcome", "reason"),
    [
        ("answered_with_digit", Outcome.MSG_DELIVERED, "answered by digit 2"),
        ("hung_up_early", Outcome.ANSWERED_SHORT, "hung up after 1.0 s"),
        ("busy", Outcome.BUSY, "SIP 486, cause 17"),
        ("no_answer", Outcome.NO_ANSWER, "SIP 480, cause 19, rang 3 s"),
        ("no_answer_our_timeout", Outcome.NO_ANSWER, "SIP 480, cause 19, rang 2 s"),
        ("rejected", Outcome.REJECTED, "SIP 603, cause 21"),
        ("unknown_number", Outcome.INVALID_NUMBER, "SIP 404, cause 1"),
        ("congestion", Outcome.NO_CARRIER, "SIP 503, cause 34"),
        ("switched_off", Outcome.UNAVAILABLE, "SIP 480, cause 19, never rang"),
        ("unknown_endpoint", Outcome.NOT_PLACED, "Asterisk made no channel"),
        ("unknown_context", Outcome.NOT_PLACED, "Extension does not exist."),
    ],
)
def test_outcome_of_a_dialogue(dialogue: str, outcome: Outcome, reason: str) -> None:
    call = folded(dialogue)
    assert call.over
    assert (judge(call).outcome, judge(call).reason) == (outcome, reason)


def test_our_own_hang_up() -> None:
    call = folded("hung_up_by_us")
    assert (call.cause, call.sip, call.answered_at is not None) == (16, None, True)
    cancelled = folded("cancelled_by_us_while_ringing")
    assert (cancelled.cause, cancelled.sip, cancelled.answered_at) == (16, None, None)


def test_listing_channels_is_no_event_of_a_call() -> None:
    listed = [message for message in messages_of("channels") if message.get("Event") == "CoreShowChannel"]
    assert len(listed) == 1
    assert event(listed[0]) is None


@pytest.mark.parametrize(
    ("tech_cause", "code"),
    [("486", 486), ("SIP 486 Busy Here", 486), ("603", 603), ("", None), ("gone", None), ("99999", None)],
)
def test_sip_code_of_a_hangup(tech_cause: str, code: int | None) -> None:
    message = {"Event": "Hangup", "Uniqueid": TOUCH, "Cause": "17", "TechCause": tech_cause}
    assert event(message) == HungUp(TOUCH, NOON, 17, code)


@pytest.mark.parametrize(
    "foreign", ["", "1732.14", "<unknown>", TOUCH[:-1], TOUCH + "0", TOUCH.replace("0", "g"), TOUCH + "\n"]
)
def test_channels_that_are_not_ours(foreign: str) -> None:
    assert event({"Event": "Hangup", "Uniqueid": foreign, "Cause": "16"}) is None
    assert event({"Response": "Error", "ActionID": foreign, "Message": "no"}) is None


def test_ids_without_dashes_are_ours_too() -> None:
    bare = TOUCH.replace("-", "")
    assert event({"Event": "Newchannel", "Uniqueid": bare}) == Created(TouchId(bare), NOON)


@pytest.mark.parametrize(
    "message",
    [
        {"Event": "Newstate", "ChannelStateDesc": "Dialing"},
        {"Event": "Newstate", "ChannelStateDesc": "Down"},
        {"Event": "UserEvent", "UserEvent": "SomebodyElses"},
        {"Event": "OriginateResponse", "Response": "Success", "Reason": "4"},
        {"Event": "OriginateResponse", "Response": "Failure", "Reason": "3"},
        {"Response": "Success", "Message": "Originate successfully queued"},
        {"Event": "NobodyKnowsThis"},
    ],
)
def test_messages_that_say_nothing_new(message: AmiMessage, capsys: pytest.CaptureFixture[str]) -> None:
    assert event({**message, "Uniqueid": TOUCH, "ActionID": TOUCH}) is None
    assert "malformed" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "message",
    [
        {"Event": "Hangup"},
        {"Event": "Hangup", "Cause": "sixteen"},
        {"Event": "Newstate"},
        {"Event": "UserEvent"},
        {"Event": "UserEvent", "UserEvent": "DozvonDigit", "Node": "greeting"},
        {"Event": "UserEvent", "UserEvent": "DozvonMachine", "Verdict": "machine"},
        {"Event": "UserEvent", "UserEvent": "DozvonHeard", "Node": "a", "By": "speech", "Score": "x"},
        {"Event": "UserEvent", "UserEvent": "DozvonStep"},
        {"Event": "UserEvent", "UserEvent": "DozvonResult"},
        {"Event": "OriginateResponse"},
        {"Response": "Error"},
    ],
)
def test_malformed_messages_are_logged_and_nothing_else(
    message: AmiMessage, capsys: pytest.CaptureFixture[str]
) -> None:
    assert event({**message, "Uniqueid": TOUCH, "ActionID": TOUCH}) is None
    assert "ami_event_malformed" in capsys.readouterr().out


def test_a_failed_originate_is_not_placed_only_while_no_channel_was_seen() -> None:
    failure = {"Event": "OriginateResponse", "ActionID": TOUCH, "Response": "Failure", "Reason": "0"}
    not_placed = event(failure)
    assert isinstance(not_placed, NotPlaced)
    created = advance(Call(TOUCH), Created(TOUCH, NOON - timedelta(seconds=1)))
    assert advance(Call(TOUCH), not_placed).over
    assert not advance(created, not_placed).over


LEG = {"Uniqueid": "1773140.5", "Linkedid": TOUCH, "Channel": "PJSIP/op7-0000002a"}


@pytest.mark.parametrize(
    ("message", "meant"),
    [
        (
            {"Event": "UserEvent", "UserEvent": "DozvonQueued", "Uniqueid": TOUCH, "Desk": "debts"},
            Queued(TOUCH, NOON, "debts"),
        ),
        ({"Event": "UserEvent", "UserEvent": "DozvonUnserved", "Uniqueid": TOUCH}, Unserved(TOUCH, NOON)),
        ({"Event": "Newchannel", **LEG}, Offered(TOUCH, NOON, 7)),
        ({"Event": "Newstate", **LEG, "ChannelStateDesc": "Ringing"}, None),
        ({"Event": "Newstate", **LEG, "ChannelStateDesc": "Up"}, Connected(TOUCH, NOON, 7)),
        ({"Event": "Hangup", **LEG}, OperatorLeft(TOUCH, NOON, 7)),
        (
            {"Event": "Hangup", "Uniqueid": "1.5", "Linkedid": TOUCH, "Channel": "PJSIP/carrier-0000002a"},
            None,
        ),
        ({"Event": "Hangup", "Uniqueid": "1.5", "Linkedid": "1.4", "Channel": "PJSIP/op7-0000002a"}, None),
        ({"Event": "Newchannel", **LEG, "Channel": "Local/5@agents-1"}, None),
    ],
)
def test_what_happens_between_a_debtor_and_operators(message: AmiMessage, meant: AnyCallEvent | None) -> None:
    assert event(message) == meant
