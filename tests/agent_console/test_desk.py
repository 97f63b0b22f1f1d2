"""The operator's desk in a real browser, over a floor that the test plays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from ledger.books import Books
from tests.agent_console.browser import inaccessible
from tests.agent_console.desks import DeskStage, desk_stage
from tests.polling import until

pytestmark = pytest.mark.integration


@pytest.fixture
async def desk(books: Books, tmp_path: Path, redis_server: str) -> AsyncIterator[DeskStage]:
    async with desk_stage(books, tmp_path, redis_server) as stage:
        yield stage


async def test_a_shift_as_the_screen_shows_it(desk: DeskStage, page: Page) -> None:
    await desk.sit_down(page)
    await expect(page.locator("#bar")).to_have_attribute("data-state", "offline")
    await page.keyboard.press("Alt+r")
    await until(lambda: desk.floor.asked == [("ready", "")], what="the key asks for it")
    await desk.floor.be("ready")
    await expect(page.locator("#bar")).to_have_attribute("data-state", "ready")
    first = desk.debtors[0]
    await desk.floor.call("ringing", first.id)
    await expect(page.locator("#card h1")).to_have_text(first.external_id)
    await expect(page.locator(".figures")).to_contain_text("•••")
    await desk.floor.call("talking", first.id)
    await expect(page.locator("#said")).to_have_text(f"Talking: {first.external_id}")
    await page.keyboard.press("y")
    await expect(page.locator(".identity.done")).to_be_visible()
    await expect(page.locator(".figures")).not_to_contain_text("•••")
    await page.reload()
    await expect(page.locator(".identity.done")).to_be_visible()
    await desk.floor.call("wrap_up", first.id)
    await expect(page.locator("#bar [data-until]")).to_be_visible()
    assert await inaccessible(page) == []
