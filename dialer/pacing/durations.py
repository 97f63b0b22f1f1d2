"""When a busy operator will be free: from talks and wrap-ups that ended, given how long this one has lasted."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dialer.pacing.arrays import Array
from dialer.pacing.facts import EventKind, PacingEvent
from dialer.pacing.level import Level
from dialer.pacing.smooth import Smooth

KEPT = 500
"""Durations that are remembered of each kind."""
AHEAD = 60
"""Seconds for which tables are made."""
AGES = np.unique(np.concatenate((np.arange(60.0), np.geomspace(60, 7200, 80).round())))
FEWEST = 3
"""Talks and wrap-ups by which a table is made."""
GROWN, REFRESH_S, REFRESH = 0.2, 60.0, 10
"""It is made anew when this share of the durations is new, or after so many seconds and durations."""
UNSURE = 2.5
"""Standard deviations of a speed that are taken for noise."""


class Durations:
    """The last talks and wrap-ups, made into tables now and then.

    A `Level` watches the talks: that they suddenly last twice as long is seen before the first of them end.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._talks: deque[float] = deque(maxlen=KEPT)
        self._wraps: deque[float] = deque(maxlen=KEPT)
        self._speed = Level(0.1, 10.0)
        self._tables: _Tables | None = None
        self._new, self._since = 0, 0.0

    @property
    def speed(self) -> float:
        """How many times faster talks end than the tables say."""
        factor = self._speed.factor
        return 1.0 if abs(np.log(factor)) < UNSURE * self._speed.noise else factor

    @property
    def ready(self) -> bool:
        """Whether there is anything to go by."""
        return self._tables is not None

    def learn(self, events: Sequence[PacingEvent], talking: Array, wrapping: Array, elapsed: float) -> None:
        """Ages of the talks and the wrap-ups that go on; what ended in the ``elapsed`` seconds since the last look."""
        talks = [event.seconds for event in events if event.kind is EventKind.TALK_ENDED]
        self._talks.extend(talks)
        wraps = [event.seconds for event in events if event.kind is EventKind.WRAP_ENDED]
        self._wraps.extend(wraps)
        self._new += len(talks) + len(wraps)
        self._since += elapsed
        if self._tables:
            ages = np.concatenate((talking, talks))
            expected = self._tables.ends(ages, elapsed) * self._speed.factor
            self._speed.follow(len(talks), expected, elapsed)
        if min(len(self._talks), len(self._wraps)) >= FEWEST and self._old():
            talk, wrap = Smooth(self._talks, talking), Smooth(self._wraps, wrapping)
            self._tables = _Tables(talk, wrap, self._patience)
            self._new, self._since = 0, 0.0

    def _old(self) -> bool:
        known = len(self._talks) + len(self._wraps)
        return self._new >= GROWN * known or (self._new >= REFRESH and self._since >= REFRESH_S)

    def within(self, talking: Array, wrapping: Array, horizon: int) -> Array:
        """Chances to be free within 1, 2 ... ``horizon`` seconds plus patience, one row an operator.

        Only when `ready`, as `cycle`.
        """
        assert self._tables
        table = self._tables.ahead(horizon)
        rows = np.concatenate((_rows(talking), _rows(wrapping) + len(AGES)))
        return self._sped(table[rows])

    def cycle(self, horizon: int) -> Array:
        """The same for an operator who takes a call within the first second."""
        assert self._tables
        return self._sped(self._tables.cycle(horizon))

    def _sped(self, chances: Array) -> Array:
        speed = self.speed
        return chances if speed == 1 else np.asarray(1 - (1 - chances) ** speed)


class _Tables:
    """Chances to be free within 0, 1 ... `AHEAD` seconds (columns): for each of `AGES` of a talk, then of a wrap-up."""

    def __init__(self, talk: Smooth, wrap: Smooth, patience: float) -> None:
        self._talk, self._patience = talk, patience
        seconds = np.arange(AHEAD + 1.0)
        ends = np.diff(talk.left(AGES, seconds), axis=1)
        lag = seconds[None, :-1] - seconds[:-1, None]
        wrapped = np.where(lag >= 0, wrap.by(np.maximum(lag, 0) + 0.5), 0.0)
        after_talk = np.concatenate((np.zeros((len(AGES), 1)), ends @ wrapped), axis=1)
        self._table = np.vstack((after_talk, wrap.left(AGES, seconds)))
        self._ahead: Array = np.empty((0, 0))

    def ahead(self, horizon: int) -> Array:
        """Those within 1, 2 ... ``horizon`` seconds plus patience."""
        if self._ahead.shape[1] != horizon:
            seconds = np.arange(1, horizon + 1) + self._patience
            self._ahead = _at(self._table, seconds)
            self._cycle = _at(self._table[:1], np.maximum(seconds - 0.5, 0.0)).ravel()
        return self._ahead

    def cycle(self, horizon: int) -> Array:
        """Of a talk that begins in the middle of the first second."""
        self.ahead(horizon)
        return self._cycle

    def ends(self, ages: Array, elapsed: float) -> float:
        """Talks expected to have ended in the last ``elapsed`` seconds, of those that have these ages now or had."""
        hazard = self._talk.hazard(np.concatenate((ages, np.maximum(ages - elapsed, 0.0))))
        return float(hazard[: len(ages)].sum() - hazard[len(ages) :].sum())


def _rows(ages: Array) -> NDArray[np.intp]:
    return np.asarray(np.searchsorted(AGES, np.minimum(ages, AGES[-1]) - 0.5))


def _at(table: Array, seconds: Array) -> Array:
    """Columns at seconds that need not be whole; those further than `AHEAD` as that."""
    low = np.minimum(seconds.astype(np.intp), AHEAD - 1)
    part = np.minimum(seconds - low, 1.0)
    return np.asarray(table[:, low] * (1 - part) + table[:, low + 1] * part)
