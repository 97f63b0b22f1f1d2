"""Webhooks: who is told of what happens to touches, and how often he is tried when he does not answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class EventKind(StrEnum):
    """What a program can ask to be told."""

    RESERVED = "touch.reserved"
    CLOSED = "touch.closed"
    CORRECTED = "touch.corrected"
    ARRIVED = "call.arrived"
    IDENTIFIED = "call.identified"
    CONNECTED = "call.connected"


LINES: Mapping[EventKind, str] = {kind: kind.value.split(".")[1] for kind in EventKind}
"""The line of the journal that each of them is told of."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=15)
TRIED_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Somebody's address. ``sent_to`` is the last line of the journal that he has, or that was given up."""

    id: int
    url: str
    secret: str
    kinds: frozenset[EventKind]
    author: str
    active: bool
    sent_to: int
    failures: int
    next_at: datetime
    fault: str
    told_at: datetime | None


def pause_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: twice as long each time, a quarter of an hour at most."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(failures - 1, 20)))


def given_up(failures: int) -> bool:
    """Whether one who has failed so often has been tried for a whole day."""
    return failures > _TRIES


def _tries() -> int:
    tried, failures = timedelta(), 0
    while tried < TRIED_FOR:
        failures += 1
        tried += pause_after(failures)
    return failures


_TRIES = _tries()
