"""What calls and operators tell the pacer of a desk (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dialer.pacing.facts import EventKind, PacingEvent
from dialer.running import Running
from domain.call import Call
from domain.campaign import FOR_ONE
from domain.operator import OperatorState, StateChange
from domain.touch import Outcome
from domain.verdict import judge

_ENDED_AS = {
    Outcome.NO_ANSWER: EventKind.NO_ANSWER,
    Outcome.NO_CARRIER: EventKind.CONGESTED,
    Outcome.NOT_PLACED: EventKind.CONGESTED,
    Outcome.UNKNOWN: EventKind.CONGESTED,
}
"""What ended dials were; all others tell something of the number that was rung."""


@dataclass(frozen=True, slots=True)
class CallsOfDesk:
    """A desk's calls by the event loop's clock: dials that nobody has answered, and who waits for an operator.

    Who is being offered to an operator waits no more: that operator counts as talking. ``stale`` is whether events of
    them may have gone unheard.
    """

    ringing_since: list[float]
    waiting_since: list[float]
    stale: bool


def calls_of(desk: str, calls: Iterable[Running]) -> CallsOfDesk:
    """The calls that a desk's operators will have to take; others have their operator already."""
    ringing: list[float] = []
    waiting: list[float] = []
    stale = False
    for running in calls:
        call, plan = running.call, running.plan
        if call.waiting and call.desk == desk and call.offered_to is None:
            waiting.append(running.queued)
        elif plan.desk == desk and plan.mode not in FOR_ONE and call.queued_at is None:
            ringing.append(running.since)
        stale = stale or (desk in (plan.desk, call.desk) and running.missed)
    return CallsOfDesk(ringing, waiting, stale)


def events_of_call(before: Call, after: Call, age_s: float) -> Iterator[PacingEvent]:
    """What a change of a call means; ``age_s`` are the seconds since it was dialled."""
    if after.queued_at and before.queued_at is None:
        yield PacingEvent.answered(age_s)
    if _unserved(after) and not _unserved(before):
        yield PacingEvent.abandoned(after.waited_s)
    if after.over and not before.over and after.queued_at is None:
        yield PacingEvent(_ended_as(after), age_s)


def events_of_operator(change: StateChange) -> Iterator[PacingEvent]:
    """What a change of an operator's state means; a talk without a wrap-up has one of 0 seconds."""
    if change.was is OperatorState.TALKING:
        yield PacingEvent.talk_ended(change.was_s)
        if change.state is OperatorState.READY:
            yield PacingEvent.wrap_ended(0.0)
    elif change.was is OperatorState.WRAP_UP:
        yield PacingEvent.wrap_ended(change.was_s)


def _unserved(call: Call) -> bool:
    over = call.unserved_at is not None or call.over
    return call.queued_at is not None and call.operator is None and over


def _ended_as(call: Call) -> EventKind:
    if call.machine and call.machine.verdict == "machine":
        return EventKind.MACHINE
    return _ENDED_AS.get(judge(call).outcome, EventKind.FAILED)
