"""What becomes of a dial, by its age: learned from those that ended and those still in flight."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from dialer.pacing.arrays import Array
from dialer.pacing.facts import EventKind, PacingEvent
from dialer.pacing.level import Level

LONGEST = 90
"""Seconds; a dial that is older counts as this old."""
EDGES = np.arange(LONGEST + 1.0)
RESHAPE = 50
"""Dials that end before the distributions are made anew; sooner while few are known."""
MEMORY = 20000.0
"""Dials after which a distribution of ages is forgotten by a factor e."""
PEAK_S = 7200.0
"""A share that was seen may come back; it is forgotten by a factor e in this time."""
FIRST_SHARE = 0.3
LEAST_SHARE, MOST_SHARE = 0.005, 0.97
OVER = frozenset({EventKind.NO_ANSWER, EventKind.FAILED, EventKind.MACHINE})


class Answers:
    """Two distributions of ages (answered; ended otherwise), slow, and the share answered, which moves fast.

    A dial of age a is answered within s with ``share * (F(a + s) - F(a)) / alive(a)``: that it has not ended yet is
    evidence too. Congestion is none.
    """

    def __init__(self) -> None:
        second = np.arange(LONGEST) + 0.5
        self._answered: Array = second**2 * np.exp(-second / 4)
        self._answered *= 2 / self._answered.sum()
        self._over = np.zeros(LONGEST)
        self._over[1], self._over[29] = 1.0, 4.0
        self._level = Level(LEAST_SHARE / FIRST_SHARE, MOST_SHARE / FIRST_SHARE)
        self.seen = self.ended = 0
        self.peak = 0.0
        self._shape()
        self._follow()

    @property
    def share(self) -> float:
        """The part of dials that a person answers, now."""
        return FIRST_SHARE * self._level.factor

    @property
    def doubt(self) -> float:
        """Relative standard deviation of the share."""
        return self._level.noise

    def learn(self, events: Sequence[PacingEvent], in_flight: Array, elapsed: float) -> None:
        """What ended in the ``elapsed`` seconds since the last look, and the ages of the dials that did not."""
        answered = [event.seconds for event in events if event.kind is EventKind.ANSWERED]
        over = [event.seconds for event in events if event.kind in OVER]
        ages = np.concatenate((in_flight, answered, over))
        both = np.concatenate((ages, np.maximum(ages - elapsed, 0.0)))
        hazard = np.interp(both, EDGES, self._hazard)
        expected = hazard[: len(ages)].sum() - hazard[len(ages) :].sum()
        self._level.follow(len(answered), float(expected), elapsed)
        self.peak = max(self.share, self.peak * math.exp(-elapsed / PEAK_S))
        self._count(self._answered, answered)
        self._count(self._over, over)
        self.seen += len(answered)
        self.ended += len(answered) + len(over)
        if self.ended - self._shaped > min(RESHAPE, self._shaped):
            self._shape()
        self._follow()

    def of_new(self) -> tuple[Array, Array]:
        """For a dial made now: how the second of its answer, if any, is spread; its chance of one by each second."""
        return self._steps[: self.horizon], self.share * self._ahead[0]

    def within(self, in_flight: Array) -> tuple[Array, Array]:
        """Chances to be answered within 1, 2 ... `horizon` seconds, one row an age; and how many dials have it."""
        number = np.bincount(np.minimum((in_flight + 0.5).astype(np.intp), LONGEST), minlength=1)
        rows = len(number)
        chances = self._ahead[:rows] * (self.share / self._alive[:rows, None])
        return np.minimum(chances, 1.0), number.astype(np.float64)

    def _count(self, histogram: Array, ages: Sequence[float]) -> None:
        if ages:
            histogram *= np.exp(-len(ages) / MEMORY)
            bins = np.minimum(np.array(ages, dtype=np.intp), LONGEST - 1)
            histogram += np.bincount(bins, minlength=LONGEST)

    def _shape(self) -> None:
        """What moves slowly: the distributions of ages, and the seconds within which nearly all answers come."""
        self._shaped = self.ended
        self._by = np.concatenate(((0.0,), np.cumsum(self._answered))) / self._answered.sum()
        self._over_by = np.concatenate(((0.0,), np.cumsum(self._over))) / self._over.sum()
        self._steps = np.diff(self._by)
        self.horizon = int(np.searchsorted(self._by, 0.995)) + 1
        later = np.minimum(EDGES[:, None] + np.arange(1, self.horizon + 1), LONGEST).astype(np.intp)
        self._ahead = self._by[later] - self._by[:, None]

    def _follow(self) -> None:
        """What moves with the share."""
        share = self.share
        self._alive = np.maximum(share * (1 - self._by) + (1 - share) * (1 - self._over_by), 1e-6)
        steps = self._steps / (self._alive[1:] + self._alive[:-1])
        self._hazard = np.concatenate(((0.0,), np.cumsum(2 * share * steps)))
