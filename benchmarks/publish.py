"""From a supervisor's click to the first call by the strategy's other version, at the carrier.

    python -m benchmarks.publish --json [--times 10] [--cps 10] [--debtors 5000]

A campaign calls as fast as it may, in the real world of one machine: console, Chromium, dialler, Asterisk, carrier. A
supervisor publishes a change in her browser and takes it back, so often. Seconds are told from her click until the
console hears of it, until the first touch is reserved by the other version, and until the carrier has its INVITE. (Two
eyes are enough here; with four the click is that of whoever approves.)
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from playwright.async_api import Locator, Page, async_playwright, expect
from redis.asyncio import Redis
from sqlalchemy import select

from agent_console.services import Services
from asterisk.town import Role
from benchmarks.pop import FLAGS
from dialer.clock import SystemClock
from domain.errors import EnvironmentFault
from domain.user import Role as UserRole
from ledger.tables import TouchRow, table
from tests.agent_console.desks import served
from tests.agent_console.stage import HASH
from tests.agent_console.supervisor import sign_in, write
from tests.e2e.play import QUICK_TOWN, Play, open_play, ordinary
from tests.polling import until

BAR_S = 2.0
TOUCH = table(TouchRow)
NAME = "robots"
STRATEGY = """\
name: robots
regime: ru-230fz-agency
segments:
  - id: everybody
    priority: {priority}
    steps: [{{id: inform, ivr: debt_informer}}]
"""
NOTE_CLICKS = "addEventListener('click', () => { window.name = Date.now(); }, true)"
"""A window's name outlives the page."""
TOWN = replace(QUICK_TOWN, seed="publish", shares={Role.BUSY: 1.0}, ring=(0.05, 0.2))
"""Everybody is busy: the carrier's record of a call is there as soon as the call was."""


@dataclass(frozen=True, slots=True)
class Change:
    """Seconds from the click."""

    asked: float
    reserved: float
    invited: float


@dataclass
class Desk:
    """The supervisor's page of the strategy, and what is behind it."""

    play: Play
    page: Page
    clock: SystemClock
    number: int = 1

    async def publish(self) -> Change:
        """The next text, written, reviewed and put in force."""
        self.number += 1
        await write(self.page, STRATEGY.format(priority=self.number))
        await self.page.fill("input[name=note]", f"priority {self.number}")
        return await self._click(self.page.locator("#submit-button"), self.number)

    async def take_back(self) -> Change:
        """The first version again."""
        return await self._click(self.page.locator("form[action$='/rollback/1'] button"), 1)

    async def _click(self, button: Locator, number: int) -> Change:
        with self.play.books.read() as tx:
            before = len(tx.versions.publications(NAME))
        await button.click()
        await until(lambda: self._published() > before, what=f"version {number} is in force")
        await expect(self.page.locator("h1 + .badge")).to_have_text(re.compile(rf"\b{number}\b"))
        clicked_ms = float(await self.page.evaluate("name"))
        clicked = datetime.fromtimestamp(clicked_ms / 1000, UTC) + self.clock.ahead
        with self.play.books.read() as tx:
            version, asked = tx.versions.numbered(NAME, number), tx.versions.publications(NAME)[-1].at
        await until(lambda: self._reserved(version.id, clicked), what=f"a touch by version {number}")
        touch, reserved = self._reserved(version.id, clicked)[0]
        await until(lambda: self._invited(touch), what=f"the carrier's line of {touch}")
        return Change(*((at - clicked).total_seconds() for at in (asked, reserved, self._invited(touch)[0])))

    def _published(self) -> int:
        with self.play.books.read() as tx:
            return len(tx.versions.publications(NAME))

    def _reserved(self, version_id: int, since: datetime) -> Sequence[Any]:
        """The first touch by that version since then, and when it was reserved."""
        by_version = (TOUCH.c.strategy_version_id == version_id, TOUCH.c.reserved_at >= since)
        first = (
            select(TOUCH.c.id, TOUCH.c.reserved_at).where(*by_version).order_by(TOUCH.c.reserved_at).limit(1)
        )
        with self.play.books.read() as tx:
            return tx.connection.execute(first).all()

    def _invited(self, touch: str) -> list[datetime]:
        """When the carrier had its INVITE, by the clock of the play."""
        stage = self.play.stage
        return [call.started + self.clock.ahead for call in stage.record() if call.touch_id == touch]


async def measure(folder: Path, times: int, cps: float, debtors: int) -> dict[str, Any]:
    """Everything in one run."""
    program = shutil.which("chromium")
    if program is None:
        raise EnvironmentFault("chromium is not in PATH", remedy="run `make browser`")
    text = STRATEGY.format(priority=1), "robots.yaml"
    async with AsyncExitStack() as opened:
        play = await opened.enter_async_context(
            open_play(folder, folder / "prompts", ordinary(debtors), town=TOWN, cps=cps, strategy=text)
        )
        two_eyes = play.settings.console.model_copy(update={"four_eyes": False})
        settings = play.settings.model_copy(update={"console": two_eyes})
        with play.books.write() as tx:
            tx.users.add("vera", "Вера", UserRole.SUPERVISOR, HASH)
        redis: Redis = Redis.from_url(settings.redis_url)
        opened.push_async_callback(redis.aclose)
        clock = SystemClock(settings.clock_ahead)
        url = await opened.enter_async_context(served(Services(settings, play.books, redis, clock)))
        playwright = await opened.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        opened.push_async_callback(browser.close)
        page = await browser.new_page()
        await page.add_init_script(NOTE_CLICKS)
        await opened.enter_async_context(play.dialler())
        await sign_in(page, url, "vera")
        await page.goto(f"{url}/strategies/{NAME}")
        await until(lambda: play.placed() > 0, 90, "the campaign calls")
        desk = Desk(play, page, clock)
        changes = [(await desk.publish(), await desk.take_back()) for _ in range(times)]
    return {
        "publish": _told([there for there, _ in changes]),
        "roll_back": _told([back for _, back in changes]),
    }


def _told(changes: list[Change]) -> dict[str, dict[str, float]]:
    seconds = {name: [getattr(one, name) for one in changes] for name in Change.__slots__}
    return {
        name: {"p50_s": round(median(some), 3), "max_s": round(max(some), 3)}
        for name, some in seconds.items()
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--cps", type=float, default=10.0, help="calls per second of the campaign")
    parser.add_argument("--debtors", type=int, default=5_000)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dz-"))
    try:
        sides = asyncio.run(measure(folder, asked.times, asked.cps, asked.debtors))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    longest = max(side["invited"]["max_s"] for side in sides.values())
    held = {"bar_s": BAR_S, "held": longest <= BAR_S, "load": round(os.getloadavg()[0], 1)}
    if asked.json:
        print(json.dumps(vars(asked) | sides | held, indent=2))
        return
    for side, parts in sides.items():
        print(side, *(f"{name} p50 {s['p50_s']:g} s, max {s['max_s']:g} s;" for name, s in parts.items()))
    print(f"bar: first INVITE <= {BAR_S:g} s: {'held' if held['held'] else 'NOT held'}")


if __name__ == "__main__":
    main()
