"""The statement of one debtor: every touch as a regulator asks for it, with the counters at its moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection, or_, select

from domain.debtor import Debtor
from domain.intensity import Ask, Standing, counters
from domain.rules import RuleSet
from domain.touch import Channel, PastTouch, TouchId
from ledger.history import past_touch
from ledger.projection import Line, project
from ledger.tables import TouchEventRow, TouchRow, table

TOUCH, EVENT = table(TouchRow), table(TouchEventRow)


@dataclass(frozen=True, slots=True)
class Correction:
    """A changed outcome: what it was, what it is since, who changed it and why."""

    at: datetime
    was: str
    outcome: str
    author: str
    reason: str


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One touch. ``counters`` are rule -> (counted before this touch, limit), as they stood when it was reserved.

    ``local`` is the time on the debtor's clock; ``seconds`` the length of the talk or message.
    """

    touch: TouchId
    at: datetime
    local: datetime
    channel: str
    direction: str
    phone: str
    caller_number: str
    outcome: str
    reason: str
    seconds: float
    digits: str
    script: str
    rules: str
    counters: dict[str, tuple[int, int]]
    corrections: tuple[Correction, ...]


def statement(
    connection: Connection, debtor: Debtor, rules_of: Callable[[str], RuleSet]
) -> list[StatementLine]:
    """All touches of a debtor in order. ``rules_of`` gives the rule set by the versions that a touch names.

    Counters see the log as it was known at the moment: what was open then counts as open, later corrections do not.
    Others' touches over the same phones are counted where a rule looks at phones, and never shown.
    """
    phones = select(TOUCH.c.phone).where(TOUCH.c.debtor_id == debtor.id)
    concerned = or_(TOUCH.c.debtor_id == debtor.id, TOUCH.c.phone.in_(phones))
    rows = connection.execute(select(TOUCH).where(concerned).order_by(TOUCH.c.reserved_at, TOUCH.c.id)).all()
    lines = lines_of(connection, [row.id for row in rows])
    zone = ZoneInfo(debtor.zones[0]) if debtor.zones else ZoneInfo("UTC")
    return [
        _line(row, rows[:index], lines, debtor, zone, rules_of)
        for index, row in enumerate(rows)
        if row.debtor_id == debtor.id
    ]


def _line(
    row: Any,
    before: Sequence[Any],
    lines: dict[str, list[Line]],
    debtor: Debtor,
    zone: ZoneInfo,
    rules_of: Callable[[str], RuleSet],
) -> StatementLine:
    at = row.reserved_at
    ask = Ask(Channel(row.channel), debtor.id, row.phone, row.debt, row.creditor)
    history = [_as_known(earlier, lines[earlier.id], at) for earlier in before]
    standing = Standing(debtor.zones, debtor.region)
    return StatementLine(
        touch=TouchId(row.id),
        at=at,
        local=at.astimezone(zone),
        channel=row.channel,
        direction=row.direction,
        phone=row.phone,
        caller_number=row.caller_number,
        outcome=row.outcome or "open",
        reason=row.reason,
        seconds=row.talk_ms / 1000,
        digits=row.digits,
        script=row.script,
        rules=row.rules,
        counters=counters(rules_of(row.rules), ask, standing, history, at) if row.rules else {},
        corrections=tuple(_corrections(lines[row.id])),
    )


def _as_known(row: Any, lines: list[Line], at: datetime) -> PastTouch:
    known = project(row.id, lines, until=at) or {"outcome": None}
    return past_touch(_Known({**row._mapping, "outcome": known["outcome"]}))


class _Known:
    """A row by attribute."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__ = values


def _corrections(lines: list[Line]) -> list[Correction]:
    return [
        Correction(
            line.at, line.facts["was"], line.facts["outcome"], line.facts["author"], line.facts["reason"]
        )
        for line in lines
        if line.kind == "corrected"
    ]


def lines_of(connection: Connection, touches: Sequence[str]) -> dict[str, list[Line]]:
    """The journal's lines of these touches, in order."""
    found: defaultdict[str, list[Line]] = defaultdict(list)
    for event in connection.execute(select(EVENT).where(EVENT.c.touch_id.in_(touches)).order_by(EVENT.c.id)):
        found[event.touch_id].append(Line(event.at, event.kind, orjson.loads(event.facts)))
    return found
