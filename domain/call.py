"""One outbound call as a fold over events, and its outcome with the reason.

Events may come twice, late, or out of order (the manager link of Asterisk promises none of the three):
`advance` is idempotent, and what is known once is never unlearned. Cause numbers are Q.850, codes are SIP
(RFC 3261).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from domain.touch import Outcome, TouchId

SHORT_ANSWER_S = 5.0
"""A live answer shorter than this is `answered_short` (LAW.md 1.3)."""


@dataclass(frozen=True, slots=True)
class CallEvent:
    """Something seen of the call ``touch`` at the instant ``at`` (aware UTC)."""

    touch: TouchId
    at: datetime


@dataclass(frozen=True, slots=True)
class Created(CallEvent):
    """Asterisk made the channel: an INVITE goes out."""


@dataclass(frozen=True, slots=True)
class Ringing(CallEvent):
    """The far end rings (SIP 180)."""


@dataclass(frozen=True, slots=True)
class Answered(CallEvent):
    """The far end answered (SIP 200)."""


@dataclass(frozen=True, slots=True)
class StepReached(CallEvent):
    """The script entered a node."""

    node: str


@dataclass(frozen=True, slots=True)
class DigitPressed(CallEvent):
    """The debtor pressed a valid digit at a node."""

    node: str
    digit: str


@dataclass(frozen=True, slots=True)
class AnswerGiven(CallEvent):
    """The debtor gave a value that was asked for, e.g. ``promise_date`` ``2026-03-15``; an account number, too."""

    node: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class AnswerMissed(CallEvent):
    """A node asked in vain: ``heard`` is ``silence``, ``unsure`` (words without sense) or the wrong digits."""

    node: str
    heard: str


@dataclass(frozen=True, slots=True)
class ResultRecorded(CallEvent):
    """The script recorded a result, e.g. ``promise``."""

    result: str


@dataclass(frozen=True, slots=True)
class HungUp(CallEvent):
    """The channel ended. ``sip`` is the final code of a failed call, None after an answer."""

    cause: int
    sip: int | None = None


@dataclass(frozen=True, slots=True)
class NotPlaced(CallEvent):
    """Asterisk refused or failed to make the channel; no INVITE went out."""

    reason: str


@dataclass(frozen=True, slots=True)
class Lost(CallEvent):
    """No trace can settle it; ``reason`` says where one looked."""

    reason: str


AnyCallEvent = (
    Created
    | Ringing
    | Answered
    | StepReached
    | DigitPressed
    | AnswerGiven
    | AnswerMissed
    | ResultRecorded
    | HungUp
    | NotPlaced
    | Lost
)


@dataclass(frozen=True, slots=True)
class Call:
    """What is known of a call so far."""

    touch: TouchId
    created_at: datetime | None = None
    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    cause: int | None = None
    sip: int | None = None
    node: str = ""
    node_at: datetime | None = None
    presses: tuple[tuple[str, str], ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    misses: tuple[AnswerMissed, ...] = ()
    result: str = ""
    failure: str = ""
    lost: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing more can happen to it."""
        return self.ended_at is not None

    @property
    def digits(self) -> str:
        """The digits pressed, in order."""
        return "".join(digit for _, digit in self.presses)

    @property
    def node_s(self) -> float:
        """Seconds in the last node, from its first word to the end of the call."""
        return _seconds(self.node_at, self.ended_at)

    @property
    def ring_s(self) -> float:
        """Seconds of ringing until the answer or the end."""
        return _seconds(self.ringing_at, self.answered_at or self.ended_at)

    @property
    def talk_s(self) -> float:
        """Seconds from the answer to the end."""
        return _seconds(self.answered_at, self.ended_at)


def _seconds(begin: datetime | None, end: datetime | None) -> float:
    """At least 0: what was heard late, or on another machine's clock, may seem to end before it began."""
    return max(0.0, (end - begin).total_seconds()) if begin and end else 0.0


def advance(call: Call, event: AnyCallEvent) -> Call:
    """Fold one event into the call."""
    match event:
        case Created(at=at):
            return replace(call, created_at=_earliest(call.created_at, at))
        case Ringing(at=at):  # what rings or speaks has a channel
            created_at = _earliest(call.created_at, at)
            return replace(call, created_at=created_at, ringing_at=_earliest(call.ringing_at, at))
        case Answered(at=at):
            created_at = _earliest(call.created_at, at)
            return replace(call, created_at=created_at, answered_at=_earliest(call.answered_at, at))
        case StepReached(node=node):
            return replace(call, node=node, node_at=event.at)
        case DigitPressed(node=node, digit=digit) if (node, digit) not in call.presses:
            return replace(call, presses=(*call.presses, (node, digit)))
        case AnswerGiven(name=name, value=value):
            return replace(call, answers=(*(pair for pair in call.answers if pair[0] != name), (name, value)))
        case AnswerMissed() if event not in call.misses:
            return replace(call, misses=(*call.misses, event))
        case ResultRecorded(result=result):
            return replace(call, result=result)
        case HungUp(cause=cause, sip=sip) if not call.over:
            return replace(call, ended_at=event.at, cause=cause, sip=sip)
        case NotPlaced(reason=reason) if not call.over and call.created_at is None:
            return replace(call, ended_at=event.at, failure=reason)
        case Lost(reason=reason) if not call.over:
            return replace(call, ended_at=event.at, failure=reason, lost=True)
    return call


def _earliest(known: datetime | None, seen: datetime) -> datetime:
    return min(known, seen) if known else seen


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome and why it is that one."""

    outcome: Outcome
    reason: str


def judge(call: Call) -> Verdict:
    """The outcome of an ended auto-informer call: no operator, no answering-machine detection."""
    if call.lost:
        return Verdict(Outcome.UNKNOWN, call.failure)
    if call.answered_at is not None:
        return _judge_answered(call)
    if call.failure:
        return Verdict(Outcome.NOT_PLACED, call.failure)
    return _judge_unanswered(call)


def _judge_answered(call: Call) -> Verdict:
    if call.result == "wrong_person":
        return Verdict(Outcome.TALK_WRONG_PERSON, "the person said so by a digit")
    if call.answers:
        return Verdict(Outcome.MSG_DELIVERED, f"answered {', '.join(name for name, _ in call.answers)}")
    if call.digits:
        return Verdict(Outcome.MSG_DELIVERED, f"answered by digit {call.digits[-1]}")
    if call.talk_s < SHORT_ANSWER_S:
        return Verdict(Outcome.ANSWERED_SHORT, f"hung up after {call.talk_s:.1f} s")
    return Verdict(Outcome.MSG_DELIVERED, _listened(call))


def _listened(call: Call) -> str:
    """How far, and what was asked in vain, e.g. "... to node choice (6 s of it); no answer: 5, 7, silence"."""
    told = f"listened {call.talk_s:.0f} s, to node {call.node or '-'}"
    if call.node_at:
        told += f" ({call.node_s:.0f} s of it)"
    return f"{told}; no answer: {', '.join(miss.heard for miss in call.misses)}" if call.misses else told


ENDED_BY_US = frozenset({0, 16})
"""Causes of an unanswered call that our side ended, by a manager's Hangup say."""

_BY_SIP = {
    486: Outcome.BUSY,
    600: Outcome.BUSY,
    603: Outcome.REJECTED,
    403: Outcome.REJECTED,
    487: Outcome.NO_ANSWER,
    404: Outcome.INVALID_NUMBER,
    410: Outcome.INVALID_NUMBER,
    484: Outcome.INVALID_NUMBER,
    604: Outcome.INVALID_NUMBER,
    607: Outcome.BLOCKED_BY_OPERATOR,
    608: Outcome.BLOCKED_BY_OPERATOR,
}

_BY_CAUSE = {
    17: Outcome.BUSY,
    18: Outcome.NO_ANSWER,
    19: Outcome.NO_ANSWER,
    20: Outcome.UNAVAILABLE,
    21: Outcome.REJECTED,
    1: Outcome.INVALID_NUMBER,
    22: Outcome.INVALID_NUMBER,
    28: Outcome.INVALID_NUMBER,
}


def _judge_unanswered(call: Call) -> Verdict:
    told = f"SIP {call.sip}, cause {call.cause}" if call.sip else f"cause {call.cause}"
    if call.sip == 480 and call.ringing_at is None:
        return Verdict(Outcome.UNAVAILABLE, f"{told}, never rang")
    if call.sip == 480:
        return Verdict(Outcome.NO_ANSWER, f"{told}, rang {call.ring_s:.0f} s")
    if call.sip is None and call.cause in ENDED_BY_US:
        return Verdict(Outcome.NO_ANSWER, f"{told}, we gave up after {call.ring_s:.0f} s")
    by_sip = _BY_SIP.get(call.sip or 0)
    outcome = by_sip or _BY_CAUSE.get(call.cause or 0, Outcome.NO_CARRIER)
    return Verdict(outcome, told)
