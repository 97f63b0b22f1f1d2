"""What the pacing of a robot's calls is told of calls and of the queue.

All times are seconds of one clock that began at a midnight of the contact centre's zone: its hours tell the hour of the
day, and a second day goes on counting.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from domain.said import said
from domain.touch import LIVE_ANSWERS, Outcome


class Reach(StrEnum):
    """What a debtor noticed of a call, as far as calling back is concerned."""

    HEARD = "heard"
    MISSED = "missed"
    NOTHING = "nothing"


UNNOTICED = frozenset(
    {Outcome.NO_CARRIER, Outcome.INVALID_NUMBER, Outcome.BLOCKED_BY_OPERATOR, Outcome.NOT_PLACED}
)


def reach_of(outcome: Outcome) -> Reach:
    """A call that did not ring out in the debtor's hand may still be shown to him as missed."""
    if outcome in LIVE_ANSWERS or outcome is Outcome.MACHINE_MSG:
        return Reach.HEARD
    return Reach.NOTHING if outcome in UNNOTICED else Reach.MISSED


class Key(NamedTuple):
    """Which calls are alike: the strategy's step, and the segment it stands in."""

    step: str
    segment: str


@dataclass(frozen=True, slots=True)
class CallOut:
    """``count`` calls of the robot that ended at one time, alike."""

    at: float
    key: Key
    reach: Reach
    count: int = 1


@dataclass(frozen=True, slots=True)
class Waited:
    """A caller left the queue after ``seconds``, to an operator or by hanging up."""

    seconds: float
    answered: bool


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """A desk's queue at ``at``, and what happened since the facts before.

    ``operators`` are there (ready, talking, in wrap-up), ``busy`` of them talk or wrap up; ``staffing`` is the known
    plan of shifts and breaks as (from second, operators), empty for none; ``closes_at`` None is never. ``ceiling`` is
    what trunks and campaigns allow, in calls per second. ``finished`` counts talks whose wrap-up ended.
    """

    at: float
    operators: int
    busy: int
    waiting: int
    ceiling: float
    finished: int = 0
    waited: Sequence[Waited] = ()
    staffing: Sequence[tuple[float, float]] = ()
    closes_at: float | None = None

    def fault(self) -> str:
        """Why nothing may be concluded from it ("" if it is sound)."""
        numbers = (self.at, self.operators, self.busy, self.waiting, self.ceiling, self.finished)
        if not all(0 <= number < math.inf for number in numbers):
            return said("the queue's facts hold a number that cannot be")
        if any(not 0 <= one.seconds < math.inf for one in self.waited):
            return said("a caller waited for a time that cannot be")
        return ""


def clock_time(at: float) -> str:
    """A time as people read it: 14:20."""
    minutes = int(at // 60) % (24 * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
