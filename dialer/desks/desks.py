"""All desks of this process: who is due for each, how many to dial now, and whose campaign's turn it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass

import structlog

from dialer.campaign_loop import CampaignLoop, Tools
from dialer.desks.desk import PACED, Desk
from dialer.desks.facts import calls_of, events_of_call, events_of_operator
from dialer.desks.manual_calls import ManualCalls
from dialer.desks.patience import Patience
from dialer.desks.previews import Previews
from dialer.desks.record import PacingRecord
from dialer.desks.spying import Spying
from dialer.desks.transfers import Transfers
from dialer.floor.feed import Feed
from dialer.floor.floor import Floor
from dialer.inbound.accounts import Accounts
from dialer.running import Running
from dialer.scripts import ScriptBook
from dialer.settings import Settings
from domain.call import Call
from domain.campaign import CampaignStatus, Mode
from domain.errors import DozvonError, LeaseLost
from domain.operator import OperatorState, StateChange
from domain.said import said

log = structlog.get_logger(__name__)

LOOK_S = 1.0
SOONEST_S = 0.1
"""What happens is decided about at once, but not more often than this."""
MOST_LEADS = 500
"""Due plans are counted no further: a pacer only asks whether its list ends."""


@dataclass(slots=True)
class Lane:
    """Calls of one campaign to one desk, dialled in one mode; ``leads`` are due, the most urgent of ``priority``."""

    loop: CampaignLoop
    desk: str
    mode: Mode
    leads: int = 0
    priority: int = 0


class Desks:
    """Decides once a second and whenever an operator gets free or a call is answered; while it drives the floor."""

    def __init__(
        self,
        tools: Tools,
        floor: Floor,
        settings: Settings,
        loops: Callable[[], Collection[CampaignLoop]],
        feed: Feed,
    ) -> None:
        self._tools, self._floor, self._pacing, self._loops = tools, floor, settings.pacing, loops
        self._record = PacingRecord(settings.home / "pacing", settings.pacing, tools.clock.now())
        self._desks: dict[str, Desk] = {}
        self._lanes: list[Lane] = []
        self._counted_at = -LOOK_S
        self._wake = asyncio.Event()
        self._previews, self.accounts = Previews(tools, floor, feed), Accounts(tools)
        self._manual = ManualCalls(tools, floor, self._previews, settings)
        self.accounts.books.append(self._scripts_of)
        self.transfers = Transfers(tools.switchboard, floor)
        self._spying = Spying(self.transfers.talk_of, floor, feed)
        tools.switchboard.hearers.append(self._spying.hear)
        self._patience = Patience(tools.switchboard, float(settings.pacing.patience_s))
        tools.switchboard.hearers.append(floor.hear)
        tools.switchboard.followers.append(self._follow)
        floor.listeners.append(self._operator_changed)

    async def run(self) -> None:
        """Decide and dial, for ever."""
        try:
            while True:
                await self._wait()
                try:
                    await self._look()
                except DozvonError as fault:
                    log.error("desks_wait", fault=str(fault))
        finally:
            self._record.close()

    async def _wait(self) -> None:
        """Until something has happened, or a second is over."""
        await asyncio.sleep(SOONEST_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await self._wake.wait()
        self._wake.clear()

    def _scripts_of(self, running: Running) -> ScriptBook | None:
        loops = (loop for loop in self._loops() if loop.campaign.id == running.campaign_id)
        return next((loop.ready.scripts for loop in loops), None)

    def boards(self) -> list[dict[str, object]]:
        """What supervisors see of each desk that campaigns need."""
        needed = {lane.desk for lane in self._lanes}
        return [desk.board() for name, desk in sorted(self._desks.items()) if name in needed]

    def desk(self, name: str) -> Desk:
        """The desk of that name, made when it is first heard of."""
        return self._desks.setdefault(name, Desk(name, self._pacing, self._record.decided))

    async def _look(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._counted_at >= LOOK_S:
            await self._count()
            self._counted_at = now
        if self._floor.driving:
            await self._previews.set_free()
        for name in sorted({lane.desk for lane in self._lanes}, key=self._urgency, reverse=True):
            if self._floor.driving:
                for mode in (Mode.PREVIEW, Mode.RESERVED):
                    await self._show(name, self._lanes_of(name, mode), mode)
                for mode in PACED:
                    await self._dial(name, self._lanes_of(name, mode))
            else:
                self.desk(name).rests(said("this dialler does not drive the floor"))

    def _lanes_of(self, desk: str, mode: Mode) -> list[Lane]:
        """The desk's lanes of a mode, the most urgent first."""
        lanes = [lane for lane in self._lanes if (lane.desk, lane.mode) == (desk, mode)]
        return sorted(lanes, key=lambda lane: lane.priority, reverse=True)

    async def _show(self, name: str, lanes: list[Lane], mode: Mode) -> None:
        """Give operators whom nobody waits for a debtor of their own."""
        calls = calls_of(name, self._tools.switchboard.calls.all())
        spare = len(self._floor.facts(name).idle_since) - len(calls.waiting_since)
        try:
            await self._previews.look(name, mode, [lane.loop for lane in lanes if lane.leads], spare)
        except LeaseLost:
            return  # the campaign's own loop finds out as well

    def _urgency(self, desk: str) -> int:
        return max(lane.priority for lane in self._lanes if lane.desk == desk)

    async def _count(self) -> None:
        """Which lanes there are now and what is due in them; the floor is told whom they need."""
        running = [loop for loop in self._loops() if loop.campaign.status is CampaignStatus.RUNNING]
        lanes = [
            Lane(loop, desk, mode)
            for loop in running
            for desk, mode in sorted(loop.ready.work.strategy.lanes)
            if not loop.stopping
        ]
        await self._tools.ledger.run(self._count_due, lanes)
        for desk in {lane.desk for lane in self._lanes}:
            self._floor.unwant(desk)
        self._lanes = lanes
        for desk in {lane.desk for lane in lanes if lane.leads}:
            self._floor.want(desk, self._urgency(desk))

    def _count_due(self, lanes: list[Lane]) -> None:
        now = self._tools.clock.now()
        with self._tools.books.read() as tx:
            for lane in lanes:
                due = tx.plans.due(lane.loop.campaign.id, now, lane.desk, lane.mode, MOST_LEADS)
                lane.leads, lane.priority = due

    async def _dial(self, name: str, lanes: list[Lane]) -> None:
        """One decision for a mode, and the calls of the campaigns whose debtors are the most urgent."""
        if not lanes:
            return
        desk, now = self.desk(name), asyncio.get_running_loop().time()
        calls = calls_of(name, self._tools.switchboard.calls.all())
        leads = sum(lane.leads for lane in lanes)
        _, decision = desk.decide(lanes[0].mode, self._floor.facts(name), calls, leads, now)
        left = decision.dial
        for lane in lanes:
            lane.loop.desk_reason = said("desk %(desk)s: %(reason)s", desk=name, reason=desk.reason)
            placed = await self._place(lane, left)
            lane.leads = max(0, lane.leads - placed)
            left -= placed
            desk.dialled(placed)

    async def _place(self, lane: Lane, calls: int) -> int:
        try:
            return await lane.loop.dial(lane.desk, lane.mode, calls) if calls > 0 and lane.leads else 0
        except LeaseLost:
            return 0  # the campaign's own loop finds out as well

    def _follow(self, before: Call, running: Running) -> None:
        if running.plan.desk and running.plan.mode in PACED:
            age = asyncio.get_running_loop().time() - running.since
            for event in events_of_call(before, running.call, age):
                self.desk(running.plan.desk).heard(event)
                self._wake.set()

    def _operator_changed(self, change: StateChange) -> None:
        operator = next((one for one, _ in self._floor.operators() if one.id == change.operator), None)
        if operator is not None:
            for event in events_of_operator(change):
                self.desk(self._floor.desk_of(operator)).heard(event)
        if change.state is OperatorState.READY:
            self._wake.set()
