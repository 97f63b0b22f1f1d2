"""The carrier's record against our log: one INVITE, one touch, the same end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from asterisk.town.record import CarrierCall
from asterisk.town.roles import Role
from domain.touch import Outcome, TouchId
from domain.verdict import SHORT_ANSWER_S

ROUNDING_S = 1.7
"""The two clocks see the answer and the end of a call a little apart."""

UNANSWERED = {
    Role.BUSY: {Outcome.BUSY},
    Role.REJECTS: {Outcome.REJECTED},
    Role.UNKNOWN_NUMBER: {Outcome.INVALID_NUMBER},
    Role.CONGESTION: {Outcome.NO_CARRIER},
    Role.SWITCHED_OFF: {Outcome.UNAVAILABLE},
}


@dataclass(slots=True)
class Comparison:
    """What differs. All lists empty: the log tells exactly what the carrier saw."""

    invites: int = 0
    touches: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    phantom: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    unknown: int = 0
    unseen: int = 0

    @property
    def equal(self) -> bool:
        """Whether both sides tell the same."""
        return not (self.lost or self.doubled or self.phantom or self.different)


def compare(
    record: Iterable[CarrierCall],
    log: Mapping[TouchId, Outcome | None],
    *,
    from_log: bool = False,
    talked: Collection[str] | None = None,
) -> Comparison:
    """``lost``: the carrier saw it, we have no touch. ``doubled``: two INVITEs of one touch. ``phantom``: we say
    that a call was placed, the carrier never saw it. ``unknown``: touches whose end nobody knows; ``unseen``: those
    of them that the carrier never saw.

    ``from_log``: calls may have been settled from the node's log, which does not tell a phone that is switched off
    from one that nobody picks up, nor, of a node that died, whether its last INVITEs left it. ``talked``: the touches
    in which an operator talked, when operators were to take whoever answered; None for calls of an auto-informer.
    """
    calls = list(record)
    seen = Counter(call.touch_id for call in calls)
    result = Comparison(invites=len(calls))
    result.touches = sum(outcome is not Outcome.NOT_PLACED for outcome in log.values())
    result.doubled = [touch for touch, count in seen.items() if count > 1]
    for call in calls:
        if call.touch_id not in log:
            result.lost.append(call.touch_id)
            continue
        outcome = log[TouchId(call.touch_id)]
        if outcome not in expected(call, from_log=from_log, talked=talked):
            result.different.append(f"{call.touch_id}: {call.role.value}, logged as {outcome}")
    for touch, outcome in log.items():
        result.unknown += outcome is Outcome.UNKNOWN
        if touch in seen or outcome is Outcome.NOT_PLACED:
            continue
        if from_log and outcome is Outcome.UNKNOWN:
            result.unseen += 1
        else:
            result.phantom.append(touch)
    return result


def expected(
    call: CarrierCall, *, from_log: bool = False, talked: Collection[str] | None = None
) -> set[Outcome]:
    """The outcomes that are true of a call as the carrier saw it; `unknown` is never wrong, only poor."""
    if not call.answered:
        true = UNANSWERED.get(call.role, {Outcome.NO_ANSWER})
        if call.ended_by == "dialler":  # he rang us meanwhile, and our call was ended
            true = true | {Outcome.NO_ANSWER}
    elif talked is None:
        true = _answered(call)
    else:
        true = _operators_call(call, call.touch_id in talked)
    if from_log:
        true = true | {Outcome.UNKNOWN} | ({Outcome.NO_ANSWER} if call.role is Role.SWITCHED_OFF else set())
    return true


def _operators_call(call: CarrierCall, talked: bool) -> set[Outcome]:
    told = _answered(call) - {Outcome.MSG_DELIVERED}
    return told | {Outcome.TALK_DEBTOR if talked else Outcome.ABANDONED}


def _answered(call: CarrierCall) -> set[Outcome]:
    if call.digit == "9":
        return {Outcome.TALK_WRONG_PERSON}
    if call.digit or call.answered is None:
        return {Outcome.MSG_DELIVERED}
    talk = (call.ended - call.answered).total_seconds()
    # An answer may cross our giving up on the wire: the carrier saw both.
    true = {Outcome.NO_ANSWER} if talk < ROUNDING_S and call.ended_by == "dialler" else set()
    if talk < SHORT_ANSWER_S + ROUNDING_S:
        true.add(Outcome.ANSWERED_SHORT)
    if talk > SHORT_ANSWER_S - ROUNDING_S:
        true.add(Outcome.MSG_DELIVERED)
    return true
