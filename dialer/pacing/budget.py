"""The abandon budget: over the shift and over each half hour; how much risk it leaves to the next dial."""

from __future__ import annotations

import math
from collections import deque

MINUTE_S = 60.0
MINUTES = 30
FIRST_RISK = 0.03
LEAST_RISK, MOST_RISK = 0.002, 0.6
DEBT = 3.0
"""Abandons overspent that make even the least risk smaller by a factor e: a model that errs so much is not believed."""
HAND, SWING = 2.2, 0.4
"""Abandons to keep in hand, and more of them per root of those earned: the more there were, the larger the swings."""
FIRM = 0.5
"""How far from that the threshold changes by a factor e, per root of the abandons earned."""
CREDIT = 2.0
"""Abandons earned by which the first one has been paid back."""
LEARN = 0.05
"""Of the error in hand, per abandon that the answers earn: how fast the middle of the threshold follows."""
WINDOW = 5 / 3
"""Of the target is what a half hour may spend."""
WINDOW_SPARE = 1.0


class Budget:
    """``left`` is how many more may be abandoned now. The threshold of risk rises and falls with it."""

    def __init__(self, target: float) -> None:
        self._target = target
        self._answers = self._abandons = 0
        self._risk = math.log(FIRST_RISK)
        self._minutes: deque[tuple[float, int, int]] = deque()

    @property
    def left(self) -> float:
        """Abandons that the answers so far have earned and nobody used; the first one is lent."""
        earned = self._target * self._answers
        return earned + max(0.0, 1 - earned / CREDIT) - self._abandons

    @property
    def aim(self) -> float:
        """What should be in hand."""
        return HAND + SWING * math.sqrt(self._target * self._answers)

    @property
    def window_left(self) -> float:
        """The same of the last half hour, which may spend `WINDOW` times the target."""
        answers, abandons = (sum(row[part] for row in self._minutes) for part in (1, 2))
        return WINDOW * self._target * answers + WINDOW_SPARE - abandons

    @property
    def threshold(self) -> float:
        """Most risk that a dial may bring."""
        risk = math.exp(self._risk + min(self._error, self.window_left))
        least = LEAST_RISK * math.exp(min(self.left, 0.0) / DEBT)
        return min(max(risk * min(1.0, max(self.left, 0.0)), least), MOST_RISK)

    @property
    def _error(self) -> float:
        return (self.left - self.aim) / (1.0 + FIRM * math.sqrt(self._target * self._answers))

    def count(self, now: float, answers: int, abandons: int) -> None:
        """What happened since the last count."""
        self._answers += answers
        self._abandons += abandons
        learned = self._risk + LEARN * self._target * answers * self._error
        self._risk = min(max(learned, math.log(LEAST_RISK)), math.log(MOST_RISK))
        minute = now // MINUTE_S
        if self._minutes and self._minutes[-1][0] == minute:
            _, before, lost = self._minutes.pop()
            answers, abandons = answers + before, abandons + lost
        self._minutes.append((minute, answers, abandons))
        while self._minutes[0][0] <= minute - MINUTES:
            self._minutes.popleft()
