"""Holds the robots back, or lets them go, so that those who call back find an operator in time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dialer.pacing.callbacks.decision import Outlook, RateDecision
from dialer.pacing.callbacks.erlang import (
    PRIOR_HANDLE_S,
    PRIOR_HANG_UPS,
    PRIOR_PATIENCE_S,
    PRIOR_TALKS,
    Rhythm,
    capacities,
)
from dialer.pacing.callbacks.facts import QueueFacts, Waited, clock_time
from dialer.pacing.callbacks.model import CallbackModel
from dialer.pacing.callbacks.plan import BLOCK_MIN, Plan, plan_rates
from dialer.pacing.callbacks.service import House, expected_service
from dialer.pacing.callbacks.staff import Staff
from domain.said import said

HORIZON_MIN = 120
STALE_S = 90.0
UP_A_MINUTE = 1.3
DOWN_A_MINUTE = 0.6
FIRST_STEP = 0.15
"""From a stand the rate goes to this share of what the plan allows, then up by `UP_A_MINUTE`."""
HYSTERESIS = 0.05
LATE_SHARE = 0.5
"""Robots stop when more than this share of a call's callbacks would find the desk closed."""
MAKE_UP_H = 1.0
"""What was missed is made up for within so many hours: a call out shows in the queue half an hour later, and whoever
answers sooner than he sees swings."""
FEWEST_PER_HOUR = 20.0
OVERFULL = 1.1
"""A minute with so much load is full whatever is dialled from now on."""
MOST_BEHIND = 1.0
"""Callers missed beyond so many hours' worth are given up, for robots cannot stand still all day."""
LEAST_AIM = 0.1
MOST_AIM = 0.8
"""It aims at no less than the goal less this, and at no more than this part of the way from the goal to 1."""


@dataclass(frozen=True, slots=True)
class Goal:
    """``level`` of the callers are answered within ``within_s`` seconds: 80 % in 20 s is the trade's usual one."""

    level: float = 0.8
    within_s: float = 20.0


@dataclass(frozen=True, slots=True)
class _View:
    """What the next hours look like when the plan is followed."""

    plan: Plan
    outlook: Outlook
    figures: dict[str, float]


class CallbackPacer:
    """For one desk and shift; the model may be older, and is told of calls by its owner.

    ``floor`` is a rate (calls per second) that is held whatever the queue, while the desk is open and facts are sound.
    """

    def __init__(self, model: CallbackModel, goal: Goal | None = None, floor: float = 0.0) -> None:
        self._model, self._goal, self._floor = model, goal or Goal(), floor
        self._handle = Rhythm(PRIOR_HANDLE_S, PRIOR_TALKS)
        self._patience = Rhythm(PRIOR_PATIENCE_S, PRIOR_HANG_UPS)
        self._staff = Staff()
        self._behind = 0.0
        self._limited = False
        self._callers = FEWEST_PER_HOUR * MAKE_UP_H
        self._rate = 0.0
        self._facts: QueueFacts | None = None
        self._decided_at: float | None = None

    def decide(self, facts: QueueFacts, now: float) -> RateDecision:
        """The rate from ``now`` on, until the next decision; call it every 10 to 60 seconds."""
        fault = self._fault(facts, now)
        elapsed = 0.0 if self._decided_at is None or fault else now - self._decided_at
        if math.isfinite(now):
            self._decided_at = now
        if fault:
            return self._stop(fault)
        self._follow(facts)
        self._model.advance(now)
        self._model.learn()
        if closed := self._closed(facts, now):
            return self._stop(closed)
        view = self._look_ahead(facts)
        wanted = min(facts.ceiling, max(self._floor, float(view.plan.rates[0])))
        self._limited = wanted < facts.ceiling
        self._callers = max(FEWEST_PER_HOUR, 60 * view.figures["calls_in"]) * MAKE_UP_H
        self._rate = self._smoothed(wanted, facts.ceiling, elapsed / 60)
        return RateDecision(
            self._rate,
            self._rate / facts.ceiling if facts.ceiling else 0.0,
            self._reason(facts, view, wanted),
            view.figures,
            view.outlook,
        )

    def _fault(self, facts: QueueFacts, now: float) -> str:
        if not math.isfinite(now):
            return said("the clock does not tell the time")
        if self._decided_at is not None and now < self._decided_at:
            return said("the clock went back by %(seconds)s s", seconds=f"{self._decided_at - now:.0f}")
        if fault := facts.fault():
            return fault
        if now - facts.at > STALE_S:
            return said("the queue's facts are %(seconds)s s old", seconds=f"{now - facts.at:.0f}")
        if facts.at - now > STALE_S:
            ahead = f"{facts.at - now:.0f}"
            return said("the queue's facts are %(seconds)s s ahead of the clock", seconds=ahead)
        return ""

    def _closed(self, facts: QueueFacts, now: float) -> str:
        ahead = self._staff.ahead(facts, HORIZON_MIN)
        if ahead.max() < 0.5:
            return said("no operator is there to answer those who call back")
        if facts.closes_at is None:
            return ""
        if now >= facts.closes_at:
            return said("the queue is closed")
        left = int((facts.closes_at - now) // 60)
        if left < BLOCK_MIN or self._model.still_to_come(left) > LATE_SHARE:
            closing = clock_time(facts.closes_at)
            return said("most of those who call back would come after closing at %(time)s", time=closing)
        return ""

    def _follow(self, facts: QueueFacts) -> None:
        """Learn from what happened since the facts before."""
        before, self._facts = self._facts, facts
        elapsed = 0.0 if before is None else max(0.0, facts.at - before.at)
        self._staff.seen(facts)
        if before is not None:
            self._handle.spent(facts.finished, (before.busy + facts.busy) / 2 * elapsed, elapsed)
        hung_up = sum(not one.answered for one in facts.waited)
        self._patience.spent(hung_up, sum(one.seconds for one in facts.waited), elapsed)
        self._judge(facts.waited)

    def _judge(self, waited: Sequence[Waited]) -> None:
        """Count the callers by whom the goal is missed so far.

        Those served better are counted only while it is the queue that limits: no credit is saved up on quiet hours.
        """
        for one in waited:
            served = one.answered and one.seconds <= self._goal.within_s
            if not served or self._limited or self._behind > 0:
                self._behind += self._goal.level - served
        self._behind = min(MOST_BEHIND * self._callers, max(-LEAST_AIM * self._callers, self._behind))

    @property
    def _aim(self) -> float:
        """The service level to plan for: the goal, and what makes up for callers who missed it."""
        goal = self._goal.level
        wanted = goal + self._behind / self._callers
        return min(goal + MOST_AIM * (1 - goal), max(goal - LEAST_AIM, wanted))

    def _look_ahead(self, facts: QueueFacts) -> _View:
        minutes, goal, handle_s = self._horizon(facts), self._goal, self._handle.mean_s
        staff = self._staff.ahead(facts, minutes)
        room = capacities(staff, self._aim, goal.within_s / handle_s) * 60 / handle_s
        committed, response = self._model.committed(minutes), self._model.response(minutes)
        share, doubt = self._model.share(), 1 + 1 / math.sqrt(self._model.knowledge)
        plan = plan_rates(room, committed * doubt, response * doubt, share * doubt, facts.ceiling)
        calls_in = committed + response @ (plan.rates * 60)
        house = House(facts.busy + facts.waiting, handle_s, self._patience.mean_s, goal.within_s)
        service = expected_service(house, calls_in, staff)
        figures = {
            "service_level": float(np.average(service.level, weights=calls_in + 1e-9)),
            "calls_in": float(calls_in[0]),
            "calls_in_at_binding": float(calls_in[plan.binding]),
            "room_at_binding": float(room[plan.binding]),
            "binding_minute": float(plan.binding + 1),
            "limit": float(plan.rates[0]),
            "share": share,
            "level_of_day": self._model.level,
            "handle_s": handle_s,
            "aim": self._aim,
        }
        return _View(plan, Outlook(plan.rates, staff, self._model.banded(calls_in), service), figures)

    def _horizon(self, facts: QueueFacts) -> int:
        if facts.closes_at is None:
            return HORIZON_MIN
        left = int((facts.closes_at - facts.at) // 60) // BLOCK_MIN * BLOCK_MIN
        return min(HORIZON_MIN, max(BLOCK_MIN, left))

    def _smoothed(self, wanted: float, ceiling: float, minutes: float) -> float:
        """Towards what is wanted, by no more than a part a minute, and not for small differences."""
        rate = min(self._rate, ceiling)
        if abs(wanted - rate) <= HYSTERESIS * rate and wanted not in (self._floor, ceiling):
            return rate
        if wanted > rate:
            return min(wanted, max(rate * math.pow(UP_A_MINUTE, minutes), FIRST_STEP * wanted))
        return max(wanted, rate * math.pow(DOWN_A_MINUTE, minutes))

    def _stop(self, why: str) -> RateDecision:
        self._rate, self._limited = 0.0, False
        return RateDecision(0.0, 0.0, said("IVR stands still: %(why)s", why=why))

    def _reason(self, facts: QueueFacts, view: _View, wanted: float) -> str:
        level = said("service level %(level)s ahead", level=f"{view.figures['service_level']:.0%}")
        full = said(
            "queue expected to be full at %(time)s",
            time=clock_time(facts.at + 60 * (view.plan.binding + 1)),
        )
        told = {"rate": f"{self._rate:.2f}", "wanted": f"{wanted:.2f}", "full": full, "level": level}
        if wanted >= facts.ceiling:
            return said(
                "IVR at %(rate)s/s: the queue has room for all that trunks and campaigns allow (%(level)s)",
                **told,
            )
        if view.plan.load > OVERFULL:
            return said("IVR at %(rate)s/s: %(full)s with calls already made (%(level)s)", **told)
        if self._rate > wanted * (1 + HYSTERESIS):
            return said("IVR at %(rate)s/s, going down to %(wanted)s/s: %(full)s (%(level)s)", **told)
        if self._rate < wanted * (1 - HYSTERESIS):
            return said("IVR at %(rate)s/s, going up to %(wanted)s/s: at more, %(full)s (%(level)s)", **told)
        return said("IVR at %(rate)s/s: at more, %(full)s (%(level)s)", **told)
