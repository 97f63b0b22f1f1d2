"""Instalment plans: a sum in equal parts, month by month."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Part:
    """What is paid by a day, in kopecks."""

    due: date
    kopecks: int


def schedule(kopecks: int, parts: int, first: date) -> tuple[Part, ...]:
    """The sum in ``parts`` monthly payments from ``first`` on, equal whole roubles, the last one with what is left.

    A month without such a day is paid on its last one. ValueError when a part would be nothing.
    """
    if parts < 1 or kopecks < parts:
        raise ValueError(f"{kopecks} kopecks cannot be paid in {parts} parts")
    each = kopecks // parts
    each -= each % 100 if each >= 100 else 0
    dues = [_months_after(first, month) for month in range(parts)]
    last = kopecks - each * (parts - 1)
    return (*(Part(due, each) for due in dues[:-1]), Part(dues[-1], last))


def _months_after(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))
