"""Predictive pacing: a look-ahead newsvendor under an abandon budget."""

from __future__ import annotations

import numpy as np

from dialer.pacing.answers import Answers
from dialer.pacing.arrays import Array, ages
from dialer.pacing.budget import Budget
from dialer.pacing.carrier import Carrier
from dialer.pacing.durations import Durations
from dialer.pacing.facts import EventKind, PacingDecision, Snapshot
from dialer.pacing.risk import Chances, Outlook
from dialer.pacing.steady import steady
from domain.said import said

FEWEST = 2
"""Operators; nobody shares the risk of one alone."""
ANSWERS = 5
"""Seen before anything is predicted."""
STALE_S = 15.0
BREAK_S = 3600.0
"""Without operators for this long, the next one begins a new shift: its abandons are counted anew."""
PROBES = 2
PER_OPERATOR = 25
"""Dials in flight per operator, whatever is predicted."""
FLOOD = 1.5


class Predictive:
    """Dials ahead of operators who will soon be free, as far as the abandon budget carries it."""

    def __init__(self, target_abandon: float, patience: float) -> None:
        self._answers, self._durations = Answers(), Durations(patience)
        self._target, self._budget, self._carrier = target_abandon, Budget(target_abandon), Carrier()
        self._staffed_at: float | None = None
        self._last: float | None = None

    def decide(self, snapshot: Snapshot) -> PacingDecision:
        """Progressive while little is known or nothing can be concluded; never more than the bound in flight."""
        fault, last, self._last = snapshot.fault(self._last), self._last, snapshot.now
        if fault:
            return PacingDecision(0, fault)
        elapsed = snapshot.now - last if last is not None else 0.0
        self._learn(snapshot, elapsed)
        if not snapshot.operators or snapshot.leads_left <= 0:
            return steady(snapshot)
        if self._carrier.fails:
            dial = min(PROBES - len(snapshot.ringing_since), snapshot.operators, snapshot.leads_left)
            return PacingDecision(max(0, dial), said("the carrier fails: probing"), self._figures(snapshot))
        if why := self._why_progressive(snapshot, elapsed):
            return steady(snapshot, why=why)
        return self._look_ahead(snapshot)

    def _learn(self, snapshot: Snapshot, elapsed: float) -> None:
        events, now = snapshot.events, snapshot.now
        if snapshot.operators:
            if self._staffed_at is not None and now - self._staffed_at > BREAK_S:
                self._budget = Budget(self._target)
            self._staffed_at = now
        self._carrier.learn(events)
        self._answers.learn(events, ages(now, snapshot.ringing_since), elapsed)
        talking, wrapping = ages(now, snapshot.talking_since), ages(now, snapshot.wrapping_since)
        self._durations.learn(events, talking, wrapping, elapsed)
        kinds = [event.kind for event in events]
        self._budget.count(now, kinds.count(EventKind.ANSWERED), kinds.count(EventKind.ABANDONED))

    def _why_progressive(self, snapshot: Snapshot, elapsed: float) -> str:
        if snapshot.operators < FEWEST:
            return said("too few operators to share the risk")
        if self._answers.seen < ANSWERS or not self._durations.ready:
            return said("too little is known yet")
        if elapsed > STALE_S:
            return said("the facts are %(seconds)s s apart", seconds=f"{elapsed:.0f}")
        return ""

    def _look_ahead(self, snapshot: Snapshot) -> PacingDecision:
        in_flight = len(snapshot.ringing_since)
        bound = self._bound(snapshot.operators)
        most = max(0, min(bound - in_flight, snapshot.leads_left))
        threshold = self._budget.threshold
        dial, risk = self._outlook(snapshot).allowed(most, threshold)
        dial = max(dial, min(snapshot.free - in_flight, most))
        figures = self._figures(snapshot) | {"threshold": threshold, "risk": risk, "bound": float(bound)}
        if dial >= most:
            reason = said("most dials in flight")
            if most == snapshot.leads_left:
                reason = said("the list ends")
        else:
            reason = said("the next dial's risk is above the threshold")
        return PacingDecision(dial, reason, figures)

    def _bound(self, operators: int) -> int:
        """Dials in flight at most: whatever is predicted, as far as dials have been seen to end, and no more than
        `FLOOD` answers an operator if the best answer rate of the last hours comes back all at once.
        """
        seen = operators + self._answers.ended // 2
        return max(
            operators, min(PER_OPERATOR * operators, seen, int(FLOOD * operators / self._answers.peak))
        )

    def _outlook(self, snapshot: Snapshot) -> Outlook:
        now = snapshot.now
        when, new = self._answers.of_new()
        answered = Chances(*self._answers.within(ages(now, snapshot.ringing_since)))
        talking, wrapping = ages(now, snapshot.talking_since), ages(now, snapshot.wrapping_since)
        freed = self._durations.within(talking, wrapping, len(when))
        again = self._again(answered.number @ answered.by, snapshot.operators)
        operators = Chances(np.vstack((freed, again)), np.append(np.ones(len(freed)), snapshot.operators))
        dial = Chances(new[None], np.ones(1))
        return Outlook(answered, operators, dial, when, snapshot.free, self._answers.doubt)

    def _again(self, answers: Array, operators: int) -> Array:
        """An operator's chance to take one of the answers expected and be free again in time."""
        arriving = answers.copy()
        arriving[1:] -= answers[:-1]
        freed = np.convolve(arriving, self._durations.cycle(len(answers)))[: len(answers)] / operators
        return np.minimum(freed, 1.0)

    def _figures(self, snapshot: Snapshot) -> dict[str, float]:
        return {
            "operators": float(snapshot.operators),
            "idle": float(len(snapshot.idle_since)),
            "in_flight": float(len(snapshot.ringing_since)),
            "answer_rate": self._answers.share,
            "talk_speed": self._durations.speed,
            "budget": self._budget.left,
        }
