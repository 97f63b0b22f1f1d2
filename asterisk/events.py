"""What a manager message means for one of our calls (pure: a message in, a domain event or None out)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from asterisk.inbound import touch_of_call
from asterisk.operator_phone import operator_of
from domain.call_events import (
    Answered,
    AnswerGiven,
    AnswerMissed,
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
    RecordingBegun,
    ResultRecorded,
    Ringing,
    StepReached,
    Unserved,
    WordsHeard,
)
from domain.touch import TouchId

log = structlog.get_logger(__name__)

Message = Mapping[str, str]

_NO_CHANNEL = "0"
"""Also the reason of busy, rejected and the like, which did make a channel; and a loaded Asterisk sends this event
before those of the channel, so it alone settles nothing."""
_SIP_CODE = re.compile(r"(?:SIP )?([1-6][0-9][0-9])\b")


def to_call_event(message: Message, at: datetime) -> AnyCallEvent | None:
    """The event of our call that `message`, seen at `at` (aware UTC), tells of.

    None for channels that are not ours, for messages that say nothing about a call, and, with a warning in
    the log, for a message that lacks a field or holds nonsense in it.
    """
    name = message.get("Event")
    read = _HANDLERS.get(name) if name is not None else _refusal
    touch = message.get("Uniqueid" if name in _BY_UNIQUEID else "ActionID", "")
    if name in _OF_LEG and operator_of(message.get("Channel", "")) is not None:
        read, touch = _operator_leg, message.get("Linkedid", "")
    touch = touch_of_call(touch)
    if read is None or not touch:
        return None
    try:
        return read(message, touch, at)
    except (KeyError, ValueError) as error:
        log.warning("ami_event_malformed", ami_event=name, touch=touch, error=type(error).__name__)
        return None


def _newchannel(message: Message, touch: TouchId, at: datetime) -> Created:
    return Created(touch, at)


def _newstate(message: Message, touch: TouchId, at: datetime) -> Ringing | Answered | None:
    match message["ChannelStateDesc"]:
        case "Ringing":
            return Ringing(touch, at)
        case "Up":
            return Answered(touch, at)
    return None


def _user_event(message: Message, touch: TouchId, at: datetime) -> AnyCallEvent | None:
    match message["UserEvent"]:
        case "DozvonStep":
            return StepReached(touch, at, message["Node"])
        case "DozvonDigit":
            return DigitPressed(touch, at, message["Node"], message["Digit"])
        case "DozvonAnswer":
            return AnswerGiven(touch, at, message["Node"], message["Name"], message["Value"])
        case "DozvonMissed":
            return AnswerMissed(touch, at, message["Node"], message["Heard"])
        case "DozvonHeard":
            node, by, score = message["Node"], message["By"], int(message["Score"])
            return WordsHeard(touch, at, node, by, message["Words"], score)
        case "DozvonMachine":
            return MachineJudged(touch, at, message["Verdict"], message["Cause"], message["Beep"] == "beep")
        case "DozvonResult":
            return ResultRecorded(touch, at, message["Result"])
        case "DozvonQueued":
            return Queued(touch, at, message["Desk"])
        case "DozvonUnserved":
            return Unserved(touch, at)
    return None


def _hangup(message: Message, touch: TouchId, at: datetime) -> HungUp:
    code = _SIP_CODE.match(message.get("TechCause", ""))
    return HungUp(touch, at, int(message["Cause"]), int(code[1]) if code else None)


def _operator_leg(message: Message, touch: TouchId, at: datetime) -> AnyCallEvent | None:
    """What the leg of an operator's phone tells of the call: whoever rang it, and however the talk ends."""
    operator = operator_of(message["Channel"])
    if operator is None:
        return None
    match message["Event"]:
        case "Newchannel":
            return Offered(touch, at, operator)
        case "Newstate" if message["ChannelStateDesc"] == "Up":
            return Connected(touch, at, operator)
        case "Hangup":
            return OperatorLeft(touch, at, operator)
        case "UserEvent" if message["UserEvent"] == "DozvonRecording":
            return RecordingBegun(touch, at, message["File"])
    return None


def _originated(message: Message, touch: TouchId, at: datetime) -> NotPlaced | None:
    if message["Response"] == "Success" or message["Reason"] != _NO_CHANNEL:
        return None
    return NotPlaced(touch, at, "Asterisk made no channel")


def _refusal(message: Message, touch: TouchId, at: datetime) -> NotPlaced | None:
    if message["Response"] != "Error":
        return None
    return NotPlaced(touch, at, message["Message"])


_Handler = Callable[[Message, TouchId, datetime], AnyCallEvent | None]
_HANDLERS: dict[str, _Handler] = {
    "Newchannel": _newchannel,
    "Newstate": _newstate,
    "UserEvent": _user_event,
    "Hangup": _hangup,
    "OriginateResponse": _originated,
}
_OF_LEG = frozenset({"Newchannel", "Newstate", "Hangup", "UserEvent"})
_BY_UNIQUEID = _HANDLERS.keys() - {"OriginateResponse"}
