"""How many calls to place now: pure, told the time."""

from dialer.pacing.facts import EventKind, Pacer, PacingDecision, PacingEvent, Snapshot
from dialer.pacing.make import make_pacer

__all__ = ["EventKind", "Pacer", "PacingDecision", "PacingEvent", "Snapshot", "make_pacer"]
