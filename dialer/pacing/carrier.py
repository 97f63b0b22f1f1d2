"""Whether the carrier takes calls at all: congestion is no evidence about people, and no reason to dial more."""

from __future__ import annotations

from collections.abc import Sequence

from dialer.pacing.facts import EventKind, PacingEvent

DIALS = frozenset(
    {EventKind.ANSWERED, EventKind.NO_ANSWER, EventKind.FAILED, EventKind.MACHINE, EventKind.CONGESTED}
)
REFUSED = 0.5
FADE = 0.8
"""Per dial: the last five or so are what counts."""


class Carrier:
    """Fails while most of the last dials that ended did so in congestion."""

    def __init__(self) -> None:
        self._congested = 0.0

    @property
    def fails(self) -> bool:
        """Whether only probes should be dialled."""
        return self._congested > REFUSED

    def learn(self, events: Sequence[PacingEvent]) -> None:
        """In the order in which they happened."""
        for event in events:
            if event.kind in DIALS:
                self._congested = self._congested * FADE + (1 - FADE) * (event.kind is EventKind.CONGESTED)
