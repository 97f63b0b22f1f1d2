"""Days off: which hours apply on a date. The data are a library's, overlaid by yearly files, never code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """Non-working days beside weekends, weekend days that are worked (transfers), and regions' own days off.

    ``years`` are those whose transfers are known; of other years only weekends and fixed holidays are.
    """

    off_days: frozenset[date] = frozenset()
    working_weekends: frozenset[date] = frozenset()
    regional: Mapping[str, frozenset[date]] = field(default_factory=dict, hash=False)
    years: frozenset[int] = frozenset()

    def is_off(self, day: date, region: str = "") -> bool:
        """Whether the day is a weekend or a non-working holiday there."""
        if day in self.regional.get(region, frozenset()):
            return True
        if day in self.working_weekends:
            return False
        return day.weekday() >= SATURDAY or day in self.off_days
