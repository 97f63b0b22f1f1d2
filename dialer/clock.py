"""The only place that reads the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time as aware UTC."""

    def now(self) -> datetime:
        """This instant."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock, ahead by ``ahead`` (the demo lives in office hours whatever the hour is)."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        """This instant, shifted."""
        return datetime.now(UTC) + self.ahead
