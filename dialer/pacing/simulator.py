"""A simulated shift: the same scenario, seed and pacer give the same shift."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from itertools import count

from dialer.pacing.facts import EventKind, Pacer, PacingEvent, Snapshot
from dialer.pacing.people import People
from dialer.pacing.scenario import Scenario
from dialer.pacing.shift import Shift

TICK_S = 1.0
ENDLESS = 10**9

Watch = Callable[[], float]
"""A steady clock in seconds, to time the decisions by."""


def simulate(scenario: Scenario, pacer: Pacer, seed: int, watch: Watch = lambda: 0.0) -> Shift:
    """Plays the shift and answers what happened in it; the pacer decides each `TICK_S`."""
    return _Floor(scenario, seed).play(pacer, watch)


class _Floor:
    """The operators, the dials in flight and what will happen to them, at a second of the shift."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self._scenario, self._people = scenario, People(scenario, seed)
        self._now = 0.0
        self._coming: list[tuple[float, int, Callable[[int, float], None], int, float]] = []
        self._order, self._ids = count(), count()
        self._idle: dict[int, float] = {}
        self._talking: dict[int, float] = {}
        self._wrapping: dict[int, float] = {}
        self._ringing: dict[int, tuple[float, EventKind, bool]] = {}
        self._waiting: dict[int, tuple[float, bool]] = {}
        self._leaving = 0
        self._left = ENDLESS if scenario.leads is None else scenario.leads
        self._events: list[PacingEvent] = []
        self._shift = Shift(scenario.seconds)
        for start in scenario.agents.starts:
            self._in(start, self._change_operators, 0, 0.0)

    def play(self, pacer: Pacer, watch: Watch) -> Shift:
        for tick in range(math.ceil(self._scenario.seconds / TICK_S)):
            self._run_until(tick * TICK_S)
            snapshot = self._snapshot()
            began = watch()
            decision = pacer.decide(snapshot)
            self._shift.decided(self._now, snapshot, watch() - began)
            for _ in range(min(decision.dial, self._left)):
                self._dial()
        self._run_until(self._scenario.seconds)
        self._shift.end([*self._talking.values(), *self._wrapping.values()])
        return self._shift

    def _snapshot(self) -> Snapshot:
        events, self._events = self._events, []
        return Snapshot(
            self._now,
            list(self._idle.values()),
            list(self._talking.values()),
            list(self._wrapping.values()),
            [since for since, _, _ in self._ringing.values()],
            [since for since, _ in self._waiting.values()],
            self._left,
            events,
        )

    def _in(self, seconds: float, what: Callable[[int, float], None], who: int, value: float) -> None:
        heapq.heappush(self._coming, (self._now + seconds, next(self._order), what, who, value))

    def _run_until(self, second: float) -> None:
        coming = self._coming
        while coming and coming[0][0] <= second:
            self._now, _, what, who, value = heapq.heappop(coming)
            what(who, value)
        self._now = second

    def _tell(self, kind: EventKind, seconds: float) -> None:
        self._events.append(PacingEvent(kind, seconds))

    def _dial(self) -> None:
        self._left -= 1
        self._shift.dials += 1
        dial = next(self._ids)
        kind, seconds, machine = self._people.dial(self._now)
        self._ringing[dial] = (self._now, kind, machine)
        self._in(seconds, self._end_dial, dial, seconds)

    def _end_dial(self, dial: int, age: float) -> None:
        _, kind, machine = self._ringing.pop(dial)
        self._tell(kind, age)
        if kind is not EventKind.ANSWERED:
            return
        self._shift.answered(self._now)
        if self._idle:
            self._talk(next(iter(self._idle)), machine=machine)
            return
        self._waiting[dial] = (self._now, machine)
        self._in(self._scenario.patience_s, self._abandon, dial, self._now)

    def _abandon(self, dial: int, since: float) -> None:
        if self._waiting.pop(dial, None):
            self._tell(EventKind.ABANDONED, self._now - since)
            self._shift.abandoned(since)

    def _talk(self, operator: int, *, machine: bool) -> None:
        self._shift.taken(self._now - self._idle.pop(operator))
        self._talking[operator] = self._now
        seconds = self._people.talk(self._now, machine=machine)
        self._in(seconds, self._end_talk, operator, seconds)

    def _end_talk(self, operator: int, seconds: float) -> None:
        self._shift.busy(self._talking.pop(operator), self._now)
        self._tell(EventKind.TALK_ENDED, seconds)
        self._wrapping[operator] = self._now
        wrap = self._people.wrap(self._now)
        self._in(wrap, self._end_wrap, operator, wrap)

    def _end_wrap(self, operator: int, seconds: float) -> None:
        self._shift.busy(self._wrapping.pop(operator), self._now)
        self._tell(EventKind.WRAP_ENDED, seconds)
        if self._leaving:
            self._leaving -= 1
            self._shift.operators(self._now, -1)
            return
        self._idle[operator] = self._now
        if self._waiting:
            _, machine = self._waiting.pop(next(iter(self._waiting)))
            self._talk(operator, machine=machine)

    def _change_operators(self, _: int, __: float) -> None:
        present = len(self._idle) + len(self._talking) + len(self._wrapping) - self._leaving
        change = int(self._scenario.agents.at(self._now)) - present
        while change > 0 and self._leaving:
            self._leaving, change = self._leaving - 1, change - 1
        for _who in range(change):
            self._idle[next(self._ids)] = self._now
        gone = min(len(self._idle), max(0, -change))
        for operator in list(self._idle)[:gone]:
            del self._idle[operator]
        self._leaving += max(0, -change) - gone
        self._shift.operators(self._now, change if change > 0 else -gone)
