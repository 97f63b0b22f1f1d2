"""The composition root of a dialler: the only place where its parts are chosen and joined."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.exceptions import RedisError

from asterisk.ami.link import AmiLink
from asterisk.ami.messages import AmiMessage, LinkEvent
from asterisk.ami.session import AmiAddress
from dialer.board import Stats
from dialer.campaign_loop import Tools
from dialer.clock import Clock, SystemClock
from dialer.dialler import Dialler, open_links
from dialer.floor.driver import FloorDriver
from dialer.floor.floor import Floor
from dialer.floor.log import FloorLog
from dialer.ledger_thread import LedgerThread
from dialer.recorder import Recorder
from dialer.settings import NodeSettings, Settings, without_password
from dialer.switchboard import NodeLink, Switchboard
from dialer.vitals import vitals
from dialer.work import Work
from domain.errors import EnvironmentFault
from ledger.books import Books

LOGIN_S = 10.0


async def run_dialler(
    settings: Settings, *, only: Collection[str] = (), until_finished: bool = False
) -> None:
    """A dialler process from start to clean stop on SIGTERM or SIGINT."""
    async with dialler_of(settings, only=only, until_finished=until_finished) as dialler:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, dialler.stop)
        await dialler.run()


@asynccontextmanager
async def dialler_of(
    settings: Settings, *, only: Collection[str] = (), until_finished: bool = False
) -> AsyncIterator[Dialler]:
    """A dialler with open links, ready to run; everything is closed behind it."""
    clock = SystemClock(settings.clock_ahead)
    books, ledger, stats = Books.open(settings.database_url), LedgerThread(), Stats()
    inbox: asyncio.Queue[AmiMessage | LinkEvent] = asyncio.Queue()
    nodes = {node.name: NodeLink(node, _link(node, inbox)) for node in settings.nodes}
    redis = await open_redis(settings.redis_url)

    def work_of(campaign_id: int) -> Work:
        return dialler.work_of(campaign_id)

    driver = _driver(settings, redis, books, ledger, clock)
    recorder = Recorder(books, ledger, clock, work_of)
    switchboard = Switchboard(
        nodes,
        inbox,
        recorder,
        stats,
        clock,
        on_up=lambda node: dialler.welcome(node),
        on_lost=driver.node_lost,
        ring_timeout_s=settings.ring_timeout_s,
        clock_ahead=settings.clock_ahead,
    )
    tools = Tools(books, ledger, switchboard, recorder, clock)
    dialler = Dialler(settings, redis, tools, driver, only=only, until_finished=until_finished)
    try:
        await open_links(nodes.values(), LOGIN_S)
        async with vitals(settings, redis, tools, lambda: driver.driving):
            yield dialler
    finally:
        for node in nodes.values():
            await node.link.aclose()
        await redis.aclose()
        ledger.close()
        books.close()


def _driver(
    settings: Settings, redis: Redis, books: Books, ledger: LedgerThread, clock: Clock
) -> FloorDriver:
    record = FloorLog(books, ledger)
    floor = Floor(record, clock)
    return FloorDriver(floor, record, redis, books, ledger, clock, clock_ahead=settings.clock_ahead)


def _link(node: NodeSettings, inbox: asyncio.Queue[AmiMessage | LinkEvent]) -> AmiLink:
    address = AmiAddress(node.ami_host, node.ami_port, node.ami_user, node.ami_secret.get_secret_value())
    return AmiLink(node.name, address, inbox)


async def open_redis(url: str) -> Redis:
    """A connected Redis, or an EnvironmentFault in one line."""
    redis: Redis = Redis.from_url(url)
    try:
        await redis.ping()
    except RedisError as error:
        await redis.aclose()
        raise EnvironmentFault(
            f"Redis does not answer ({error})",
            where=without_password(url),
            remedy="start it or set DOZVON_REDIS_URL",
        ) from error
    return redis
