"""How those who rang us today were served, read once: a look reads what has ended since the last one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.touch import TouchId
from ledger.reports.queues import Wait, waits
from ledger.reports.table import share
from ledger.transaction import Transaction

IN_TIME_S = 20.0
"""The usual service level: the share of callers who are answered within so many seconds."""
WRITTEN_WITHIN = timedelta(minutes=1)
"""The log is written behind what it tells, by no more than this."""


@dataclass(frozen=True, slots=True)
class Served:
    """Callers who waited for an operator: all of them, those who got one, and those who got one in time."""

    offered: int = 0
    answered: int = 0
    in_time: int = 0

    @property
    def level(self) -> float | None:
        """The service level; None when nobody rang."""
        return share(self.in_time, self.offered)


@dataclass
class WaitsToday:
    """The day's waits as far as they are known; for one thread at a time."""

    _day: datetime | None = None
    _until: datetime | None = None
    _waits: dict[TouchId, Wait] = field(default_factory=dict)

    def read(self, tx: Transaction, today: datetime, now: datetime) -> None:
        """Read on until ``now``. ``today`` is when the day began."""
        if self._day != today:
            self._day, self._until, self._waits = today, None, {}
        since = self._until and self._until - WRITTEN_WITHIN
        self._waits |= {wait.touch: wait for wait in waits(tx.connection, today, now, since)}
        self._until = now

    def served(self, desk: str = "") -> Served:
        """How all of them were served, or those at a desk."""
        theirs = [wait for wait in self._waits.values() if desk in ("", wait.desk)]
        answered = [wait for wait in theirs if wait.answered]
        return Served(len(theirs), len(answered), sum(wait.seconds <= IN_TIME_S for wait in answered))
