"""Queues: how soon those who rang us were served, by desk and half hour, from the journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any

from sqlalchemy import Connection, select

from domain.call import Call, advance
from domain.touch import TouchId
from ledger.inbound import CAME_IN
from ledger.journal import Journal
from ledger.tables import TouchRow, table

TOUCH = table(TouchRow)
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Wait:
    """One caller's wait from the desk that he came to, in seconds, and whether an operator came; ``flowed_to`` is the
    second desk that he was passed on to, if he was.
    """

    desk: str
    since: datetime
    seconds: float
    answered: bool
    touch: TouchId
    flowed_to: str = ""


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """What came of those who waited at a desk, in one half hour (``begins``) or in all (None); waits are seconds."""

    desk: str
    begins: datetime | None
    offered: int
    answered: int
    in_time: int
    abandoned: int
    mean_wait_s: float
    longest_wait_s: float
    overflowed: int = 0
    """How many were passed on to a second desk; what became of them counts here all the same."""

    @property
    def level(self) -> float:
        """The service level: the share of all who waited that was answered in time."""
        return self.in_time / self.offered if self.offered else 1.0

    def to_json(self) -> dict[str, Any]:
        """As ``--json`` prints it."""
        document = {name: getattr(self, name) for name in self.__slots__}
        return document | {"level": round(self.level, 4)}


def waits(
    connection: Connection, since: datetime, until: datetime, ended_since: datetime | None = None
) -> list[Wait]:
    """The waits of calls that came in within ``[since, until)`` and have ended, not before ``ended_since`` if told."""
    came = select(TOUCH.c.id, TOUCH.c.ended_at).where(
        CAME_IN,
        TOUCH.c.reserved_at >= since,
        TOUCH.c.reserved_at < until,
        TOUCH.c.ended_at.is_not(None) if ended_since is None else TOUCH.c.ended_at >= ended_since,
    )
    ended = {TouchId(id): at for id, at in connection.execute(came.order_by(TOUCH.c.id))}
    touches, journal, found = list(ended), Journal(connection), []
    for first in range(0, len(touches), AT_ONCE):
        for touch, events in journal.events_of(touches[first : first + AT_ONCE]).items():
            found += _waits_of(reduce(advance, events, Call(touch)), ended[touch])
    return found


def _waits_of(call: Call, ended_at: datetime) -> list[Wait]:
    if call.queued_at is None:
        return []
    until = call.connected_at or call.unserved_at or ended_at
    seconds = max(0.0, (until - call.queued_at).total_seconds())
    served = call.connected_at is not None
    return [Wait(call.came_to, call.queued_at, seconds, served, call.touch, call.flowed_to)]


def by_desk(waited: Iterable[Wait], within_s: float) -> list[QueueFigures]:
    """The figures of each desk, all in all."""
    groups: dict[str, list[Wait]] = defaultdict(list)
    for wait in waited:
        groups[wait.desk].append(wait)
    return [_figures(desk, None, group, within_s) for desk, group in sorted(groups.items())]


def by_half_hour(waited: Iterable[Wait], within_s: float) -> list[QueueFigures]:
    """The figures of each desk in each half hour in which somebody began to wait."""
    groups: dict[tuple[str, datetime], list[Wait]] = defaultdict(list)
    for wait in waited:
        begins = wait.since.replace(minute=wait.since.minute // 30 * 30, second=0, microsecond=0)
        groups[wait.desk, begins].append(wait)
    return [_figures(desk, begins, group, within_s) for (desk, begins), group in sorted(groups.items())]


def _figures(desk: str, begins: datetime | None, group: Sequence[Wait], within_s: float) -> QueueFigures:
    answered = [wait for wait in group if wait.answered]
    seconds = [wait.seconds for wait in group]
    return QueueFigures(
        desk=desk,
        begins=begins,
        offered=len(group),
        answered=len(answered),
        in_time=sum(wait.seconds <= within_s for wait in answered),
        abandoned=len(group) - len(answered),
        mean_wait_s=round(sum(seconds) / len(seconds), 1),
        longest_wait_s=round(max(seconds), 1),
        overflowed=sum(wait.flowed_to != "" for wait in group),
    )
