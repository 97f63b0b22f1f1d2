"""The dialler process: owns campaigns by lease, works them, and stops without dropping a call."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from dialer.board import board_key, desk_key, publish
from dialer.callbacks.rates import CallbackRates
from dialer.campaign_loop import CampaignLoop, Tools
from dialer.cancelled import cancelled
from dialer.change_over import ChangeOver, install_scripts, make_ready
from dialer.desks.desks import Desks
from dialer.drain import drain
from dialer.floor.calls import CallFacts
from dialer.floor.driver import FloorDriver
from dialer.handlers.take_over import take_over
from dialer.inbound.reception import Reception
from dialer.lease import RENEW_S, Lease
from dialer.messages.post_desk import PostDesk
from dialer.owned import Owned
from dialer.planner import Planner
from dialer.ready import Ready
from dialer.reverts import keep_timers
from dialer.settings import Settings
from dialer.switchboard import NodeLink
from dialer.work import Work
from domain.campaign import Campaign
from domain.errors import DozvonError, EnvironmentFault, LeaseLost, LedgerDown, LinkDown
from domain.version import VersionKind

log = structlog.get_logger(__name__)

LOOK_S = 0.2
PUBLISH_S = 0.25


class Dialler:
    """Takes every campaign that nobody owns and that runs or has calls left open (or those named), until `stop`."""

    def __init__(
        self,
        settings: Settings,
        redis: Redis,
        tools: Tools,
        driver: FloorDriver,
        *,
        only: Collection[str] = (),
        until_finished: bool = False,
    ) -> None:
        self._settings, self._redis, self._tools, self._driver = settings, redis, tools, driver
        self._desks = Desks(tools, driver.floor, settings, self._loops, driver.feed)
        calls = CallFacts(tools.switchboard, self._loops, tools.clock, self._desks.transfers.waits)
        driver.floor.known_of_call = calls.of
        self._post = PostDesk(tools, settings, self._loops)
        self._reception = Reception(tools, driver.floor, settings, self._desks.accounts)
        hold, zone = settings.pacing.callbacks, settings.zone
        self._rates = CallbackRates(tools, driver.floor, redis, self._loops, hold=hold, zone=zone)
        self._only, self._until_finished = frozenset(only), until_finished
        self._owned: dict[int, Owned] = {}
        self._ledger_known = False
        self._worked = False
        self._told: dict[int, str] = {}
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Place no new calls, follow the running ones to their ends, then leave."""
        self._stop.set()

    def _loops(self) -> list[CampaignLoop]:
        return [owned.loop for owned in self._owned.values()]

    def work_of(self, campaign_id: int) -> Work:
        """What a campaign of ours works by."""
        return self._owned[campaign_id].loop.ready.work

    async def welcome(self, node: NodeLink) -> None:
        """A node came up: it needs the dialplans of every campaign of ours, and the operators."""
        for owned in self._owned.values():
            for ready in filter(None, (owned.change.coming, owned.loop.ready)):
                await ready.scripts.install(node.settings, node.link)
        await self._driver.node_up(node.settings, node.link)
        await self._reception.node_up(node)

    async def run(self) -> None:
        """Work until stopped, or until every campaign is finished when asked so."""
        async with asyncio.TaskGroup() as group:
            helpers = [
                group.create_task(self._tools.switchboard.run(), name="switchboard"),
                group.create_task(self._tools.recorder.run(), name="recorder"),
                group.create_task(self._tools.recorder.seal(), name="seals"),
                group.create_task(self._keep_leases(), name="leases"),
                group.create_task(self._publish(), name="board"),
                group.create_task(self._driver.run(), name="floor"),
                group.create_task(self._desks.run(), name="desks"),
                group.create_task(self._post.run(), name="messages"),
                group.create_task(self._reception.run(), name="reception"),
                group.create_task(self._rates.run(), name="callbacks"),
                group.create_task(keep_timers(self._tools), name="timers"),
            ]
            while not self._stop.is_set():
                if not await self._look_for_work(group) and self._until_finished:
                    break
                await self._pause(LOOK_S)
            await self._wind_up()
            for helper in helpers:
                helper.cancel()
        await self._driver.aclose()
        await self._tools.recorder.flush()

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return

    async def _look_for_work(self, group: asyncio.TaskGroup) -> bool:
        """Take what nobody owns; answers whether any campaign is left to work, ours or another dialler's."""
        for id, owned in list(self._owned.items()):
            if owned.task.done() and self._tools.recorder.idle:
                await self._leave(id)
        wanted: list[Campaign] = []
        try:
            wanted, scripts = await self._tools.ledger.run(self._wanted)
            self._ledger_known = True
            for campaign in wanted:
                if campaign.id in self._owned:
                    self._owned[campaign.id].change.look(campaign, scripts, group)
            await self._take(wanted, group)
        except (LedgerDown, LinkDown) as fault:
            if not self._ledger_known:
                raise
            log.error("campaign_not_taken", fault=str(fault))
            return True  # nobody knows what is left, so look again
        return bool(wanted or self._owned)

    async def _take(self, wanted: list[Campaign], group: asyncio.TaskGroup) -> None:
        """Own each that nobody owns. One that cannot be worked stops no other; but a dialler that never had any
        other ends with the reason, since whoever has just started it is still looking.
        """
        faults: list[DozvonError] = []
        for campaign in wanted:
            if campaign.id in self._owned:
                continue
            try:
                await self._try_to_own(campaign, group)
            except (LedgerDown, LinkDown):
                raise
            except DozvonError as fault:
                faults.append(fault)
                if str(fault) != self._told.get(campaign.id):
                    log.error("campaign_not_taken", campaign=campaign.name, fault=str(fault))
                self._told[campaign.id] = str(fault)
        if faults and not self._owned and (self._until_finished or not self._worked):
            raise faults[0]
        self._worked = self._worked or bool(self._owned)

    def _wanted(self) -> tuple[list[Campaign], dict[str, str]]:
        """The campaigns that want an owner and ours, and the published scripts that are in force."""
        with self._tools.books.read() as tx:
            wanted = tx.campaigns.wanting(self._tools.switchboard.nodes.keys(), ours=self._owned)
            scripts = {one.name: one.label for one in tx.versions_of(VersionKind.SCRIPT).all_in_force()}
        return [one for one in wanted if not self._only or one.name in self._only], scripts

    async def _try_to_own(self, campaign: Campaign, group: asyncio.TaskGroup) -> None:
        lease, tools = Lease(self._redis, f"campaign:{campaign.id}"), self._tools
        if not await self._hold(lease, campaign):
            return
        ready = await self._make_ready(campaign)
        if ready.work.strategy.lanes and not self._driver.driving:
            await lease.release()  # whoever drives the floor takes it
            return
        if not await self._hold(lease, campaign):  # prompts may have taken longer than a lease lasts
            return
        taken = await tools.ledger.run(
            take_over,
            tools.books,
            ready.work,
            campaign.name,
            ready.versions,
            since=asyncio.get_running_loop().time(),
            now=tools.clock.now(),
        )
        await install_scripts(tools, ready.scripts)
        loop = CampaignLoop(taken.campaign, ready, tools, taken.placed)
        loop.hold = self._rates.hold_of(taken.campaign)
        self._owned[campaign.id] = Owned(
            loop,
            lease,
            group.create_task(self._work(loop), name=f"campaign {campaign.name}"),
            group.create_task(Planner(loop, tools).run(), name=f"planning {campaign.name}"),
            ChangeOver(loop, tools, self._settings),
        )
        tools.switchboard.adopt(taken.left_open)
        log.info(
            "campaign_taken", campaign=campaign.name, fence=taken.campaign.fence, open=len(taken.left_open)
        )

    async def _make_ready(self, campaign: Campaign) -> Ready:
        """The version that is published for the campaign; the one that it ran last, if that cannot be made ready."""
        tools, runs = self._tools, campaign.strategy_version_id
        try:
            return await make_ready(tools, self._settings, campaign, campaign.wanted_version_id)
        except DozvonError:
            if campaign.wanted_version_id == runs:
                raise
            return await make_ready(tools, self._settings, campaign, runs)

    async def _hold(self, lease: Lease, campaign: Campaign) -> bool:
        try:
            return await lease.hold()
        except RedisError as error:
            log.warning("lease_unknown", campaign=campaign.name, error=type(error).__name__)
            return False

    async def _work(self, loop: CampaignLoop) -> None:
        try:
            await loop.run()
        except LeaseLost as lost:
            log.warning("campaign_lost", campaign=loop.campaign.name, reason=str(lost))
            self._tools.switchboard.forget(loop.campaign.id)

    async def _leave(self, campaign_id: int) -> None:
        owned = self._owned.pop(campaign_id)
        owned.planning.cancel()
        owned.change.cancel()
        await publish(self._redis, board_key(owned.loop.campaign.name), self._board(owned))
        await owned.lease.release()

    async def _wind_up(self) -> None:
        """No new calls; the running ones end by themselves, within a bound."""
        self._reception.stop()
        for owned in self._owned.values():
            owned.loop.stopping = True
        await asyncio.gather(*(owned.task for owned in self._owned.values()))
        await drain(self._tools.switchboard.calls, self._tools.recorder)
        for id in list(self._owned):
            await self._leave(id)

    async def _keep_leases(self) -> None:
        while not cancelled():
            await asyncio.sleep(RENEW_S)
            for owned in list(self._owned.values()):
                try:
                    held = await owned.lease.hold()
                except RedisError:
                    continue  # nobody else can take it either, and the fence guards the ledger
                if not held:
                    log.warning("lease_lost", campaign=owned.loop.campaign.name)
                    owned.loop.stopping = True
                    self._tools.switchboard.forget(owned.loop.campaign.id)

    async def _publish(self) -> None:
        while not cancelled():
            await asyncio.sleep(PUBLISH_S)
            for owned in list(self._owned.values()):
                await publish(self._redis, board_key(owned.loop.campaign.name), self._board(owned))
            for board in self._desks.boards():
                await publish(self._redis, desk_key(str(board["desk"])), board)

    def _board(self, owned: Owned) -> dict[str, object]:
        campaign, switchboard = owned.loop.campaign, self._tools.switchboard
        return {
            **switchboard.stats.snapshot(campaign.id, asyncio.get_running_loop().time()),
            "campaign": campaign.name,
            "version": owned.loop.ready.work.version.label,
            "scripts": sorted(owned.loop.ready.work.scripts.values()),
            "version_fault": owned.change.fault,
            "status": "stopping" if owned.loop.stopping else campaign.status.value,
            "in_flight": owned.loop.in_flight,
            "max_channels": campaign.max_channels,
            "max_calls_per_second": campaign.max_calls_per_second,
            "call_limit": campaign.call_limit,
            "nodes": {name: node.link.connected for name, node in switchboard.nodes.items()},
        }


async def open_links(nodes: Collection[NodeLink], timeout: float) -> None:
    """Log in to every node. One that does not answer is tried again for ever; EnvironmentFault if none does."""
    faults = await asyncio.gather(*(node.link.open(timeout) for node in nodes), return_exceptions=True)
    failed = [fault for fault in faults if isinstance(fault, BaseException)]
    if len(failed) == len(faults):
        raise failed[0] if failed else EnvironmentFault("no node is configured", remedy="set DOZVON_NODES")
    for fault in failed:
        log.warning("node_unreachable", fault=str(fault))
