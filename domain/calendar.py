"""Days off: which hours apply on a date. The data are yearly files, never code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """Non-working days beside weekends, and weekend days that are worked (transfers)."""

    off_days: frozenset[date] = frozenset()
    working_weekends: frozenset[date] = frozenset()

    def is_off(self, day: date) -> bool:
        """Whether the day is a weekend or a non-working holiday."""
        if day in self.working_weekends:
            return False
        return day.weekday() >= SATURDAY or day in self.off_days
