"""What can be seen of one call, each at its instant. `domain.call` folds them."""

from __future__ import annotations

from dataclasses import dataclass
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
class Queued(CallEvent):
    """The debtor waits for an operator of a desk from now on."""

    desk: str


@dataclass(frozen=True, slots=True)
class Unserved(CallEvent):
    """No operator came within patience: the debtor waits no more, and hears why."""


@dataclass(frozen=True, slots=True)
class OperatorEvent(CallEvent):
    """Something that happened between the debtor and an operator (his id)."""

    operator: int


@dataclass(frozen=True, slots=True)
class Offered(OperatorEvent):
    """The operator's phone is rung."""


@dataclass(frozen=True, slots=True)
class Connected(OperatorEvent):
    """The operator took the call: the two hear each other."""


@dataclass(frozen=True, slots=True)
class OperatorLeft(OperatorEvent):
    """The operator's leg ended: that of a talk, or of an offer that he did not take."""


@dataclass(frozen=True, slots=True)
class RecordingBegun(CallEvent):
    """The talk with an operator is recorded, into this file of the node's recordings."""

    file: str


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
    | Queued
    | Unserved
    | Offered
    | Connected
    | OperatorLeft
    | RecordingBegun
    | HungUp
    | NotPlaced
    | Lost
)
