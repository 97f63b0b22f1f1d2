"""Robots are held back so that operators can answer those who call back: by the dialler that drives the floor.

It shows its decisions on Redis, where the other diallers read them. Nobody is held back where nobody can call back: no
line of ours leads to a desk, or no operator works here.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from dialer.board import publish, reason_of
from dialer.callbacks.desk import AtDesk, CallbackDesk, CallIn, News, Tally
from dialer.campaign_loop import CampaignLoop, Tools
from dialer.cancelled import cancelled
from dialer.floor.floor import Floor
from dialer.pacing.callbacks import RateDecision
from dialer.pacing.caps import FREE, Hold
from dialer.running import Running
from domain.call import Call
from domain.campaign import Campaign, CampaignStatus
from domain.errors import EnvironmentFault
from domain.inbound import Line, Purpose
from domain.operator import OperatorState, StateChange
from domain.portfolio import Portfolio
from domain.said import as_data, said
from domain.shift import Shift, staffing
from domain.touch import TouchId
from ledger.books import Books
from ledger.reports.callbacks import calls_out, followed
from ledger.reports.queues import waits

log = structlog.get_logger(__name__)

RATES = "dozvon:callbacks"
"""The Redis key of the decisions by desk; it fades when the dialler that drives the floor dies."""
LOOK_S = 2.0
DECIDE_S = 15.0
WRITTEN_AFTER = timedelta(seconds=10)
"""Calls are looked for so long after their ends, for the log is written behind them."""
UNKNOWN = Hold(0.0, said("IVR stands still: no dialler tells how long callers wait"))
STARTING = Hold(0.0, said("starting"))
AT_WORK = frozenset({OperatorState.RINGING, OperatorState.TALKING, OperatorState.WRAP_UP})


@dataclass(frozen=True, slots=True)
class Callers:
    """To which desks the debtors of each portfolio call back, of ``campaigns`` that run; ``desks`` have operators."""

    lines: tuple[Line, ...]
    desks: frozenset[str]
    portfolios: tuple[Portfolio, ...]
    campaigns: tuple[Campaign, ...]
    shifts: tuple[Shift, ...] = ()

    def lines_of(self, portfolio: str) -> list[Line]:
        """The numbers that its debtors are told to ring: its own, or those that are for all."""
        if not self.desks:
            return []
        ours = [line for line in self.lines if line.purpose is Purpose.DEBTORS]
        return [line for line in ours if line.portfolio == portfolio] or [
            line for line in ours if not line.portfolio
        ]

    def by_desk(self) -> dict[str, list[Portfolio]]:
        """The portfolios whose debtors come to each desk."""
        found: dict[str, list[Portfolio]] = defaultdict(list)
        for portfolio in self.portfolios:
            for desk in sorted({line.desk_among(self.desks) for line in self.lines_of(portfolio.name)}):
                found[desk].append(portfolio)
        return found

    def lines_to(self, desk: str) -> list[Line]:
        """The lines whose callers come to a desk."""
        return [line for line in self.lines if line.desk_among(self.desks) == desk]

    def closes_at(self, desk: str, now: datetime) -> datetime | None:
        """When the last of a desk's lines closes; None for never."""
        ends = [line.closes_at(now) for line in self.lines_to(desk)]
        return None if None in ends else max((end for end in ends if end), default=None)


class CallbackRates:
    """Looks every two seconds, and decides every fifteen while it drives the floor."""

    def __init__(
        self,
        tools: Tools,
        floor: Floor,
        redis: Redis,
        loops: Callable[[], Collection[CampaignLoop]],
        *,
        hold: bool = True,
        zone: str = "UTC",
    ) -> None:
        self._tools, self._floor, self._redis, self._loops = tools, floor, redis, loops
        self._holds, self._zone = hold, ZoneInfo(zone)
        self._desks: dict[str, CallbackDesk] = {}
        self._tallies: dict[str, Tally] = defaultdict(Tally)
        self._by_desk: dict[str, list[Portfolio]] | None = None
        self._shown: dict[str, dict[str, Any]] = {}
        self._decided_at = -DECIDE_S
        tools.switchboard.followers.append(self._follow)
        floor.listeners.append(self._operator_changed)

    async def run(self) -> None:
        """Hold back, for ever; nothing where the settings say so."""
        while self._holds and not cancelled():
            try:
                await self.look()
            except EnvironmentFault as fault:
                log.error("callbacks_wait", fault=str(fault))
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Decide if it is time, and tell every loop of ours. EnvironmentFault when the ledger cannot be read."""
        callers = await self._tools.ledger.run(_read, self._tools.books)
        by_desk = callers.by_desk()
        if self._floor.driving:
            await self._decide(callers, by_desk)
            if by_desk:
                await publish(self._redis, RATES, self._shown)
        else:
            self._desks.clear()
            self._tallies.clear()
            self._decided_at = -DECIDE_S
            self._shown = await self._fetch() if by_desk else {}
        self._by_desk = by_desk
        for loop in self._loops():
            loop.hold = self.hold_of(loop.campaign)

    def hold_of(self, campaign: Campaign) -> Hold:
        """How far a campaign's robots are held back, by the desk of its callers that has the least room."""
        if not self._holds:
            return FREE
        if self._by_desk is None:
            return STARTING
        known = self._by_desk.items()
        desks = [desk for desk, ours in known if campaign.portfolio_id in {one.id for one in ours}]
        return min(map(self._hold, desks), key=lambda hold: hold.factor, default=FREE)

    def _hold(self, desk: str) -> Hold:
        shown = self._shown.get(desk)
        return Hold(shown["factor"], reason_of(shown)) if shown else UNKNOWN

    async def _fetch(self) -> dict[str, dict[str, Any]]:
        try:
            text = await self._redis.get(RATES)
        except RedisError:
            return {}
        return dict(orjson.loads(text)) if text else {}

    async def _decide(self, callers: Callers, by_desk: dict[str, list[Portfolio]]) -> None:
        loop_now = asyncio.get_running_loop().time()
        if loop_now - self._decided_at < DECIDE_S:
            return
        self._decided_at = loop_now
        self._desks = {name: desk for name, desk in self._desks.items() if name in by_desk}
        shown = {}
        for name, portfolios in by_desk.items():
            shown[name] = _board(await self._ask(name, callers, portfolios))
        self._shown = shown

    async def _ask(self, name: str, callers: Callers, portfolios: list[Portfolio]) -> RateDecision:
        now, ledger, books = self._tools.clock.now(), self._tools.ledger, self._tools.books
        ids = [portfolio.id for portfolio in portfolios]
        desk, tally = self._desks.get(name), self._tallies.pop(name, Tally())
        until = now - WRITTEN_AFTER
        if desk is None:
            desk = CallbackDesk(ZoneInfo(callers.lines_to(name)[0].zone), now)
            news = await ledger.run(_past, books, name, ids, desk.told_until, until)
        else:
            news = await ledger.run(_news, books, ids, tally.came, desk.told_until, until)
        at_desk = self._at_desk(name, callers, ids, tally, now)
        await asyncio.to_thread(desk.tell, news)
        decision = await asyncio.to_thread(desk.decide, at_desk)
        self._desks[name] = desk
        return decision

    def _at_desk(
        self, name: str, callers: Callers, portfolios: list[int], tally: Tally, now: datetime
    ) -> AtDesk:
        sitting = [known for one, known in self._floor.operators() if name in one.desks]
        busy = sum(known.state in AT_WORK for known in sitting)
        calls = [running.call for running in self._tools.switchboard.calls.all() if not running.plan.desk]
        without_robots = {loop.campaign.id for loop in self._loops() if not loop.ready.work.strategy.scripts}
        return AtDesk(
            at=now,
            operators=busy + sum(known.state is OperatorState.READY for known in sitting),
            busy=busy,
            waiting=sum(call.waiting and call.desk == name for call in calls),
            ceiling=sum(
                campaign.max_calls_per_second
                for campaign in callers.campaigns
                if campaign.portfolio_id in portfolios and campaign.id not in without_robots
            ),
            finished=tally.finished,
            waited=tally.waited,
            closes_at=callers.closes_at(name, now),
            staffing=self._staffing(name, callers, now),
        )

    def _staffing(self, name: str, callers: Callers, now: datetime) -> list[tuple[datetime, int]]:
        """Those who have shifts, by plan; the others, where anybody has one, as many as are there now."""
        planned = {shift.operator for shift in callers.shifts}
        theirs = {one.id for one, _ in self._floor.operators() if name in one.desks}
        others = [
            known
            for one, known in self._floor.operators()
            if one.id in theirs - planned and known.state in AT_WORK | {OperatorState.READY}
        ]
        plan = staffing(callers.shifts, theirs, now, self._zone)
        return [(at, count + len(others)) for at, count in plan]

    def _follow(self, before: Call, running: Running) -> None:
        if running.line and running.call.desk:
            self._tallies[running.call.desk].follow(before, running.call)

    def _operator_changed(self, change: StateChange) -> None:
        ended = change.was is OperatorState.WRAP_UP
        if ended or (change.was is OperatorState.TALKING and change.state is not OperatorState.WRAP_UP):
            for operator, _ in self._floor.operators():
                if operator.id == change.operator:
                    for desk in operator.desks:
                        self._tallies[desk].finished += 1


def _board(decision: RateDecision) -> dict[str, Any]:
    return {
        "factor": decision.factor,
        "rate": decision.rate,
        "reason": decision.reason,
        "why": as_data(decision.reason),
        "figures": dict(decision.figures),
    }


def _read(books: Books) -> Callers:
    with books.read() as tx:
        lines = tx.lines.all()
        desks = {desk for operator in tx.operators.all() for desk in operator.desks} if lines else set()
        running = [one for one in tx.campaigns.under_way() if one.status is CampaignStatus.RUNNING]
        portfolios, shifts = tuple(tx.portfolios.all()), tuple(tx.shifts.all() if lines else ())
        return Callers(tuple(lines), frozenset(desks), portfolios, tuple(running), shifts)


def _past(books: Books, desk: str, portfolios: list[int], since: datetime, until: datetime) -> News:
    """What the log tells of the days before."""
    with books.read() as tx:
        waited = [wait for wait in waits(tx.connection, since, until) if wait.desk == desk]
        known = followed(tx.connection, [wait.touch for wait in waited])
        out = calls_out(tx.connection, portfolios, since, until)
    return News(until, out, [CallIn(wait.since, known.get(wait.touch)) for wait in waited])


def _news(books: Books, portfolios: list[int], came: list[Call], since: datetime, until: datetime) -> News:
    """Robots' calls that ended since, and those who came to the desk."""
    touches: list[TouchId] = [call.touch for call in came]
    with books.read() as tx:
        known = followed(tx.connection, touches)
        out = calls_out(tx.connection, portfolios, since, until)
    callers = [CallIn(call.queued_at, known.get(call.touch)) for call in came if call.queued_at]
    return News(until, out, callers)
