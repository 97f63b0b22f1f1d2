"""From a call's offer in the feed to its card painted on the operator's screen, with many desks open.

    python -m benchmarks.pop --json [--desks 20] [--calls 200] [--debtors 5000]

Every desk is a page of its own in a real Chromium, with its own feed. Offers come to one desk after another, as a floor
writes them: board and feed in one step. The time is taken where the product takes it: from the offer's instant to the
page's word that the frame with the card has been painted, by the server's clock. The baseline, in the same run and
pages, is the bare round trip: a message through the same feed, answered by the page as soon as it is heard.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from statistics import quantiles
from typing import Any

from playwright.async_api import Browser, Page, async_playwright
from redis.asyncio import Redis

from agent_console.services import Services
from dialer.board import POPS
from dialer.clock import SystemClock
from dialer.demo.portfolio import write_portfolio
from dialer.floor.screens import send_message
from dialer.handlers.users import add_user
from dialer.passwords import hash_password
from dialer.private.redis import PrivateRedis, redis_program
from dialer.settings import Settings
from domain.errors import EnvironmentFault
from domain.operator_events import OperatorId
from domain.user import COMMAND_LINE, Role
from ledger.books import Books
from ledger.imports.debtors import import_debtors
from ledger.migrate import upgrade
from tests.agent_console.desks import FakeFloor, served
from tests.dialer.work import BODY
from tests.ledger.rows import BASIS, CALLER, add_campaign
from tests.polling import until

BAR_MS = 300.0
PASSWORD = "a password for pages"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]
ECHO = """
addEventListener("DOMContentLoaded", () => {
  if (!document.getElementById("bar")) return;
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF-Token"];
  new EventSource("/desk/events").addEventListener("message", (event) => {
    const offered = JSON.parse(event.data).text;
    const headers = { "X-CSRF-Token": token };
    fetch("/desk/painted", { method: "POST", body: new URLSearchParams({ offered }), headers });
  });
});
"""
"""The bare page: what it hears it answers."""


@dataclass(frozen=True)
class Times:
    """How long it took, in milliseconds."""

    count: int
    p50: float
    p95: float
    p99: float
    longest: float


@dataclass
class House:
    """The console, and a page for each desk."""

    redis: Redis
    floors: list[FakeFloor]
    debtors: int
    touches: Iterator[int] = field(default_factory=lambda: count(1))

    async def pops(self, calls: int) -> Times:
        """Offer after offer, until each card is painted."""
        await self.redis.delete(POPS)
        for nth in range(calls):
            floor = self.floors[nth % len(self.floors)]
            await floor.call(
                "ringing", 1 + nth * 7 % self.debtors, touch=f"{next(self.touches):032x}", direction="in"
            )
            await self._answered(nth + 1)
            await floor.be("ready")
        return await self._times()

    async def bare(self, calls: int) -> Times:
        """Word after word, until each is answered."""
        await self.redis.delete(POPS)
        for nth in range(calls):
            now = SystemClock().now()
            await send_message(
                self.redis, self.floors[nth % len(self.floors)].operator, now.isoformat(), "", now
            )
            await self._answered(nth + 1)
        return await self._times()

    async def _answered(self, count: int) -> None:
        async def told() -> bool:
            return int(await self.redis.llen(POPS)) >= count

        await until(told, 30, f"page number {count} answers")

    async def _times(self) -> Times:
        found = sorted(float(one) for one in await self.redis.lrange(POPS, 0, -1))
        cuts = quantiles(found, n=100, method="inclusive")
        p50, p95, p99 = (round(cuts[p - 1], 1) for p in (50, 95, 99))
        return Times(len(found), p50, p95, p99, round(found[-1], 1))


def fill(folder: Path, debtors: int, desks: int) -> tuple[Books, list[OperatorId]]:
    """Books with a portfolio, a campaign and so many operators, and their ids."""
    books = Books.open(f"sqlite:///{folder / 'dozvon.db'}")
    upgrade(books.engine)
    write_portfolio(folder / "debtors.csv", seed=7, as_of=date(2026, 11, 1), debtors=debtors)
    hashed, now = hash_password(PASSWORD), SystemClock().now()
    with books.write() as tx:
        tx.numbers.put(CALLER)
        portfolio = tx.portfolios.put("heat", creditor="Тепло", contact_phone="", basis=BASIS)
        import_debtors(tx.connection, portfolio.id, folder / "debtors.csv")
        add_campaign(tx, portfolio.id, body=BODY)
        operators = [tx.operators.add(f"op{nth}", "", [], "secret", 30).id for nth in range(desks)]
        for nth in range(desks):
            add_user(tx, f"op{nth}", "", Role.OPERATOR, hashed, must_change=False, by=COMMAND_LINE, now=now)
    return books, list(operators)


async def sit_down(browser: Browser, url: str, nth: int) -> Page:
    """The page of one operator, in a browser of his own."""
    context = await browser.new_context(viewport={"width": 1366, "height": 768})
    await context.add_init_script(ECHO)
    page = await context.new_page()
    await page.goto(f"{url}/sign-in?next=/desk")
    await page.fill("input[name=login]", f"op{nth}")
    await page.fill("input[name=password]", PASSWORD)
    await page.press("input[name=password]", "Enter")
    await page.locator("#bar[data-state=ready]").wait_for()
    return page


async def measure(folder: Path, desks: int, calls: int, debtors: int) -> dict[str, Any]:
    """Everything in one run."""
    program = shutil.which("chromium")
    if program is None:
        raise EnvironmentFault("chromium is not in PATH", remedy="run `make browser`")
    books, operators = fill(folder, debtors, desks)
    server = PrivateRedis(folder / "redis", redis_program())
    await server.start()
    redis = Redis.from_url(server.url)
    board: dict[int, dict[str, Any]] = {}
    floors = [FakeFloor(redis, one, f"op{nth}", board=board) for nth, one in enumerate(operators)]
    try:
        for floor in floors:
            await floor.be("ready")
        services = Services(Settings(home=folder, demo=True), books, redis, SystemClock())
        async with AsyncExitStack() as opened:
            url = await opened.enter_async_context(served(services))
            playwright = await opened.enter_async_context(async_playwright())
            browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
            opened.push_async_callback(browser.close)
            for nth in range(desks):
                await sit_down(browser, url, nth)
            house = House(redis, floors, debtors)
            await house.pops(desks)  # the first card of a page loads its parts
            bare, ours = await house.bare(calls), await house.pops(calls)
    finally:
        await redis.aclose()
        server.stop()
        books.close()
    return {
        "desks": desks,
        "cores": os.cpu_count(),
        "bar_ms": BAR_MS,
        "held": ours.p95 <= BAR_MS,
        "bare": vars(bare),
        "ours": vars(ours),
        "ratio_p95": round(ours.p95 / bare.p95, 2),
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--desks", type=int, default=20)
    parser.add_argument("--calls", type=int, default=200, help="of each side, at most 500")
    parser.add_argument("--debtors", type=int, default=5_000)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dz-"))
    try:
        document = asyncio.run(measure(folder, asked.desks, asked.calls, asked.debtors))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if asked.json:
        print(json.dumps(document, indent=2))
        return
    for side in ("bare", "ours"):
        told = document[side]
        print(
            f"{side}: p50 {told['p50']:g} ms, p95 {told['p95']:g} ms, p99 {told['p99']:g} ms of {told['count']}"
        )
    print(f"bar: p95 <= {BAR_MS:g} ms with {asked.desks} desks: {'held' if document['held'] else 'NOT held'}")


if __name__ == "__main__":
    main()
