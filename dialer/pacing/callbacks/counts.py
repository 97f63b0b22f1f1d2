"""Calls out and the calls in that followed them: by minute over the last day, before that by hour of the day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dialer.pacing.callbacks.delay import WINDOW_MIN, Numbers
from dialer.pacing.callbacks.facts import CallOut
from dialer.pacing.callbacks.shares import HOURS, Class

Indices = NDArray[np.int64]


class Counts:
    """The window's last minute is the one that runs. Both sides are counted where the call out was."""

    def __init__(self) -> None:
        self.minute: int | None = None
        self.classes: dict[Class, int] = {}
        self.out, self.back = _empty(WINDOW_MIN), _empty(WINDOW_MIN)
        self.old_out, self.old_back = _empty(HOURS), _empty(HOURS)

    def advance(self, minute: int) -> int:
        """The window moves on; answers by how many minutes. Going back is ignored."""
        passed = 0 if self.minute is None else max(0, minute - self.minute)
        if passed:
            gone = min(passed, WINDOW_MIN)
            leaving = np.eye(HOURS)[self.hours[:gone]]
            for window, old in ((self.out, self.old_out), (self.back, self.old_back)):
                old += window[:, :gone] @ leaving
                window[:] = np.pad(window[:, gone:], ((0, 0), (0, gone)))
        self.minute = minute if self.minute is None else self.minute + passed
        return passed

    def called_out(self, call: CallOut) -> None:
        """Calls of the robot ended."""
        row = self._row(call)
        self._add(self.out[row], self.old_out[row], call.at, call.count)

    def called_back(self, call: CallOut) -> None:
        """Somebody called in after that call."""
        row = self._row(call)
        self._add(self.back[row], self.old_back[row], call.at, 1)

    def fade(self, factor: float) -> None:
        """What is older than a day counts for less."""
        self.old_out *= factor
        self.old_back *= factor

    @property
    def hours(self) -> Indices:
        """Hour of the day of each minute of the window."""
        return np.asarray(((self.minute or 0) - np.arange(WINDOW_MIN)[::-1]) // 60 % HOURS)

    def by_hour(self, window: Numbers) -> Numbers:
        """Sums of the window's minutes that stand in each hour of the day."""
        hours = self.hours
        starts = np.flatnonzero(np.diff(hours, prepend=-1))
        sums = np.zeros((HOURS, len(window)))
        np.add.at(sums, hours[starts], np.add.reduceat(window, starts, axis=1).T)
        return sums.T

    def place(self, at: float) -> int:
        """Where a time stands in the window, negative when it is older. What lies ahead counts as now."""
        minute = self.minute if self.minute is not None else int(at // 60)
        return WINDOW_MIN - 1 - max(0, minute - int(at // 60))

    def _add(self, window: Numbers, old: Numbers, at: float, count: int) -> None:
        place = self.place(at)
        if place >= 0:
            window[place] += count
        else:
            old[int(at // 3600) % HOURS] += count

    def _row(self, call: CallOut) -> int:
        name = (call.key, call.reach)
        if name not in self.classes:
            self.classes[name] = len(self.classes)
            self.out, self.back, self.old_out, self.old_back = (
                np.vstack([part, np.zeros(part.shape[1])])
                for part in (self.out, self.back, self.old_out, self.old_back)
            )
        return self.classes[name]


def _empty(width: int) -> Numbers:
    return np.zeros((0, width))
