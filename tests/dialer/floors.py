"""A dialler's half of the floor on a real stage: floor, driver and link, without campaigns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from redis.asyncio import Redis

from asterisk.ami.link import AmiLink
from asterisk.ami.messages import AmiMessage, LinkEvent, LinkLost, LinkUp
from asterisk.ami.render import OriginateRequest
from asterisk.ami.session import AmiAddress
from dialer.bootstrap import open_redis
from dialer.clock import SystemClock
from dialer.demo.stage import Stage
from dialer.floor.driver import FloorDriver
from dialer.floor.floor import Floor
from dialer.floor.log import FloorLog
from dialer.ledger_thread import LedgerThread
from dialer.settings import NodeSettings
from domain.operator import OnFloor, OperatorState, StateChange
from domain.operator_events import OperatorId
from domain.touch import TouchId
from ledger.books import Books
from tests.polling import until

DESK = """[floor-test]
exten = s,1,Answer()
 same = n,Queue(desk-operators,,,,${PATIENCE})
 same = n,Hangup(16)
[floor-nobody]
exten = s,1,Answer()
 same = n,Hangup(16)
"""
CLOCKS = timedelta(seconds=0.5)
"""How far apart two Asterisks may tell of one instant, the later one's delays left out."""
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LONG_AHEAD = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass
class Driven:
    """A floor that is driven, and the way to its Asterisk."""

    stage: Stage
    floor: Floor
    driver: FloorDriver
    link: AmiLink
    redis: Redis
    books: Books
    heard: list[AmiMessage]

    def known(self, id: int) -> OnFloor:
        return self.floor.operator(id)

    async def reaches(self, id: int, *states: OperatorState) -> OnFloor:
        await until(
            lambda: self.floor.driving and self.known(id).state in states,
            what=f"{id} is {' or '.join(states)}",
        )
        return self.known(id)

    def call(self, nth: int, *, patience: int = 20, context: str = "floor-test") -> TouchId:
        """A debtor who listens to the end is called, and put into the queue of the common desk."""
        touch = TouchId(f"019aa7c001007000800000000000{nth:04d}")
        self.link.originate(
            OriginateRequest(
                touch,
                "PJSIP/79160999000@carrier",
                context,
                20.0,
                variables={"PATIENCE": str(patience)},
            )
        )
        return touch

    def logged(self, id: int) -> list[StateChange]:
        with self.books.read() as tx:
            return tx.operators.log_of(OperatorId(id), LONG_AGO, LONG_AHEAD)

    def states(self, id: int) -> list[str]:
        return [change.state.value for change in self.logged(id)]


def node_settings(stage: Stage) -> NodeSettings:
    """The stage's node, with the place of its operators."""
    return stage.settings.nodes[0].model_copy(update={"operators_folder": stage.node.folder.operators})


async def no_calls(stage: Stage) -> datetime:
    """When the node has no call any more: what is seen of calls was before that."""

    async def none() -> bool:
        return "0 active channels" in await stage.node.cli("core show channels count")

    await until(none, what="the node has no calls")
    return SystemClock(stage.settings.clock_ahead).now()


@asynccontextmanager
async def driven(stage: Stage, *, node_first: bool = True) -> AsyncIterator[Driven]:
    """A floor with its link; afterwards everything is closed, but nobody is signed out. The node is up before the floor
    is ours, or behind it.
    """
    settings, clock = stage.settings, SystemClock(stage.settings.clock_ahead)
    node = node_settings(stage)
    (stage.node.folder.scripts / "floor-test.conf").write_text(DESK)
    await stage.node.reload_dialplan()
    books, ledger, redis = (
        Books.open(settings.database_url),
        LedgerThread(),
        await open_redis(settings.redis_url),
    )
    inbox: asyncio.Queue[AmiMessage | LinkEvent] = asyncio.Queue()
    address = AmiAddress(node.ami_host, node.ami_port, node.ami_user, node.ami_secret.get_secret_value())
    link = AmiLink(node.name, address, inbox)
    record = FloorLog(books, ledger)
    floor = Floor(record, clock)
    driver = FloorDriver(floor, record, redis, books, ledger, clock, clock_ahead=settings.clock_ahead)

    heard: list[AmiMessage] = []

    async def pump() -> None:
        while True:
            match await inbox.get():
                case LinkUp():
                    tasks.append(asyncio.create_task(driver.node_up(node, link)))
                case LinkLost(node=name):
                    driver.node_lost(name)
                case message:
                    heard.append(message)
                    floor.hear(message, clock.now())

    tasks = [asyncio.create_task(pump())]
    if node_first:
        await link.open()
    tasks.append(asyncio.create_task(driver.run()))
    if not node_first:
        await until(lambda: floor.driving, what="the floor is ours")
        await link.open()
    try:
        yield Driven(stage, floor, driver, link, redis, books, heard)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await driver.aclose()
        await link.aclose()
        await redis.aclose()
        ledger.close()
        books.close()
