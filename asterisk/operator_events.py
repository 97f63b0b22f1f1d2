"""What a manager message means for an operator (pure: a message in, a domain event or None out)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from asterisk.inbound import touch_of_call
from asterisk.operator_phone import operator_of_leg
from domain.operator_events import (
    AnyOperatorEvent,
    Called,
    LegEnded,
    OfferMissed,
    OperatorId,
    PhoneSeen,
    PickedUp,
)

log = structlog.get_logger(__name__)

Message = Mapping[str, str]

MISSED_MS = 1500
"""An offer that rang for less was not missed: the caller's patience ended, or the next operator was quicker."""

UNREACHABLE = frozenset({"UNAVAILABLE", "INVALID", "UNKNOWN"})
"""States of a phone that cannot be called."""

_WITHDRAWN = frozenset({"0", "16", "26"})
"""Causes with which Asterisk takes back an offer: no reason given, the caller left, answered elsewhere."""


def to_operator_event(message: Message, at: datetime) -> AnyOperatorEvent | None:
    """The event of an operator that `message`, seen at `at` (aware UTC), tells of.

    None for what is about no operator's phone, and, with a warning in the log, for a message that lacks a field.
    """
    name = message.get("Event", "")
    if name not in _HANDLERS:
        return None
    field, read = _HANDLERS[name]
    operator = operator_of_leg(message.get(field, ""), message.get("Uniqueid", ""))
    if operator is None:
        return None
    try:
        return read(message, OperatorId(operator), at)
    except (KeyError, ValueError) as error:
        log.warning("ami_event_malformed", ami_event=name, operator=operator, error=type(error).__name__)
        return None


def _newchannel(message: Message, operator: OperatorId, at: datetime) -> Called:
    return Called(operator, at, message["Uniqueid"], touch_of_call(message["Linkedid"]))


def _newstate(message: Message, operator: OperatorId, at: datetime) -> PickedUp | None:
    if message["ChannelStateDesc"] != "Up":
        return None
    return PickedUp(operator, at, message["Uniqueid"], touch_of_call(message["Linkedid"]))


def _hangup(message: Message, operator: OperatorId, at: datetime) -> LegEnded:
    refused = message["ChannelStateDesc"] != "Up" and message["Cause"] not in _WITHDRAWN
    return LegEnded(operator, at, message["Uniqueid"], touch_of_call(message["Linkedid"]), refused)


def _rang_in_vain(message: Message, operator: OperatorId, at: datetime) -> OfferMissed | None:
    return OfferMissed(operator, at) if int(message["RingTime"]) >= MISSED_MS else None


def _phone(message: Message, operator: OperatorId, at: datetime) -> PhoneSeen:
    return PhoneSeen(operator, at, message["State"] not in UNREACHABLE)


_Handler = Callable[[Message, OperatorId, datetime], AnyOperatorEvent | None]
_HANDLERS: dict[str, tuple[str, _Handler]] = {
    "Newchannel": ("Channel", _newchannel),
    "Newstate": ("Channel", _newstate),
    "Hangup": ("Channel", _hangup),
    "AgentRingNoAnswer": ("Interface", _rang_in_vain),
    "DeviceStateChange": ("Device", _phone),
}
