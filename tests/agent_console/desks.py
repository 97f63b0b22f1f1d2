"""A desk to sit at: the console as a real server over a real Redis, and a floor that does what the test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import uvicorn
from playwright.async_api import Page, expect
from redis.asyncio import Redis
from redis.exceptions import RedisError

from agent_console.app import create_app
from agent_console.services import Services
from dialer.cancelled import cancelled
from dialer.clock import SystemClock
from dialer.floor.commands import COMMANDS, FLOOR
from dialer.floor.feed import BOARD, FeedKind, stream_of
from dialer.lease import lease_key
from dialer.settings import Settings
from domain.debtor import Debtor
from domain.operator_events import OperatorId
from domain.user import Role
from ledger.books import Books
from strategies.evaluate import first_plan
from strategies.load import parse_strategy
from tests.agent_console.stage import PASSWORD, Console
from tests.dialer.work import BODY
from tests.ledger.rows import BASIS, CALLER, add_campaign, add_debtor
from tests.polling import POLL_S, until

SHARED = "+79160000009"
TOUCH = "019aa7c0010070008000000000000001"


@dataclass
class FakeFloor:
    """Tells of one operator what a dialler's floor would, and carries out nothing that it is asked."""

    redis: Redis
    operator: OperatorId
    login: str
    asked: list[tuple[str, str]] = field(default_factory=list)
    refuses: dict[str, Any] | None = None
    row: dict[str, Any] = field(default_factory=dict)
    board: dict[int, dict[str, Any]] = field(default_factory=dict)
    """All rows, by operator: one for several of these who work on the same floor."""

    async def be(self, state: str, kind: FeedKind = FeedKind.STATE, **facts: Any) -> None:
        """The operator is in that state from now on."""
        now = SystemClock().now().isoformat()
        self.row = {
            "operator": self.operator,
            "login": self.login,
            "name": self.login.title(),
            "desk": "operators",
            "state": state,
            "since": now,
            "reason": "",
            "touch": None,
            "leg": "",
            "pause_next": "",
            "wrap_up_ends": None,
            "extended": False,
            "phone": True,
            "call": None,
            "preview": None,
        } | facts
        entry: dict[Any, Any] = {"kind": kind.value, "at": now, "facts": orjson.dumps(self.row)}
        async with self.redis.pipeline(transaction=True) as step:
            self.board[self.operator] = self.row
            step.set(BOARD, orjson.dumps(list(self.board.values())))
            step.set(lease_key(FLOOR), b"1")
            step.xadd(stream_of(self.operator), entry)
            await step.execute()

    async def call(self, state: str, *debtors: int, touch: str = TOUCH, **facts: Any) -> None:
        """He is called for, talks in or writes down a call of these debtors."""
        call = {
            "touch": touch,
            "leg": "leg",
            "since": SystemClock().now().isoformat(),
            "talking": state == "talking",
            "direction": "out",
            "number": SHARED,
            "line": "",
            "waits": "",
            "caller": "",
            "debtors": list(debtors),
            "bailiff": None,
            "campaign": "",
            "segment": "",
            "step": "",
            "script": "",
            "outcome": None,
            "outcome_reason": "",
        } | facts
        row: dict[str, Any] = {"touch": touch, "call": call}
        if state == "wrap_up":
            row["wrap_up_ends"] = (SystemClock().now() + timedelta(seconds=300)).isoformat()
        await self.be(state, FeedKind.OFFER if state == "ringing" else FeedKind.STATE, **row)

    async def leave(self) -> None:
        """Nobody drives the floor any more."""
        await self.redis.delete(BOARD, lease_key(FLOOR))

    async def answer(self) -> None:
        """Hear what is asked, for ever; each is done, or refused."""
        while not cancelled():
            try:
                taken = await self.redis.blpop([COMMANDS], timeout=1)
            except RedisError:
                await asyncio.sleep(POLL_S)
                continue
            if taken is None:
                continue
            asked = orjson.loads(taken[1])
            await self.redis.delete(f"dozvon:floor:wanted:{asked['id']}")
            self.asked.append((asked["verb"], asked.get("argument", asked.get("reason", ""))))
            await self.redis.rpush(
                f"dozvon:floor:answer:{asked['id']}", orjson.dumps(self.refuses or self.row)
            )


@dataclass
class DeskStage:
    """One operator's desk over a floor of the test's own."""

    url: str
    floor: FakeFloor
    books: Books
    debtors: list[Debtor]

    async def sit_down(self, page: Page) -> None:
        """Sign in, and be at the desk."""
        await page.goto(f"{self.url}/sign-in?next=/desk")
        await page.fill("input[name=login]", self.floor.login)
        await page.fill("input[name=password]", PASSWORD)
        await page.press("input[name=password]", "Enter")
        await page.wait_for_url(f"{self.url}/desk")
        await expect(page.locator("#latency")).to_contain_text("ms")  # its scripts are at work


@asynccontextmanager
async def desk_stage(books: Books, folder: Path, redis_url: str) -> AsyncIterator[DeskStage]:
    """A served console with the operator anna, who is offline, and debtors that share a phone."""
    redis = Redis.from_url(redis_url)
    await redis.flushdb()
    settings = Settings(home=folder, demo=True)
    services = Services(settings, books, redis, SystemClock())
    debtors = _people(books)
    operator = Console(books, create_app(services), settings).user("anna", Role.OPERATOR).operator
    assert operator is not None
    floor = FakeFloor(redis, operator, "anna")
    await floor.be("offline")
    answering = asyncio.create_task(floor.answer(), name="fake floor")
    try:
        async with served(services) as url:
            yield DeskStage(url, floor, books, debtors)
    finally:
        answering.cancel()
        with suppress(asyncio.CancelledError):
            await answering
        await redis.aclose()


@asynccontextmanager
async def served(services: Services, port: int = 0) -> AsyncIterator[str]:
    """The console at a port of its own; its address."""
    config = uvicorn.Config(
        create_app(services), port=port, log_config=None, access_log=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(), name="console")
    try:
        await until(lambda: server.started or serving.done(), what="the console serves")
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


def _people(books: Books) -> list[Debtor]:
    """Two debtors with a phone each and one that they share, worked by a campaign."""
    now = SystemClock().now()
    with books.write() as tx:
        portfolio = tx.portfolios.put("heat", creditor="Тепло", contact_phone="", basis=BASIS)
        tx.numbers.put(CALLER)
        campaign = add_campaign(tx, portfolio.id, body=BODY)
        found = [add_debtor(tx, portfolio.id, f"A{n}", f"+7916000000{n}", SHARED) for n in (1, 2)]
        plans = [first_plan(parse_strategy(BODY, "b.yaml"), debtor, now) for debtor in found]
        tx.plans.save(campaign.id, plans)
    return found
