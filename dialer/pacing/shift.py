"""What happened in a shift, and its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dialer.pacing.facts import Snapshot

WINDOW_S = 1800.0
STEP_S = 60.0
FEWEST = 20


@dataclass(frozen=True, slots=True)
class Moment:
    """What a plot shows of one decision; ``abandons`` counts from the start of the shift."""

    second: float
    idle: int
    in_flight: int
    abandons: int


class Shift:
    """Counts as the simulator tells; every rate is 0 where there is nothing to divide by."""

    def __init__(self, seconds: float) -> None:
        self.moments: list[Moment] = []
        self.dials = self.talks = 0
        self._seconds = seconds
        self._answers: list[float] = []
        self._abandons: list[float] = []
        self._took: list[float] = []
        self._idle_s = self._busy_s = self._present_s = 0.0

    def decided(self, now: float, snapshot: Snapshot, took: float) -> None:
        """A decision was made, in ``took`` seconds."""
        self._took.append(took)
        idle, in_flight = len(snapshot.idle_since), len(snapshot.ringing_since)
        self.moments.append(Moment(now, idle, in_flight, len(self._abandons)))

    def answered(self, now: float) -> None:
        """A live answer asks for an operator."""
        self._answers.append(now)

    def abandoned(self, answered_at: float) -> None:
        """It found none; it counts where it was answered."""
        self._abandons.append(answered_at)

    def taken(self, idle_s: float) -> None:
        """An operator took one, after ``idle_s`` without."""
        self.talks += 1
        self._idle_s += idle_s

    def busy(self, since: float, until: float) -> None:
        """An operator talked or wrapped up."""
        self._busy_s += until - since

    def operators(self, now: float, change: int) -> None:
        """So many came (or left)."""
        self._present_s += change * (self._seconds - now)

    def end(self, busy_since: Sequence[float]) -> None:
        """The shift is over for those who are still busy too."""
        for since in busy_since:
            self.busy(since, self._seconds)

    @property
    def worst_window(self) -> float:
        """The largest abandon rate of any `WINDOW_S`, looked at each `STEP_S`.

        Of windows with `FEWEST` answers at least: one of one is no rate. Of the whole shift when there is none.
        """
        ends = np.arange(min(WINDOW_S, self._seconds), self._seconds + STEP_S / 2, STEP_S)
        answers, abandons = (
            np.searchsorted(times, ends) - np.searchsorted(times, ends - WINDOW_S)
            for times in (np.array(sorted(self._answers)), np.array(sorted(self._abandons)))
        )
        many = answers >= FEWEST
        if not many.any():
            return len(self._abandons) / max(len(self._answers), 1)
        return float(np.max(abandons[many] / answers[many]))

    def to_json(self) -> dict[str, Any]:
        """The figures: shares, seconds, counts; only ``decide_ms_p99`` depends on the machine."""
        return {
            "utilisation": _share(self._busy_s, self._present_s),
            "abandon": _share(len(self._abandons), len(self._answers)),
            "abandon_worst_30min": round(self.worst_window, 6),
            "dials": self.dials,
            "answers": len(self._answers),
            "talks": self.talks,
            "idle_wait_mean_s": _share(self._idle_s, self.talks),
            "decisions": len(self._took),
            "decide_ms_p99": round(float(np.quantile(self._took, 0.99)) * 1000, 4) if self._took else 0.0,
        }


def _share(part: float, whole: float) -> float:
    return round(part / whole, 6) if whole else 0.0
