"""A touch: one contact attempt with one person over one channel, whatever came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

TouchId = NewType("TouchId", str)
"""A UUIDv7 as 32 hexadecimal digits; also AMI ActionID, channel's Uniqueid and carrier's X-Touch-Id."""


class Channel(StrEnum):
    """How a person is contacted (LAW.md section 5)."""

    CALL_HUMAN = "call_human"
    CALL_AGENT = "call_agent"
    VOICE_MSG = "voice_msg"
    SMS = "sms"
    MESSENGER = "messenger"
    EMAIL = "email"
    PUSH = "push"
    MEETING = "meeting"
    POST = "post"


CHANNEL_GROUPS: dict[str, frozenset[Channel]] = {
    "direct": frozenset({Channel.CALL_HUMAN, Channel.CALL_AGENT}),
    "message": frozenset({Channel.VOICE_MSG, Channel.SMS, Channel.MESSENGER, Channel.EMAIL, Channel.PUSH}),
    "call": frozenset({Channel.CALL_HUMAN, Channel.CALL_AGENT, Channel.VOICE_MSG}),
}


def channels_named(names: Iterable[str]) -> frozenset[Channel]:
    """Channels by their names and those of groups; ValueError for a name of neither."""
    found: frozenset[Channel] = frozenset()
    for name in names:
        if name not in CHANNEL_GROUPS and name not in list(Channel):
            raise ValueError(f"{name!r} is no channel and no group of channels")
        found |= CHANNEL_GROUPS.get(name) or {Channel(name)}
    return found


class Direction(StrEnum):
    """Whose initiative it was; limits count only ``OUT``."""

    OUT = "out"
    IN = "in"


class Outcome(StrEnum):
    """What became of a touch; exactly one class, correctable later."""

    NO_CARRIER = "no_carrier"
    INVALID_NUMBER = "invalid_number"
    UNAVAILABLE = "unavailable"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    BLOCKED_BY_OPERATOR = "blocked_by_operator"
    MACHINE_NO_MSG = "machine_no_msg"
    MACHINE_MSG = "machine_msg"
    ANSWERED_SHORT = "answered_short"
    ABANDONED = "abandoned"
    TALK_WRONG_PERSON = "talk_wrong_person"
    TALK_THIRD_PARTY = "talk_third_party"
    TALK_DEBTOR = "talk_debtor"
    MSG_SENT = "msg_sent"
    MSG_DELIVERED = "msg_delivered"
    MSG_FAILED = "msg_failed"
    MEETING_HELD = "meeting_held"
    MEETING_FAILED = "meeting_failed"
    NOT_PLACED = "not_placed"
    """The attempt provably never left us: no carrier saw it, so no limit counts it."""
    UNKNOWN = "unknown"
    """It could not be settled what happened; counts as the worst class for ever."""


LIVE_ANSWERS = frozenset(
    {
        Outcome.ANSWERED_SHORT,
        Outcome.ABANDONED,
        Outcome.TALK_WRONG_PERSON,
        Outcome.TALK_THIRD_PARTY,
        Outcome.TALK_DEBTOR,
        Outcome.MSG_DELIVERED,
    }
)
"""Outcomes of calls that somebody (or a machine that was not told apart) answered."""

ANY_ATTEMPT = frozenset(Outcome) - {Outcome.NOT_PLACED}

_OF_MESSAGES = frozenset({Outcome.MSG_SENT, Outcome.MSG_DELIVERED, Outcome.MSG_FAILED})
_OF_MEETINGS = frozenset({Outcome.MEETING_HELD, Outcome.MEETING_FAILED})
_OF_ANY = frozenset({Outcome.NOT_PLACED, Outcome.UNKNOWN})
_OF_CALLS = frozenset(Outcome) - _OF_MESSAGES - _OF_MEETINGS


def outcomes_of(channel: Channel) -> frozenset[Outcome]:
    """What a touch over this channel may have become; a voice message is a call and a message."""
    if channel is Channel.MEETING:
        return _OF_MEETINGS | _OF_ANY
    if channel is Channel.VOICE_MSG:
        return _OF_CALLS | _OF_MESSAGES
    refused = {Outcome.REJECTED, Outcome.BLOCKED_BY_OPERATOR, Outcome.INVALID_NUMBER}
    return _OF_CALLS if channel in CHANNEL_GROUPS["direct"] else _OF_MESSAGES | refused | _OF_ANY


@dataclass(frozen=True, slots=True)
class PastTouch:
    """What intensity rules know of an earlier touch; ``outcome`` None means reserved and still open."""

    id: TouchId
    at: datetime
    channel: Channel
    outcome: Outcome | None
    debtor: int | str
    phone: str = ""
    direction: Direction = Direction.OUT
    debt: str = ""
    creditor: str = ""
    campaign: str = ""
    trunk: str = ""
