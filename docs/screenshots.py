"""``make screenshots``: the screens in both languages into docs/screens; ARGS="desk" takes what is called so."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
from playwright.async_api import BrowserContext, Page, ViewportSize, async_playwright
from redis.asyncio import Redis

from agent_console.services import Services
from dialer.board import WAITING, board_key
from dialer.clock import SystemClock
from dialer.private.redis import PrivateRedis, redis_program
from dialer.settings import Settings
from docs.screenshot_scenes import DESK, FakeFloor, talking
from docs.screenshot_town import PASSWORD, Day, build, live
from domain.errors import EnvironmentFault
from domain.said import as_data, said
from domain.user import Language
from tests.agent_console.desks import served

TARGET = Path(__file__).parent / "screens"
SIZE = ViewportSize(width=1366, height=768)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]

FLOOR = {
    "floor": "/floor",
    "campaigns": "/campaigns",
    "campaign": "/campaigns/autumn",
    "strategies": "/strategies",
    "strategy": "/strategies/autumn",
    "scripts": "/scripts",
    "script": "/scripts/debt_informer",
    "operators": "/operators",
    "debtor": "/debtors/2",
    "reports": "/reports",
    "report": "/reports/outcomes",
    "health": "/health",
    "settings": "/settings",
    "lines": "/settings/lines",
    "numbers": "/settings/numbers",
    "shifts": "/settings/shifts",
    "holidays": "/settings/holidays",
    "knowledge": "/knowledge",
}
"""The supervisor's pages."""
ADMIN = {"users": "/users", "audit": "/audit", "tokens": "/tokens"}
"""The administrator's pages."""
DRAWN = {
    "floor": "#board .people",
    "operators": "#grid table",
    "strategy": "yaml-editor .cm-content",
    "campaign": "#funnel table",
}
"""What comes after the page itself, by the picture's name."""
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass(frozen=True, slots=True)
class Studio:
    """One language: the browser that speaks it, and which pictures are wanted."""

    context: BrowserContext
    url: str
    language: Language
    only: str

    async def sign_in(self, login: str) -> Page:
        """A page of that user."""
        await self.context.clear_cookies()
        page = await self.context.new_page()
        await page.goto(f"{self.url}/sign-in?next=/password")
        await page.fill("input[name=login]", login)
        await page.fill("input[name=password]", PASSWORD)
        await page.press("input[name=password]", "Enter")
        await page.locator("details.account").click()
        await page.locator(f"button[lang={self.language}]").click()
        return page

    async def desk(self, floor: FakeFloor) -> None:
        """All that the operator sees."""
        page = await self.sign_in("anna")
        for name in self.wanted(DESK):
            await page.goto(f"{self.url}/desk")
            await page.locator("#latency", has_text="ms").wait_for()
            await DESK[name](floor, page)
            shown = f"#bar[data-state='{floor.row['state']}'][data-touch='{floor.row['touch'] or ''}']"
            await page.locator(shown).wait_for()
            await page.evaluate(
                "document.getElementById('notices').replaceChildren()"
            )  # no book has these calls
            await self.shoot(page, name)
        await page.close()

    async def pages(self, login: str, paths: Mapping[str, str]) -> None:
        """Pages that are just there."""
        page = await self.sign_in(login)
        for name in self.wanted(paths):
            await page.goto(self.url + paths[name])
            if name in DRAWN:
                await page.locator(DRAWN[name]).first.wait_for()
            await self.shoot(page, name)
        await page.close()

    def wanted(self, all: Iterable[str]) -> list[str]:
        """Those that were asked for."""
        return [name for name in all if self.only in name]

    async def shoot(self, page: Page, name: str) -> None:
        """The picture, once all is painted."""
        await page.evaluate(PAINTED)
        await page.screenshot(path=TARGET / f"{name}-{self.language}.png")


async def main(only: str) -> None:
    """Build the world, play it, look at it."""
    TARGET.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="dz-shots-") as temporary:
        folder = Path(temporary)
        books = build(folder)
        redis_process = PrivateRedis(folder / "redis", redis_program())
        await redis_process.start()
        redis = Redis.from_url(redis_process.url)
        try:
            await play(
                Services(
                    Settings(home=folder, demo=True, redis_url=redis_process.url), books, redis, SystemClock()
                ),
                redis,
                only,
            )
        finally:
            await redis.aclose()
            redis_process.stop()
            books.close()


async def play(services: Services, redis: Redis, only: str) -> None:
    """The played floor, before everybody who looks at it, in each language."""
    day = live(services)
    floor = await at_work(redis, day)
    answering = asyncio.create_task(floor.answer(), name="fake floor")
    program = shutil.which("chromium")
    if program is None:
        raise EnvironmentFault("chromium is not in PATH", remedy="run `make browser`")
    async with served(services) as url, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        for language in Language:
            context = await browser.new_context(viewport=SIZE, locale=language)
            studio = Studio(context, url, language, only)
            await studio.desk(floor)
            await talking(floor, await context.new_page())
            await studio.pages("vera", FLOOR)
            await studio.pages("boris", ADMIN)
            await studio.pages("anna", {"payment": f"/p/{day.link}"})
            await context.close()
        await browser.close()
    answering.cancel()
    with suppress(asyncio.CancelledError):
        await answering


async def at_work(redis: Redis, day: Day) -> FakeFloor:
    """The floor of anna, who is watched, and what her colleagues do; a dialler works the campaign."""
    floor = FakeFloor(redis, day.operators["anna"], "anna", name=day.names["anna"])
    for login, state in (("oleg", "ready"), ("nina", "talking"), ("igor", "paused")):
        colleague = FakeFloor(redis, day.operators[login], login, board=floor.board, name=day.names[login])
        await colleague.be(state, reason="lunch" if state == "paused" else "")
    figures = {
        "in_flight": 7,
        "calls_per_second": 0.4,
        "why": as_data(said("one dial per idle operator")),
        "channels": 20,
    }
    await redis.set(board_key("autumn"), orjson.dumps(figures))
    await redis.set(WAITING, orjson.dumps({"operators": {"waiting": 1, "longest_s": 6.0}}))
    await floor.be("offline")
    return floor


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else ""))
