"""What came of an ended call: its outcome, and why it is that one."""

from __future__ import annotations

from dataclasses import dataclass

from domain.call import Call
from domain.call_events import MachineJudged
from domain.touch import Outcome

SHORT_ANSWER_S = 5.0
"""A live answer shorter than this is `answered_short` (LAW.md 1.3)."""

OPERATOR_WANTED = "operator_wanted"
"""The result that a script records when the debtor, having heard it, asks for an operator."""

MESSAGE_LEFT = "message_left"
"""The result that a script records when it speaks to a machine."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome and why it is that one."""

    outcome: Outcome
    reason: str


def judge(call: Call) -> Verdict:
    """The outcome of an ended call; what was said to an operator he tells himself, as a correction."""
    if call.lost:
        return Verdict(Outcome.UNKNOWN, call.failure)
    if call.answered_at is not None:
        return _judge_answered(call)
    if call.failure:
        return Verdict(Outcome.NOT_PLACED, call.failure)
    return _judge_unanswered(call)


def _judge_answered(call: Call) -> Verdict:
    if call.operator is not None:
        return _judge_talk(call, call.operator)
    if call.result == "wrong_person":
        return Verdict(Outcome.TALK_WRONG_PERSON, "the person said so by a digit")
    if call.answers:
        return Verdict(Outcome.MSG_DELIVERED, f"answered {', '.join(name for name, _ in call.answers)}")
    if call.digits:
        return Verdict(Outcome.MSG_DELIVERED, f"answered by digit {call.digits[-1]}")
    if call.machine and call.machine.verdict == "machine":
        return _judge_machine(call.machine, call.result)
    if call.desk and call.result != OPERATOR_WANTED:
        return _judge_unserved(call)
    if call.talk_s < SHORT_ANSWER_S:
        return Verdict(Outcome.ANSWERED_SHORT, f"hung up after {call.talk_s:.1f} s")
    return Verdict(Outcome.MSG_DELIVERED, _listened(call))


def _judge_talk(call: Call, operator: int) -> Verdict:
    talked = f"operator {operator} talked {call.operator_s:.1f} s"
    if call.talk_s < SHORT_ANSWER_S:
        return Verdict(Outcome.ANSWERED_SHORT, f"{talked}, of an answer of {call.talk_s:.1f} s")
    return Verdict(Outcome.TALK_DEBTOR, talked)


def _judge_unserved(call: Call) -> Verdict:
    """Nobody talked to him: because no operator was there in time, or because he did not wait for the one rung."""
    waited = f"waited {call.waited_s:.1f} s for desk {call.desk}"
    if call.offered_to is not None and call.unserved_at is None and call.talk_s < SHORT_ANSWER_S:
        return Verdict(Outcome.ANSWERED_SHORT, f"{waited}, hung up while operator {call.offered_to} was rung")
    return Verdict(Outcome.ABANDONED, f"{waited}, no operator took the call")


def _judge_machine(machine: MachineJudged, result: str) -> Verdict:
    """What AMD took for a machine. It errs, so by itself it gives no outcome that counts for less than a person's."""
    told = f"answering machine ({machine.cause}{', beep' if machine.beep else ''})"
    if result == MESSAGE_LEFT:
        return Verdict(Outcome.MACHINE_MSG, f"{told}, a message was left")
    if machine.beep:
        return Verdict(Outcome.MACHINE_NO_MSG, f"{told}, nothing was left")
    return Verdict(Outcome.ANSWERED_SHORT, f"perhaps an {told}, but no beep: counts as a person")


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
