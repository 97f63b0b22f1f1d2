"""Who drives the floor, and what keeps it true: the lease, the ledger's operators, the nodes' files and surveys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from asterisk.ami.link import AmiLink
from asterisk.configuration.render import write_private
from asterisk.leg_log import read_leg_log
from asterisk.operators import (
    PhoneLeg,
    phone_legs,
    phones_text,
    queues_text,
    registered_phones,
    reload_phones,
    reload_queues,
)
from dialer.cancelled import cancelled
from dialer.clock import Clock
from dialer.floor.commands import FLOOR, serve_commands
from dialer.floor.feed import Feed
from dialer.floor.floor import Floor
from dialer.floor.log import FloorLog
from dialer.lease import RENEW_S, Lease
from dialer.ledger_thread import LedgerThread
from dialer.settings import NodeSettings
from domain.errors import DozvonError
from domain.operator import Operator, StateChange
from domain.operator_events import Called, LegEnded, OperatorId, PhoneSeen, PickedUp
from domain.operator_phone import OperatorPhone
from ledger.books import Books

log = structlog.get_logger(__name__)

TICK_S = 0.1
SURVEY_S = 10.0
BEFORE_LAST = timedelta(seconds=1)
"""A node's clock may be that much behind the one by which the log was written."""


Staff = tuple[list[Operator], dict[OperatorId, OperatorPhone]]
"""Who works here, and their phones."""


class Node:
    """A node with operators, for as long as its link is up."""

    def __init__(self, settings: NodeSettings, link: AmiLink) -> None:
        assert settings.operators_folder is not None, "only nodes with operators are driven"
        self.name, self.link, self.channel_log = settings.name, link, settings.channel_log
        self._folder = settings.operators_folder
        self.welcomed = False
        """Whether its log has told what was not heard: until then what is missing there may have ended long ago."""

    async def configure(self, phones: Mapping[OperatorId, OperatorPhone], desks: set[str]) -> None:
        """Write its operators' phones and desks and have them read."""
        self._folder.mkdir(parents=True, exist_ok=True)
        write_private(self._folder / "phones.conf", phones_text(phones))
        write_private(self._folder / "queues.conf", queues_text(desks))
        await reload_phones(self.link)
        await reload_queues(self.link)
        log.info("floor_configured", node=self.name, operators=len(phones), desks=len(desks))


class FloorDriver:
    """Drives the floor while it has the lease; ``run`` is one task of the dialler."""

    def __init__(
        self,
        floor: Floor,
        record: FloorLog,
        redis: Redis,
        books: Books,
        ledger: LedgerThread,
        clock: Clock,
        *,
        clock_ahead: timedelta = timedelta(),
    ) -> None:
        self.floor, self._log, self._redis = floor, record, redis
        self.feed = Feed(redis, floor, clock)
        self._books, self._ledger, self._clock, self._ahead = books, ledger, clock, clock_ahead
        self._lease = Lease(redis, FLOOR)
        self._up: dict[str, Node] = {}
        self._begun = clock.now()
        self._heard_to: dict[str, datetime] = {}
        self._staff: Staff = ([], {})
        self._turn = asyncio.Lock()
        self._fault = ""

    @property
    def driving(self) -> bool:
        """Whether the floor is ours."""
        return self.floor.driving

    async def run(self) -> None:
        """Take the floor when nobody has it, and keep it true, for ever."""
        async with asyncio.TaskGroup() as group:
            for work, name in (
                (self._keep(), "lease"),
                (self._log.run(), "log"),
                (serve_commands(self._redis, self.floor, self.feed), "commands"),
                (self._every(TICK_S, self.floor.end_wrap_ups), "wrap-ups"),
                (self.feed.run(), "feed"),
            ):
                group.create_task(work, name=f"floor {name}")

    async def aclose(self) -> None:
        """Write what is not yet logged and give the floor back."""
        self.floor.let_go()
        await self.floor.seating.aclose()
        await self._log.flush()
        await self._lease.release()

    async def node_up(self, settings: NodeSettings, link: AmiLink) -> None:
        """Log in was; the node gets its phones and desks, and its log tells what was not heard. Raises LinkDown."""
        if settings.operators_folder is None:
            return
        self._up[settings.name] = Node(settings, link)
        async with self._turn:
            if self.floor.driving:
                await self._welcome_new()

    def node_lost(self, name: str) -> None:
        """The link is down: what happens there is read from its log later."""
        if self._up.pop(name, None):
            self._heard_to.setdefault(name, self._clock.now() - BEFORE_LAST)
            self.floor.seating.lost(name)

    # ------------------------------------------------------------ the lease and the staff
    async def _keep(self) -> None:
        surveyed = 0.0
        while not cancelled():
            async with self._turn:
                try:
                    await self._hold()
                    if self.floor.driving:
                        await self._welcome_new()
                        await self._look_for_changes()
                        surveyed = await self._survey_if_due(surveyed)
                    self._fault = ""
                except DozvonError as fault:
                    self._tell(str(fault))
            await asyncio.sleep(RENEW_S)

    def _tell(self, fault: str) -> None:
        if fault != self._fault:
            log.error("floor_not_driven", fault=fault)
        self._fault = fault

    async def _hold(self) -> None:
        """Take the floor over, or let it go when somebody else has it."""
        try:
            held = await self._lease.hold()
        except RedisError:
            return  # nobody else can take it either
        if held and not self.floor.driving:
            await self._take_over()
        elif not held and self.floor.driving:
            log.warning("floor_lost")
            self.floor.let_go()
            await self.floor.seating.aclose()

    async def _take_over(self) -> None:
        self._staff = await self._ledger.run(self._read_staff)
        last = await self._ledger.run(self._read_last)
        self.floor.begin(self._staff[0], last)
        newest = max((change.at for change in last.values()), default=self._clock.now())
        self._begun, self._heard_to = newest - BEFORE_LAST, {}
        for node in self._up.values():
            node.welcomed = False
        log.info("floor_taken", operators=len(self._staff[0]))

    def _read_staff(self) -> Staff:
        with self._books.read() as tx:
            return tx.operators.all(), tx.operators.phones()

    def _read_last(self) -> dict[OperatorId, StateChange]:
        with self._books.read() as tx:
            return tx.operators.last_changes()

    async def _look_for_changes(self) -> None:
        """Somebody was hired, left, learned, got another phone or password: the nodes are told."""
        staff = await self._ledger.run(self._read_staff)
        if staff == self._staff:
            return
        self._staff = staff
        for node in list(self._up.values()):
            await node.configure(staff[1], self._desks)
        self.floor.employ(staff[0])

    @property
    def _desks(self) -> set[str]:
        return {desk for operator in self._staff[0] for desk in operator.desks}

    # ------------------------------------------------------------ the nodes
    async def _welcome_new(self) -> None:
        """Nodes whose events were not heard for a time: files, then the past, then the present."""
        new = [node for node in self._up.values() if not node.welcomed]
        for node in new:
            await node.configure(self._staff[1], self._desks)
            since = self._heard_to.get(node.name, self._begun)
            try:
                past = await asyncio.to_thread(read_leg_log, node.channel_log, since, self._ahead)
            except OSError as error:
                log.error("channel_log_unreadable", node=node.name, error=error.strerror)
            else:
                self.floor.replay(past)
            self._heard_to.pop(node.name, None)
            node.welcomed = True
        if new:
            await self._survey()

    async def _survey_if_due(self, surveyed: float) -> float:
        now = asyncio.get_running_loop().time()
        if self.floor.seating.refused & self._up.keys():
            for name in self.floor.seating.refused & self._up.keys():
                await self._up[name].configure(self._staff[1], self._desks)
            self.floor.seating.refused.clear()
        elif now - surveyed < SURVEY_S:
            return surveyed
        await self._survey()
        return now

    async def _survey(self) -> None:
        """Ask the nodes what is, and take it where it differs from what was heard. Of a node that is not up, or came
        up just now, nobody knows anything new.
        """
        nodes = [node for node in self._up.values() if node.welcomed]
        if not nodes:
            return
        known = {leg.id for _, one in self.floor.operators() for leg in one.legs}
        phones: dict[OperatorId, bool] = {}
        legs: list[PhoneLeg] = []
        for node in nodes:
            for id, reachable in (await registered_phones(node.link)).items():
                phones[id] = phones.get(id, False) or reachable
            legs += await phone_legs(node.link)
        now = self._clock.now()
        over = {id for id in known - {up.id for up in legs} if self._is_of(id, nodes)}
        for operator, one in self.floor.operators():
            if (reachable := phones.get(operator.id, False)) != one.reachable:
                self.floor.take(PhoneSeen(operator.id, now, reachable))
            for leg in one.legs:
                if leg.id in over:
                    self.floor.take(LegEnded(operator.id, now, leg.id, leg.touch))
        for up in legs:
            self._see(up, now)
        for node in nodes:
            await self.floor.seating.survey(node.name, node.link)
        for operator, _ in self.floor.operators():
            self.floor.seating.change(operator.id)

    def _is_of(self, leg: str, nodes: list[Node]) -> bool:
        """Whether it is a channel of one of these nodes: the ids that Asterisk makes begin with its name."""
        return any(leg.startswith(f"{node.name}-") for node in nodes) or not ("." in leg or self._heard_to)

    def _see(self, up: PhoneLeg, now: datetime) -> None:
        """A leg that is there now; since when one was answered that nobody heard, Asterisk tells to the second."""
        at = now - timedelta(seconds=up.lasts_s)
        self.floor.take(Called(up.operator, at, up.id, up.touch))
        if up.answered:
            self.floor.take(PickedUp(up.operator, at, up.id, up.touch))

    # ------------------------------------------------------------ clockwork
    async def _every(self, seconds: float, work: Callable[[], None]) -> None:
        while not cancelled():
            await asyncio.sleep(seconds)
            work()
