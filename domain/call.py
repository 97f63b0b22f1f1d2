"""One call as a fold over events; `domain.verdict` judges what came of it.

Events may come twice, late, or out of order (the manager link of Asterisk promises none of the three):
`advance` is idempotent, and what is known once is never unlearned. Cause numbers are Q.850, codes are SIP
(RFC 3261).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from domain.call_events import (
    Answered,
    AnswerGiven,
    AnswerMissed,
    AnyCallEvent,
    Connected,
    Created,
    DigitPressed,
    HungUp,
    Lost,
    MachineJudged,
    NotPlaced,
    Offered,
    OperatorEvent,
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


@dataclass(frozen=True, slots=True)
class Call:
    """What is known of a call so far.

    ``desk`` is where he waits or waited last, ``came_to`` where he did first; ``flowed_to`` is the second desk, to
    which those go whom the first one has let wait for long.
    """

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
    desk: str = ""
    came_to: str = ""
    flowed_to: str = ""
    queued_at: datetime | None = None
    unserved_at: datetime | None = None
    operators: tuple[OperatorEvent, ...] = ()
    recordings: tuple[str, ...] = ()
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
    def _talks(self) -> list[tuple[datetime, datetime | None, int]]:
        """When each operator was connected and left, and who he is; the last is who stays, or stayed, longest."""
        talks = [
            (one.at, self._left(one), one.operator) for one in self.operators if isinstance(one, Connected)
        ]
        return sorted(talks, key=lambda talk: (talk[1] is None, talk[1] or talk[0], talk[0]))

    def _left(self, taken: OperatorEvent) -> datetime | None:
        later = (one for one in self.operators if isinstance(one, OperatorLeft) and one.at >= taken.at)
        return next((one.at for one in later if one.operator == taken.operator), None)

    @property
    def operator(self) -> int | None:
        """Who talks or talked to the debtor, after a transfer the one who was the last; None as long as nobody did."""
        return self._talks[-1][2] if self._talks else None

    @property
    def connected_at(self) -> datetime | None:
        """When the first operator took the call."""
        return min((begun for begun, _, _ in self._talks), default=None)

    @property
    def operator_left_at(self) -> datetime | None:
        """When the leg of the last operator ended; None while he talks, and for calls that nobody took."""
        return self._talks[-1][1] if self._talks else None

    @property
    def offered_to(self) -> int | None:
        """The operator whose phone is rung now."""
        last = self.operators[-1] if self.operators else None
        return last.operator if isinstance(last, Offered) else None

    @property
    def waiting(self) -> bool:
        """Whether the debtor waits for an operator now."""
        served = self.connected_at or self.unserved_at or self.ended_at
        return self.queued_at is not None and served is None

    @property
    def waited_s(self) -> float:
        """Seconds from the answer until an operator took the call, or nobody did."""
        return _seconds(self.answered_at, self.connected_at or self.unserved_at or self.ended_at)

    @property
    def operator_s(self) -> float:
        """Seconds from the first word of an operator until the last one was gone."""
        return _seconds(self.connected_at, self.operator_left_at or self.ended_at)

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
        case Queued(desk=desk):
            return _queued(call, desk, event.at)
        case Unserved(at=at):
            return replace(call, unserved_at=_earliest(call.unserved_at, at))
        case OperatorEvent() if event not in call.operators:
            return replace(call, operators=tuple(sorted((*call.operators, event), key=_by_time)))
        case RecordingBegun(file=file) if file not in call.recordings:
            return replace(call, recordings=tuple(sorted((*call.recordings, file))))
        case HungUp(cause=cause, sip=sip) if not call.over:
            return replace(call, ended_at=event.at, cause=cause, sip=sip)
        case NotPlaced(reason=reason) if not call.over and call.created_at is None:
            return replace(call, ended_at=event.at, failure=reason)
        case Lost(reason=reason) if not call.over:
            return replace(call, ended_at=event.at, failure=reason, lost=True)
    return call


def _queued(call: Call, desk: str, at: datetime) -> Call:
    flows = call.came_to not in ("", desk) and call.connected_at is None
    return replace(
        call,
        desk=desk,
        came_to=call.came_to or desk,
        flowed_to=desk if flows else call.flowed_to,
        queued_at=_earliest(call.queued_at, at),
    )


def _by_time(event: OperatorEvent) -> tuple[datetime, int]:
    """Of one instant: first the offer, then the answer to it, then the end."""
    return event.at, (Offered, Connected, OperatorLeft).index(type(event))


def _earliest(known: datetime | None, seen: datetime) -> datetime:
    return min(known, seen) if known else seen
