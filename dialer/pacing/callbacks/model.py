"""How many calls in come of calls out, and when."""

from __future__ import annotations

import numpy as np

from dialer.pacing.callbacks.counts import Counts, Indices
from dialer.pacing.callbacks.decision import Forecast
from dialer.pacing.callbacks.delay import WINDOW_MIN, Delay, Numbers
from dialer.pacing.callbacks.facts import CallOut
from dialer.pacing.callbacks.shares import HOURS, PRIOR_EVENTS, PRIOR_SHARE, shrunk

HALF_LIFE_MIN = 7 * 24 * 60
"""What happened a week ago counts half."""
RECENT_MIN = 30
"""The level of the day is read off the last half-hour, and so is the mix of calls."""
LEVEL_EVENTS = 80.0
"""The level of the day departs from 1 half-way when as many more calls came in."""
BASE_MIN = 30.0
"""An hour of the day leans on all hours as if it had been watched for so many minutes with their rate."""
PASSES = 3
"""Shares and delays explain each other: each is drawn from the other as it stands, in turn."""
BAND = 1.2816
"""Normal quantile of 90 %: four of five minutes lie within the band."""


class CallbackModel:
    """Learns calls in per call out and their delays; forgets with a half-life of a week.

    It is rebuilt from the log of touches: tell it the last days' calls before the first decision.
    """

    def __init__(self) -> None:
        self._counts = Counts()
        self._delay = Delay()
        self._arrived = np.zeros(WINDOW_MIN)
        self._old_due = 0.0
        self._strangers, self._watched_min = np.zeros(HOURS), np.zeros(HOURS)
        self._shares = np.zeros((0, HOURS))
        self._due = np.zeros(WINDOW_MIN)
        self._coming = np.zeros(2 * WINDOW_MIN)
        self.level = 1.0
        """Calls in of the last half-hour over what the shares made expect, drawn to 1 where they are few."""

    def advance(self, now: float) -> None:
        """Time goes on to ``now``; going back is ignored."""
        minute = int(now // 60)
        passed = self._counts.advance(minute)
        if not passed:
            return
        gone = min(passed, WINDOW_MIN)
        self._arrived = np.pad(self._arrived[gone:], (0, gone))
        self._old_due += self._due[:gone].sum()
        self._watched_min += np.bincount(self._counts.hours[-gone:], minlength=HOURS)
        fade = 0.5 ** (passed / HALF_LIFE_MIN)
        self._counts.fade(fade)
        self._delay.fade(fade)
        self._old_due *= fade
        self._strangers *= fade
        self._watched_min *= fade

    def called_out(self, call: CallOut) -> None:
        """Calls of the robot ended."""
        self._counts.called_out(call)

    def called_in(self, at: float, follows: CallOut | None = None) -> None:
        """Somebody called; ``follows`` is our last call to him, if it was within a day."""
        lag = -1 if follows is None else int(at // 60) - int(follows.at // 60)
        if follows is None or not 0 <= lag < WINDOW_MIN:
            self._strangers[int(at // 3600) % HOURS] += 1
            return
        self._counts.called_back(follows)
        self._delay.pair(lag)
        place = self._counts.place(at)
        if place >= 0:
            self._arrived[place] += 1

    def learn(self) -> None:
        """Draw the conclusions from what was told: all that is asked of the model is answered as of here."""
        counts = self._counts
        matched = counts.old_back + counts.by_hour(counts.back)
        for _ in range(PASSES):
            exposed = counts.old_out + counts.by_hour(counts.out * self._delay.cdf[::-1])
            self._shares = shrunk(list(counts.classes), matched, exposed)
            self._due = (counts.out * self._shares[:, counts.hours]).sum(axis=0)
            since_oldest = self._old_due + np.cumsum(self._due)
            self._delay.learn((since_oldest - self._due / 2)[::-1])
        self._coming = np.pad(np.convolve(self._due, self._delay.pmf), (0, 1))
        recent = slice(WINDOW_MIN - 1 - RECENT_MIN, WINDOW_MIN - 1)
        self.level = _leaning(self._arrived[recent].sum(), self._coming[recent].sum(), LEVEL_EVENTS)

    @property
    def knowledge(self) -> float:
        """Calls in that the shares rest on; their relative error is one over its root."""
        return float(self._counts.back.sum() + self._counts.old_back.sum()) + PRIOR_EVENTS

    def share(self) -> float:
        """Calls in per call out, of the calls made of late, in the present hour."""
        return float(self._share_of_mix()[self._hours_ahead(1)[0]] * self.level)

    def still_to_come(self, minutes: int) -> float:
        """The share of a call's callbacks that come later than so many minutes after it."""
        return float(self._delay.pmf[minutes:].sum())

    def committed(self, minutes: int) -> Numbers:
        """Calls in expected in each of the next minutes of calls already made, and of those who follow none."""
        return np.asarray(self._coming[WINDOW_MIN : WINDOW_MIN + minutes] * self.level + self._base(minutes))

    def response(self, minutes: int) -> Numbers:
        """[t, j]: calls in at the t-th next minute for each call out of the j-th, of the mix called of late."""
        lags = np.arange(minutes)[:, None] - np.arange(minutes)[None, :]
        share = self._share_of_mix()[self._hours_ahead(minutes)] * self.level
        return np.asarray(np.where(lags >= 0, self._delay.pmf[np.abs(lags)], 0.0) * share[None, :])

    def forecast(self, planned: Numbers) -> Forecast:
        """Calls in when so many calls out follow in each of the next minutes (at most a day)."""
        minutes = len(planned)
        return self.banded(self.committed(minutes) + self.response(minutes) @ planned)

    def banded(self, mean: Numbers) -> Forecast:
        """Expected calls in with their band: chance, and what is not known of the shares."""
        spread = BAND * np.sqrt(mean + mean**2 / self.knowledge)
        return Forecast(mean, np.maximum(0.0, mean - spread), mean + spread)

    def _base(self, minutes: int) -> Numbers:
        everywhere = self._strangers.sum() / (self._watched_min.sum() + BASE_MIN)
        by_hour = (self._strangers + everywhere * BASE_MIN) / (self._watched_min + BASE_MIN)
        return np.asarray(by_hour[self._hours_ahead(minutes)])

    def _share_of_mix(self) -> Numbers:
        counts = self._counts
        mix = counts.out[:, -RECENT_MIN:].sum(axis=1)
        if not mix.sum():
            mix = counts.out.sum(axis=1) + counts.old_out.sum(axis=1)
        if not mix.sum():
            return np.full(HOURS, PRIOR_SHARE)
        return np.asarray(mix @ self._shares / mix.sum())

    def _hours_ahead(self, minutes: int) -> Indices:
        return np.asarray(((self._counts.minute or 0) + 1 + np.arange(minutes)) // 60 % HOURS)


def _leaning(seen: float, expected: float, weight: float) -> float:
    """A ratio drawn to 1 where both are few."""
    return float((seen + weight) / (expected + weight))
