"""The campaign loop: what is due, what next, may it happen, reserve, how many now, originate."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

import structlog

from dialer.clock import Clock
from dialer.handlers.plan import planning_is_due
from dialer.handlers.reserve import Batch, Reserved, reserve_batch
from dialer.handlers.take_over import read_open
from dialer.ids import new_touch_id
from dialer.ledger_thread import LedgerThread
from dialer.pacing.caps import CALLS_PER_SECOND, FREE, Caps, CapsPacer
from dialer.pacing.facts import PacingDecision
from dialer.ready import Ready
from dialer.recorder import Recorder
from dialer.running import Running
from dialer.scripts import ScriptBook
from dialer.switchboard import NodeLink, Switchboard
from dialer.work import Work
from domain.call import Call
from domain.call_events import NotPlaced
from domain.campaign import Campaign, CampaignStatus, Mode, PlanState
from domain.errors import EnvironmentFault, InputError
from domain.said import said
from domain.touch import TouchId
from ledger.books import Books

log = structlog.get_logger(__name__)

TICK_S = 0.1
IDLE_S = 0.5
FAULT_S = 2.0
REFUSED = said("the ledger refuses writes")
OVER = frozenset({CampaignStatus.FINISHED, CampaignStatus.STOPPED})


@dataclass(frozen=True, slots=True)
class Tools:
    """What a loop works with, given by the composition root."""

    books: Books
    ledger: LedgerThread
    switchboard: Switchboard
    recorder: Recorder
    clock: Clock


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls: those that need no operator, or of a desk those that are dialled so, no more than ``calls``; or that
    of one ``debtor`` for the ``operator`` who has his card.
    """

    desk: str = ""
    mode: Mode | None = None
    calls: int | None = None
    debtor: int | None = None
    operator: int | None = None


AUTOMATIC = Wanted()


class CampaignLoop:
    """Works one campaign that this process owns, until it is told to stop or nothing is left to do.

    ``ready`` may be replaced at any time; a batch begun with the one before is placed with it.
    """

    def __init__(self, campaign: Campaign, ready: Ready, tools: Tools, placed: int) -> None:
        self.campaign, self.ready = campaign, ready
        self._tools = tools
        self._pacer, self._robots, self._turn = CapsPacer(), CapsPacer(), asyncio.Lock()
        self._stats = tools.switchboard.stats.of(campaign.id)
        self._placed_before = placed - self._stats.placed + self._not_placed
        self._unsure = False
        self.stopping = False
        self.hold = FREE
        self.desk_reason = ""
        """Why its desks dial as they do; empty while it has none."""

    async def run(self) -> None:
        """Place calls until `stopping`, or until the campaign is over and its calls are too; raises LeaseLost."""
        while not self.stopping:
            await asyncio.sleep(await self._tick())
            if self.campaign.status in OVER and not self.in_flight:
                return

    @property
    def in_flight(self) -> int:
        """Calls of this campaign that are up."""
        return self._tools.switchboard.calls.in_campaign(self.campaign.id)

    async def _tick(self) -> float:
        """One look; answers the seconds until the next."""
        try:
            return await self._look()
        except EnvironmentFault as fault:
            log.error("ledger_refused", campaign=self.campaign.name, fault=str(fault))
            self._stats.reason = REFUSED
            self._unsure = True
            return FAULT_S

    async def _look(self) -> float:
        node = self._tools.switchboard.free_node()
        if node is None or self._tools.recorder.stuck:
            self._stats.reason = said("no node is connected") if node is None else REFUSED
            return IDLE_S
        if self._unsure:
            await self._find_orphans()
        decision, batch = await self._dial(node)
        self._stats.reason = decision.reason
        if batch is None:
            stands_still = self.hold.factor == 0
            return IDLE_S if await self._finished() or stands_still else TICK_S
        return TICK_S if batch.taken else await self._idle()

    async def dial(self, desk: str, mode: Mode, wanted: int) -> int:
        """Place up to ``wanted`` calls for a desk, within the campaign's caps; answers how many. Raises LeaseLost."""
        node = self._tools.switchboard.free_node(with_operators=True)
        if node is None or self._tools.recorder.stuck or self._unsure or self.stopping or wanted <= 0:
            return 0
        try:
            _, batch = await self._dial(node, Wanted(desk, mode, wanted))
        except EnvironmentFault as fault:
            log.error("ledger_refused", campaign=self.campaign.name, fault=str(fault))
            self._unsure = True
            return 0
        return len(batch.reserved) if batch else 0

    async def dial_for(self, operator: int, debtor: int, desk: str, mode: Mode) -> TouchId:
        """Call one debtor for the operator who has his card. InputError with the reason when that cannot be now; raises
        LeaseLost and EnvironmentFault.
        """
        node = self._tools.switchboard.free_node(with_operators=True)
        if node is None or self._tools.recorder.stuck:
            raise InputError("no calls can be placed now", remedy="wait, or skip him")
        decision, batch = await self._dial(node, Wanted(desk, mode, 1, debtor, operator))
        if batch is None:
            raise InputError(f"the campaign may place no more calls now: {decision.reason}", remedy="wait")
        if not batch.reserved:
            why = ", ".join(sorted(batch.refusals)) or "his plan has changed"
            raise InputError(f"he may not be called now: {why}", remedy="the next one comes by itself")
        return batch.reserved[0].request.id

    async def _dial(self, node: NodeLink, wanted: Wanted = AUTOMATIC) -> tuple[PacingDecision, Batch | None]:
        """One batch at a time, of what the campaign is granted as much as the node's line carries."""
        async with self._turn:
            now, name = asyncio.get_running_loop().time(), node.settings.name
            trunk, up = self._tools.switchboard.trunks[name], self._tools.switchboard.calls.on_node(name)
            asked = self._grant(wanted, now)
            decision, placed = trunk.grant(asked, up, now), 0
            try:
                batch = await self._place_batch(decision.dial, node, wanted, now) if decision.dial else None
                placed = len(batch.reserved) if batch else 0
            finally:
                trunk.placed(decision.dial, placed)
                self._give_back(wanted, asked.dial - placed)
            return decision, batch

    async def _place_batch(self, calls: int, node: NodeLink, wanted: Wanted, due_since: float) -> Batch:
        ready = self.ready
        batch = await self._reserve(ready.work, calls, node, wanted)
        self.campaign = batch.campaign
        self._stats.refusals.update(batch.refusals)
        for reserved in batch.reserved:
            self._place(reserved, ready.scripts, node, due_since, wanted.operator)
        return batch

    def _grant(self, wanted: Wanted, now: float) -> PacingDecision:
        """How many calls now; of robots' no faster than they are held."""
        caps, hold = self._caps(), self.hold
        if wanted != AUTOMATIC or hold.factor >= 1:
            return self._pacer.decide(caps, self.in_flight, now, wanted.calls)
        slower = replace(caps, max_calls_per_second=caps.max_calls_per_second * hold.factor)
        held = self._robots.decide(slower, self.in_flight, now)
        decision = self._pacer.decide(caps, self.in_flight, now, held.dial)
        self._robots.give_back(held.dial - decision.dial)
        is_held = held.reason == CALLS_PER_SECOND and decision.dial == held.dial
        return replace(decision, reason=hold.reason) if is_held else decision

    def _give_back(self, wanted: Wanted, unused: int) -> None:
        self._pacer.give_back(unused)
        if wanted == AUTOMATIC:
            self._robots.give_back(unused)

    async def _reserve(self, work: Work, want: int, node: NodeLink, wanted: Wanted) -> Batch:
        tools = self._tools
        run = tools.ledger.run if wanted.operator is None else tools.ledger.run_first
        return await run(
            reserve_batch,
            tools.books,
            work,
            self.campaign.id,
            self.campaign.fence,
            want=want,
            node=node.settings.name,
            new_id=new_touch_id,
            now=tools.clock.now(),
            desk=wanted.desk,
            mode=wanted.mode,
            debtor=wanted.debtor,
        )

    async def _find_orphans(self) -> None:
        """A connection cut in a commit hides whether it took effect: follow touches that we have not placed.

        They hold their debtors until they are settled, as calls that the node has never heard of.
        """
        tools, now = self._tools, asyncio.get_running_loop().time()
        ours = tools.recorder.waiting | {running.call.touch for running in tools.switchboard.calls.all()}
        left_open = await tools.ledger.run(read_open, tools.books, self.campaign, now)
        orphans = [running for running in left_open if running.call.touch not in ours]
        self._placed_before += len(orphans)
        tools.switchboard.adopt(orphans)
        self._unsure = False
        if orphans:
            log.warning("touches_without_a_call", campaign=self.campaign.name, touches=len(orphans))

    def _place(
        self,
        reserved: Reserved,
        scripts: ScriptBook,
        node: NodeLink,
        due_since: float,
        operator: int | None = None,
    ) -> None:
        touch = reserved.request
        now = self._tools.clock.now()
        call, campaign = Call(touch.id), self.campaign.id
        running = Running(call, reserved.plan, touch.phone, campaign, node.settings.name, due_since)
        running.scripts = scripts
        try:
            if reserved.step.call:
                request = scripts.desk_request(touch, reserved.step, node.settings.trunk, now, operator)
            else:
                request = scripts.request(touch, node.settings.trunk, now)
        except InputError as error:
            self._tools.switchboard.refuse(running, NotPlaced(touch.id, now, str(error)))
        else:
            self._tools.switchboard.place(running, request)
        loop_now = asyncio.get_running_loop().time()
        self._tools.switchboard.stats.placed(self.campaign.id, loop_now, loop_now - due_since)

    def _caps(self) -> Caps:
        limit = self.campaign.call_limit
        left = None if limit is None else limit - self._placed_before - self._stats.placed + self._not_placed
        return Caps(self.campaign.max_channels, self.campaign.max_calls_per_second, left)

    @property
    def _not_placed(self) -> int:
        return self._stats.outcomes["not_placed"]

    async def _idle(self) -> float:
        running = self.campaign.status is CampaignStatus.RUNNING
        nobody = self.desk_reason or said("nobody is due")
        self._stats.reason = nobody if running else said(self.campaign.status.value)
        await self._finished()
        return IDLE_S

    async def _finished(self) -> bool:
        """Whether nothing is left: the call limit is used up, or no debtor is planned any more."""
        if self.in_flight or self.campaign.status is not CampaignStatus.RUNNING:
            return False
        left = self._caps().calls_left
        if left is None or left > 0:
            if self._more_may_come():
                return False
            counts = await self._tools.ledger.run(self._plan_counts)
            if counts.get(PlanState.DUE, 0) or counts.get(PlanState.IN_TOUCH, 0):
                return False
        self.campaign = await self._tools.ledger.run(self._finish)
        log.info("campaign_finished", campaign=self.campaign.name)
        return True

    def _more_may_come(self) -> bool:
        """Whether debtors may soon be planned who are not now: by a new version, or by a pass that is due."""
        work, campaign = self.ready.work, self.campaign
        changes = campaign.wanted_version_id != work.version_id
        return changes or planning_is_due(
            campaign.planning, work.version_id, work.zone, self._tools.clock.now()
        )

    def _plan_counts(self) -> dict[PlanState, int]:
        with self._tools.books.read() as tx:
            return tx.plans.counts(self.campaign.id)

    def _finish(self) -> Campaign:
        with self._tools.books.write() as tx:
            tx.campaigns.owned(self.campaign.id, self.campaign.fence)
            return tx.campaigns.set_status(self.campaign.name, CampaignStatus.FINISHED)
