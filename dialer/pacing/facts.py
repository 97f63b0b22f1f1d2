"""What a pacer is told, and what it answers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, Self

from domain.said import said

EARLY_S = 1.0
"""A time may lie this far ahead of ``now``: facts come from several nodes."""


class EventKind(StrEnum):
    """How a dial ended (``seconds`` is its age then), or what an operator or a person who waited finished."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    MACHINE = "machine"
    CONGESTED = "congested"
    ABANDONED = "abandoned"
    TALK_ENDED = "talk_ended"
    WRAP_ENDED = "wrap_ended"


@dataclass(frozen=True, slots=True)
class PacingEvent:
    """Something that happened since the last decision; ``seconds`` is how long it took."""

    kind: EventKind
    seconds: float

    @classmethod
    def answered(cls, age: float) -> Self:
        """A dial became a call for an operator, ``age`` seconds after dialling (AMD's delay included)."""
        return cls(EventKind.ANSWERED, age)

    @classmethod
    def no_answer(cls, age: float) -> Self:
        """It rang out."""
        return cls(EventKind.NO_ANSWER, age)

    @classmethod
    def failed(cls, age: float) -> Self:
        """Busy, invalid, refused: evidence about the number."""
        return cls(EventKind.FAILED, age)

    @classmethod
    def machine(cls, age: float) -> Self:
        """A machine answered, and no operator is needed."""
        return cls(EventKind.MACHINE, age)

    @classmethod
    def congested(cls, age: float) -> Self:
        """The carrier had no way: no evidence about people."""
        return cls(EventKind.CONGESTED, age)

    @classmethod
    def abandoned(cls, waited: float) -> Self:
        """A live answer found no operator within patience, or left before."""
        return cls(EventKind.ABANDONED, waited)

    @classmethod
    def talk_ended(cls, seconds: float) -> Self:
        """An operator's talk ended; his wrap-up begins."""
        return cls(EventKind.TALK_ENDED, seconds)

    @classmethod
    def wrap_ended(cls, seconds: float) -> Self:
        """An operator is free again (0 seconds when there was no wrap-up)."""
        return cls(EventKind.WRAP_ENDED, seconds)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a dialler sees at ``now``: seconds of one clock, one per operator, dial in flight, person who waits."""

    now: float
    idle_since: Sequence[float] = ()
    talking_since: Sequence[float] = ()
    wrapping_since: Sequence[float] = ()
    ringing_since: Sequence[float] = ()
    waiting_since: Sequence[float] = ()
    leads_left: int = 0
    events: Sequence[PacingEvent] = ()

    @property
    def operators(self) -> int:
        """Operators who are there: idle, talking or in wrap-up."""
        return len(self.idle_since) + len(self.talking_since) + len(self.wrapping_since)

    @property
    def free(self) -> int:
        """Idle operators whom no waiting person will take."""
        return len(self.idle_since) - len(self.waiting_since)

    def fault(self, last: float | None) -> str:
        """Why nothing may be concluded from it ("" if it is sound); ``last`` is the time of the one before."""
        if not math.isfinite(self.now):
            return said("the clock does not tell the time")
        if last is not None and self.now < last:
            return said("the clock went back by %(seconds)s s", seconds=f"{last - self.now:.1f}")
        for name in ("idle", "talking", "wrapping", "ringing", "waiting"):
            since = getattr(self, f"{name}_since")
            if since and not (math.isfinite(sum(since)) and max(since) <= self.now + EARLY_S):
                return said("%(name)s holds a time that is not in the past", name=f"{name}_since")
        if any(not 0 <= event.seconds < math.inf for event in self.events):
            return said("an event tells a duration that cannot be")
        return ""


@dataclass(frozen=True, slots=True)
class PacingDecision:
    """How many to dial now (>= 0), which consideration decided it (`domain.said`), and the figures behind it."""

    dial: int
    reason: str
    figures: Mapping[str, float] = field(default_factory=dict)


class Pacer(Protocol):
    """Decides how many to dial; it learns from what it is told, and a new shift begins with a new one."""

    def decide(self, snapshot: Snapshot) -> PacingDecision:
        """Every event is told once; times never go back, or nothing is dialled."""
        ...
