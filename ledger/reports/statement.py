"""The statement of one debtor: every touch as a regulator asks for it, with the counters at its moment."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection, select

from domain.debtor import Debtor
from domain.intensity import Ask, Standing, counters
from domain.rules import RuleSet, Scope
from domain.touch import Channel, PastTouch, TouchId
from ledger.history import OF_THE_HOUSE, OUTCOMES, past_touch
from ledger.persons import same_persons
from ledger.projection import Line, project
from ledger.tables import TouchEventRow, TouchRow, table

TOUCH, EVENT = table(TouchRow), table(TouchEventRow)
PAGE = 1000
TELLING = ("reserved", "arrived", "identified", "closed", "corrected")
"""The lines that change what a touch counts for."""
"""Limits that say nothing about one debtor: a statement leaves them out."""


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
    Others' touches over the same phones are counted where a rule looks at phones, and those of other debtors who are
    by now known as the same person; neither are shown. The cost grows with the touches within the longest window of
    each, not with all that were before it.
    """
    own = connection.execute(select(TOUCH).where(TOUCH.c.debtor_id == debtor.id)).all()
    rules = {names: of_people(rules_of(names)) if names else RuleSet("") for names in {r.rules for r in own}}
    same = same_persons(connection, [debtor])
    rows = [*own, *_of_others(connection, own, rules, same)]
    rows.sort(key=lambda row: (row.reserved_at, row.id))
    journal = lines_of(connection, [row.id for row in rows])
    log = _Log([_Known.of(row, journal[row.id], same) for row in rows])
    zone = ZoneInfo(debtor.zones[0]) if debtor.zones else ZoneInfo("UTC")
    lines = []
    for index, row in enumerate(rows):
        if row.debtor_id == debtor.id:
            judged = rules[row.rules]
            used = _counters(row, debtor, log.before(index, judged), judged)
            lines.append(_line(row, zone, used, _corrections(journal[row.id])))
    return lines


def of_people(rules: RuleSet) -> RuleSet:
    """The rules without the limits of the house, which count what is none of one debtor's business."""
    return replace(rules, limits=tuple(rule for rule in rules.limits if rule.scope not in OF_THE_HOUSE))


def _of_others(
    connection: Connection, own: Sequence[Any], rules: dict[str, RuleSet], same: Mapping[int, str]
) -> list[Any]:
    """Touches that a limit may have counted: of the same person, and anybody's where a limit looks at phones."""
    if not own:
        return []
    instants = [row.reserved_at for row in own]
    longest = max(one.lookback.longest for one in rules.values())
    then = TOUCH.c.reserved_at.between(min(instants) - longest, max(instants))
    others = select(TOUCH).where(then, TOUCH.c.debtor_id != own[0].debtor_id)
    queries = [others.where(TOUCH.c.debtor_id.in_(same))] if same else []
    if any(Scope.PHONE in one.scopes for one in rules.values()):
        phones = _pages(sorted({row.phone for row in own}))
        queries += [others.where(TOUCH.c.phone.in_(page), TOUCH.c.debtor_id.not_in(same)) for page in phones]
    return [row for query in queries for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class _Known:
    """What was known of a touch, each from its instant on."""

    at: datetime
    since: list[datetime]
    as_known: list[PastTouch]

    @classmethod
    def of(cls, row: Any, lines: list[Line], same: Mapping[int, str]) -> _Known:
        touch = replace(past_touch(row, same), outcome=None)
        since = sorted({line.at for line in lines})
        outcomes = [(project(row.id, lines, until=at) or {"outcome": None})["outcome"] for at in since]
        return cls(row.reserved_at, since, [touch, *(replace(touch, outcome=OUTCOMES[o]) for o in outcomes)])

    def until(self, at: datetime) -> PastTouch:
        """As it was known at an instant."""
        return self.as_known[bisect_right(self.since, at)]


class _Log:
    """Touches in the order of their reservation."""

    def __init__(self, touches: list[_Known]) -> None:
        self._touches = touches
        self._instants = [touch.at for touch in touches]

    def before(self, index: int, rules: RuleSet) -> Iterable[PastTouch]:
        """Those before one of them that the rules can count, as they were known at its instant."""
        at = self._instants[index]
        first = bisect_right(self._instants, at - rules.lookback.longest, hi=index)
        return (touch.until(at) for touch in self._touches[first:index])


def _counters(
    row: Any, debtor: Debtor, history: Iterable[PastTouch], rules: RuleSet
) -> dict[str, tuple[int, int]]:
    ask = Ask(Channel(row.channel), debtor.counted_as, row.phone, row.debt, row.creditor)
    return counters(rules, ask, Standing(debtor.zones, debtor.region), history, row.reserved_at)


def _line(
    row: Any, zone: ZoneInfo, used: dict[str, tuple[int, int]], corrections: Sequence[Correction]
) -> StatementLine:
    return StatementLine(
        touch=TouchId(row.id),
        at=row.reserved_at,
        local=row.reserved_at.astimezone(zone),
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
        counters=used,
        corrections=tuple(corrections),
    )


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
    for page in _pages(touches):
        told = select(EVENT).where(EVENT.c.touch_id.in_(page), EVENT.c.kind.in_(TELLING))
        for event in connection.execute(told.order_by(EVENT.c.id)):
            found[event.touch_id].append(Line(event.at, event.kind, orjson.loads(event.facts)))
    return found


def _pages(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """A statement takes so many parameters only."""
    return (keys[first : first + PAGE] for first in range(0, len(keys), PAGE))
