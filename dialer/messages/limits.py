"""How fast a provider is given messages, and when he is left in peace: pure, times are seconds of any steady clock."""

from __future__ import annotations

BURST_S = 0.2
"""How much of a second may be sent at once after a pause."""


class TokenBucket:
    """At most ``per_second``, and no more than a fifth of a second's worth (at least one) at once after a pause."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._most = max(1.0, per_second * BURST_S)
        self._tokens, self._at = self._most, 0.0

    def ready(self, now: float) -> int:
        """How many may be sent now."""
        self._tokens = min(self._most, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        return int(self._tokens)

    def take(self, count: int) -> None:
        """So many of those that were ready are sent."""
        self._tokens -= count


FAILURES = 5
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 60.0


class Breaker:
    """Opens after `FAILURES` in a row; after a pause, which doubles each time, one message may try again."""

    def __init__(self) -> None:
        self._failures, self._pause_s, self._until = 0, FIRST_PAUSE_S, 0.0

    def closed(self, now: float) -> bool:
        """Whether messages may be given to the provider."""
        return self._failures < FAILURES or now >= self._until

    @property
    def doubtful(self) -> bool:
        """Whether the last of them have failed: one may try, and tell how he is."""
        return self._failures >= FAILURES

    def well(self) -> None:
        """He took or refused a message: he is there."""
        self._failures, self._pause_s = 0, FIRST_PAUSE_S

    def failed(self, now: float) -> None:
        """He was not there. A failure of those that were under way when it opened says nothing new."""
        self._failures += 1
        if self._failures >= FAILURES and now >= self._until:
            self._until = now + self._pause_s
            self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
