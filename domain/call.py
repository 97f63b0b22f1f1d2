"""One outbound call as a fold over events; `domain.verdict` judges what came of it.

Events may come twice, late, or out of order (the manager link of Asterisk promises none of the three):
`advance` is idempotent, and what is known once is never unlearned. Cause numbers are Q.850, codes are SIP
(RFC 3261).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from domain.touch import TouchId


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
class WordsHeard(CallEvent):
    """The debtor spoke: ``by`` is ``speech`` when the words answered the node's question, else ``unsure``."""

    node: str
    by: str
    words: str
    score: int
    """How sure the recogniser was of an answer, 0 to 100."""


@dataclass(frozen=True, slots=True)
class MachineJudged(CallEvent):
    """Answering-machine detection: ``machine``, ``human`` or ``unsure``, why, and whether a beep was heard."""

    verdict: str
    cause: str
    beep: bool = False


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
    | WordsHeard
    | MachineJudged
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
    words: tuple[WordsHeard, ...] = ()
    machine: MachineJudged | None = None
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
        case WordsHeard() if event not in call.words:
            return replace(call, words=(*call.words, event))
        case MachineJudged() if call.machine is None:
            return replace(call, machine=event)
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
