"""Queues: how soon those who rang us were served, by desk and half hour, from the waits that are kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, func, select

from domain.touch import TouchId
from domain.window import local_midnight
from ledger.report_tables import WaitRow
from ledger.tables import table
from ledger.tally import HALF_HOUR_S, begins, half_hours

WAIT = table(WaitRow)


class Wait(NamedTuple):
    """One caller's wait from the desk that he came to, in seconds, and whether an operator came."""

    desk: str
    since: datetime
    seconds: float
    answered: bool
    touch: TouchId


class Waited(NamedTuple):
    """How many began to wait at a desk in a half hour, and what came of it; ``overflowed`` were passed on."""

    half_hour: int
    desk: str
    offered: int
    answered: int
    in_time: int
    overflowed: int
    wait_ms: int
    longest_ms: int


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """What came of those who waited at a desk, in the half hour or day that ``begins`` then, or in all; in seconds."""

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
    """Of those who began to wait within ``[since, until)``, whose calls have ended: since ``ended_since``, if told."""
    first, end = half_hours(since, until)
    known = WAIT.c.ended_at >= ended_since if ended_since else WAIT.c.half_hour.between(first, end)
    columns = (WAIT.c.desk, WAIT.c.since, WAIT.c.wait_ms / 1000.0, WAIT.c.answered, WAIT.c.touch_id)
    rows = (
        select(*columns).where(known, WAIT.c.since >= since, WAIT.c.since < until).order_by(WAIT.c.touch_id)
    )
    return [Wait(*row) for row in connection.execute(rows)]


def waited(connection: Connection, since: datetime, until: datetime, within_s: float) -> list[Waited]:
    """Who began to wait within ``[since, until)``, cut at half hours; in time is within ``within_s`` seconds."""
    first, end = half_hours(since, until)
    by = (WAIT.c.half_hour, WAIT.c.desk)
    in_time = and_(WAIT.c.answered, WAIT.c.wait_ms <= within_s * 1000)
    counts = (func.count().filter(which) for which in (WAIT.c.answered, in_time, WAIT.c.flowed_to != ""))
    figures = (func.count(), *counts, func.sum(WAIT.c.wait_ms), func.max(WAIT.c.wait_ms))
    period = (WAIT.c.half_hour >= first, WAIT.c.half_hour < end)
    rows = connection.execute(select(*by, *figures).where(*period).group_by(*by).order_by(*by))
    return [Waited(half, desk, *map(int, figures)) for half, desk, *figures in rows]


def by_desk(all_of_them: Iterable[Waited]) -> list[QueueFigures]:
    """The figures of each desk, all in all."""
    return _figures(all_of_them, lambda one: None)


def by_half_hour(all_of_them: Iterable[Waited]) -> list[QueueFigures]:
    """The figures of each desk in each half hour in which somebody began to wait."""
    return _figures(all_of_them, lambda one: begins(one.half_hour, HALF_HOUR_S))


def by_day(all_of_them: Iterable[Waited], zone: ZoneInfo) -> list[QueueFigures]:
    """The figures of each desk on each day of that clock; each begins at its midnight."""

    def day(one: Waited) -> datetime:
        return local_midnight(begins(one.half_hour, HALF_HOUR_S).astimezone(zone).date(), zone)

    return _figures(all_of_them, day)


def _figures(all_of_them: Iterable[Waited], begun: Callable[[Waited], datetime | None]) -> list[QueueFigures]:
    """By desk and by when they begin."""
    groups: defaultdict[tuple[str, datetime | None], list[Waited]] = defaultdict(list)
    for one in all_of_them:
        groups[one.desk, begun(one)].append(one)
    return [_sum(desk, at, group) for (desk, at), group in sorted(groups.items())]


def _sum(desk: str, at: datetime | None, group: list[Waited]) -> QueueFigures:
    offered, answered = sum(one.offered for one in group), sum(one.answered for one in group)
    return QueueFigures(
        desk=desk,
        begins=at,
        offered=offered,
        answered=answered,
        in_time=sum(one.in_time for one in group),
        abandoned=offered - answered,
        mean_wait_s=round(sum(one.wait_ms for one in group) / offered / 1000, 1),
        longest_wait_s=round(max(one.longest_ms for one in group) / 1000, 1),
        overflowed=sum(one.overflowed for one in group),
    )
