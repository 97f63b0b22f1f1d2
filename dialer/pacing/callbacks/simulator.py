"""Simulated days of robots' calls, calls in and a queue: the same scenario, seed and controller give the same day."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from dialer.pacing.callbacks.day import Call, Day, Minute
from dialer.pacing.callbacks.decision import RateDecision
from dialer.pacing.callbacks.facts import CallOut, QueueFacts, Waited
from dialer.pacing.callbacks.model import CallbackModel
from dialer.pacing.callbacks.pacer import CallbackPacer, Goal
from dialer.pacing.callbacks.scenario import CallbackScenario
from dialer.pacing.callbacks.truth import Truth

DECIDE_S = 60.0
DAY_S = 24 * 3600.0

Controller = Callable[[QueueFacts, float], RateDecision]


def simulate_callbacks(scenario: CallbackScenario, seed: int, rate: float | None = None) -> Day:
    """Plays the scenario's days and answers the last one.

    ``rate`` (calls per second) is held all day; None leaves it to the controller.
    """
    model = CallbackModel()
    days = []
    for number in range(scenario.days):
        control = CallbackPacer(model, Goal(scenario.level, scenario.within_s)).decide
        desk = _Desk(scenario, seed + 1_000_003 * number, number * DAY_S, model if rate is None else None)
        days.append(desk.play(control if rate is None else _held(rate)))
    return days[-1]


def _held(rate: float) -> Controller:
    return lambda facts, now: RateDecision(min(rate, facts.ceiling), rate / facts.ceiling, "the rate is held")


@dataclass(slots=True)
class _Caller:
    at: float
    follows: CallOut | None
    waits: bool = True


class _Desk:
    """The queue at a second of the day; the clock that the controller sees begins at midnight."""

    def __init__(
        self, scenario: CallbackScenario, seed: int, day_s: float, model: CallbackModel | None
    ) -> None:
        self._scenario, self._truth, self._model = scenario, Truth(scenario, seed), model
        self._opened = day_s + scenario.opens_at_hour * 3600
        self._now, self._owed = 0.0, 0.0
        self._order = count()
        self._coming: list[tuple[float, int, Callable[[_Caller], None], _Caller]] = []
        self._queue: deque[_Caller] = deque()
        self._operators = int(scenario.operators.at(0))
        self._busy = self._finished = 0
        self._waited: list[Waited] = []
        self._came: list[_Caller] = []
        self._day = Day(scenario.within_s, scenario.seconds)

    def play(self, control: Controller) -> Day:
        bursts = deque(sorted(self._scenario.bursts))
        told: list[CallOut] = []
        for minute in range(int(self._scenario.seconds // DECIDE_S)):
            self._run_until(minute * DECIDE_S)
            self._tell(told)
            decision = control(self._facts(), self._opened + self._now)
            self._day.minutes.append(
                Minute(decision.rate, decision.reason, self._operators, len(self._queue))
            )
            self._owed += decision.rate * DECIDE_S
            while bursts and bursts[0][0] <= self._now:
                self._owed += bursts.popleft()[1]
            told = self._call_out()
        self._run_until(self._scenario.seconds)
        self._close()
        return self._day

    def _close(self) -> None:
        """Whoever waits is still served, whoever calls later is not."""
        late = [coming for coming in self._coming if coming[2] == self._arrive]
        self._coming = sorted(coming for coming in self._coming if coming not in late)
        self._day.late = len(late)
        while self._queue and self._coming:
            self._run_until(self._coming[0][0])

    def _call_out(self) -> list[CallOut]:
        calls, self._owed = int(self._owed), self._owed % 1
        self._day.calls_out += calls
        told, coming = self._truth.calls_out(self._now, calls, DECIDE_S)
        for at, call in coming:
            self._at(at, self._arrive, _Caller(at, call))
        for at in self._truth.strangers(self._now, DECIDE_S):
            self._at(at, self._arrive, _Caller(at, None))
        return told

    def _tell(self, told: list[CallOut]) -> None:
        came, self._came = self._came, []
        if self._model is None:
            return
        self._model.advance(self._opened + self._now)
        for call in told:
            self._model.called_out(self._shifted(call))
        for caller in came:
            follows = None if caller.follows is None else self._shifted(caller.follows)
            self._model.called_in(self._opened + caller.at, follows)

    def _shifted(self, call: CallOut) -> CallOut:
        return CallOut(self._opened + call.at, call.key, call.reach, call.count)

    def _facts(self) -> QueueFacts:
        plan = self._scenario.planned_operators or self._scenario.operators
        waited, self._waited = self._waited, []
        finished, self._finished = self._finished, 0
        return QueueFacts(
            self._opened + self._now,
            self._operators,
            self._busy,
            len(self._queue),
            self._scenario.max_rate,
            finished,
            waited,
            [(self._opened + start, value) for start, value in zip(plan.starts, plan.values, strict=True)],
            self._opened + self._scenario.seconds,
        )

    def _at(self, second: float, what: Callable[[_Caller], None], caller: _Caller) -> None:
        heapq.heappush(self._coming, (second, next(self._order), what, caller))

    def _run_until(self, second: float) -> None:
        while self._coming and self._coming[0][0] <= second:
            self._pass(self._coming[0][0])
            _, _, what, caller = heapq.heappop(self._coming)
            what(caller)
            self._staff()
        self._pass(second)
        self._staff()

    def _pass(self, second: float) -> None:
        self._day.busy_s += self._busy * (second - self._now)
        self._day.present_s += self._operators * (second - self._now)
        self._now = second

    def _staff(self) -> None:
        """Those who leave finish their talk; whoever is free takes the next caller."""
        self._operators = max(int(self._scenario.operators.at(self._now)), self._busy)
        while self._queue and self._busy < self._operators:
            caller = self._queue.popleft()
            if caller.waits:
                caller.waits = False
                self._leave(caller, answered=True)
                self._busy += 1
                self._at(self._now + self._truth.talk_s(self._now), self._finish, caller)

    def _arrive(self, caller: _Caller) -> None:
        self._came.append(caller)
        self._queue.append(caller)
        self._at(self._now + self._truth.patience_s(), self._hang_up, caller)

    def _hang_up(self, caller: _Caller) -> None:
        if caller.waits:
            caller.waits = False
            self._queue.remove(caller)
            self._leave(caller, answered=False)

    def _finish(self, caller: _Caller) -> None:
        self._busy -= 1
        self._finished += 1

    def _leave(self, caller: _Caller, *, answered: bool) -> None:
        waited = self._now - caller.at
        self._waited.append(Waited(waited, answered))
        self._day.calls.append(Call(caller.at, waited, answered))
