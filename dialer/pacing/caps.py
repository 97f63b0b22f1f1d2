"""Pacing of automatic calls: as many as channels, calls per second and the campaign's limit allow."""

from __future__ import annotations

from dataclasses import dataclass

from dialer.pacing.facts import PacingDecision
from domain.said import said

BURST_S = 0.25
"""Unused calls per second are kept this long: a late tick catches up, a pause does not."""
CALLS_PER_SECOND = said("calls per second")
CHANNELS, CALL_LIMIT, OPERATORS = said("channels"), said("call limit"), said("operators")
"""What may limit the calls of a campaign or a trunk."""


@dataclass(frozen=True, slots=True)
class Caps:
    """What a campaign may use; ``calls_left`` None is no limit."""

    max_channels: int
    max_calls_per_second: float
    calls_left: int | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """The share of its calls per second that a campaign's robots may place, so that those who call back are served."""

    factor: float = 1.0
    reason: str = ""


FREE = Hold()


class CapsPacer:
    """A token bucket under a channel cap."""

    def __init__(self) -> None:
        self._tokens = 0.0
        self._filled_at: float | None = None

    def decide(self, caps: Caps, in_flight: int, now: float, wanted: int | None = None) -> PacingDecision:
        """``now`` in seconds of any steady clock; spends what it grants, at most what is ``wanted``."""
        self._fill(caps.max_calls_per_second, now)
        limits = {
            CALLS_PER_SECOND: int(self._tokens),
            CHANNELS: caps.max_channels - in_flight,
        }
        if caps.calls_left is not None:
            limits[CALL_LIMIT] = caps.calls_left
        if wanted is not None:
            limits[OPERATORS] = wanted
        reason = min(limits, key=lambda name: limits[name])
        dial = max(0, limits[reason])
        self._tokens -= dial
        return PacingDecision(dial, reason)

    def give_back(self, unused: int) -> None:
        """Return what was granted and found nobody to call."""
        self._tokens += unused

    def _fill(self, per_second: float, now: float) -> None:
        elapsed = now - self._filled_at if self._filled_at is not None else BURST_S
        self._filled_at = now
        most = max(1.0, per_second * BURST_S)
        self._tokens = min(most, self._tokens + max(0.0, elapsed) * per_second)
