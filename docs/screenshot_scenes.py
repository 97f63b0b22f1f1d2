"""What an operator sees at the desk, each as the picture of one moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from playwright.async_api import Page

from dialer.clock import SystemClock
from dialer.floor.feed import FeedKind
from tests.agent_console.desks import FakeFloor as Played


@dataclass
class FakeFloor(Played):
    """A played floor whose operator has a name."""

    name: str = ""

    async def be(self, state: str, kind: FeedKind = FeedKind.STATE, **facts: Any) -> None:
        """The operator is in that state from now on."""
        await super().be(state, kind, **{"name": self.name, **facts})


Scene = Callable[[FakeFloor, Page], Awaitable[None]]


TOUCHES = count(1)
CAMPAIGN = {"number": "+79350000001", "campaign": "autumn", "segment": "enforcement"}


async def talking(floor: FakeFloor, page: Page) -> None:
    """In a call, before anybody knows who speaks."""
    await floor.call("talking", 1, touch=f"{next(TOUCHES):032}", **CAMPAIGN)


async def identified(floor: FakeFloor, page: Page) -> None:
    """It is the debtor himself."""
    await talking(floor, page)
    card = page.locator(f"#card[data-touch='{floor.row['touch']}']")
    await card.wait_for()
    await page.keyboard.press("y")
    await card.locator(".identity.done").wait_for()


async def wrap_up(floor: FakeFloor, page: Page) -> None:
    """The call is written down."""
    await identified(floor, page)
    await floor.call("wrap_up", 1, touch=floor.row["touch"], **CAMPAIGN)


async def sheet(floor: FakeFloor, page: Page) -> None:
    """He promises."""
    await wrap_up(floor, page)
    await page.locator("#bar[data-state=wrap_up]").wait_for()
    promise = page.locator(".pick[aria-keyshortcuts='1']")
    await promise.click()
    await promise.and_(page.locator("[hx-vals*='promise.once']")).click()
    await page.locator("#s-sum").fill("6000")
    await page.locator("#s-date").fill(f"{SystemClock().now() + timedelta(days=3):%Y-%m-%d}")


async def several(floor: FakeFloor, page: Page) -> None:
    """A family's phone calls us."""
    facts = {"direction": "in", "number": "+79350000009", "caller": "several", "line": "+78000000000"}
    await floor.call("talking", 1, 2, touch=f"{next(TOUCHES):032}", **facts)


async def unknown(floor: FakeFloor, page: Page) -> None:
    """Nobody knows the number."""
    facts = {"direction": "in", "number": "+79350000077", "caller": "unknown"}
    await floor.call("talking", touch=f"{next(TOUCHES):032}", **facts)


async def bailiff(floor: FakeFloor, page: Page) -> None:
    """A bailiff calls."""
    official = {"name": "Лаптева Ирина Сергеевна", "department": "Кировский РОСП Екатеринбурга"}
    facts = {"direction": "in", "number": "+73430000001", "caller": "bailiff", "bailiff": official}
    await floor.call("talking", touch=f"{next(TOUCHES):032}", **facts)


async def preview(floor: FakeFloor, page: Page) -> None:
    """Somebody is shown before he is called."""
    shown = {
        "campaign": "autumn",
        "mode": "preview",
        "debtor": "A-1043",
        "debtor_id": 3,
        "phone": "+79350000003",
    }
    shown |= {"desk": "operators", "script": "", "step": "explain", "why": "", "since": "", "touch": None}
    await floor.be("paused", reason="preview", preview=shown)


async def missed(floor: FakeFloor, page: Page) -> None:
    """His phone rang in vain."""
    await floor.be("paused", reason="missed offer")


async def pausing(floor: FakeFloor, page: Page) -> None:
    """He chooses why he pauses."""
    await floor.be("ready")
    await page.locator(".is-ready").wait_for()
    await page.keyboard.press("Alt+p")


def beside(keys: str, shown: str) -> Scene:
    """Something beside an idle desk, by its keys."""

    async def play(floor: FakeFloor, page: Page) -> None:
        await floor.be("ready")
        await page.locator(".is-ready").wait_for()
        await page.keyboard.press(keys)
        await page.locator(f"#side {shown}").first.wait_for()

    return play


def state(name: str) -> Scene:
    """Nothing but a state."""

    async def play(floor: FakeFloor, page: Page) -> None:
        await floor.be(name)

    return play


DESK: dict[str, Scene] = {
    "desk-offline": state("offline"),
    "desk-ready": state("ready"),
    "desk-pausing": pausing,
    "desk-missed": missed,
    "desk-phone-lost": state("phone_lost"),
    "desk-preview": preview,
    "desk-talking": talking,
    "desk-identified": identified,
    "desk-wrap-up": wrap_up,
    "desk-sheet": sheet,
    "desk-several": several,
    "desk-unknown": unknown,
    "desk-bailiff": bailiff,
    "desk-day": beside("Alt+d", "h1"),
    "desk-inbox": beside("Alt+i", ".reply"),
}
"""What the operator sees, by the picture's name."""
