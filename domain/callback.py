"""Calls back: whoever rang us and was not served is owed one call, once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.campaign import DEFAULT_DESK
from domain.inbound import Line
from domain.touch import TouchId

CALL_BACK_AFTER = timedelta(minutes=2)
"""Who hung up in the queue may ring again at once; whoever does is owed nothing more."""


class CallbackState(StrEnum):
    """``RUNG`` is over whatever came of it: he is called back once."""

    OWED = "owed"
    RUNG = "rung"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Callback:
    """A call that we owe: ``touch`` is the caller's, ``operator`` the one who talked to him last."""

    touch: TouchId
    debtor_id: int
    phone: str
    desk: str
    why: str
    due_at: datetime
    operator: int | None = None


def due_at(line: Line | None, now: datetime) -> datetime:
    """When he is called back: soon, but not before his line opens."""
    soon = now + CALL_BACK_AFTER
    return (line.opens_at(soon) if line else None) or soon


def desk_of(waited_at: str, language: str, line: Line | None, desks: Collection[str]) -> str:
    """Who calls back: the desk at which he waited, else that of his language if there is one, else that of the line."""
    if waited_at:
        return waited_at
    return language if language in desks else (line.desk if line else DEFAULT_DESK)
