"""A supervisor's pages of the floor in a real browser: the grid changes by itself, and all can use every page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from domain.inbound import Line
from domain.user import Role
from ledger.books import Books
from tests.agent_console.browser import Faults, inaccessible
from tests.agent_console.desks import DeskStage, desk_stage
from tests.agent_console.stage import HASH, PASSWORD
from tests.polling import until

pytestmark = pytest.mark.integration


@pytest.fixture
async def desk(books: Books, tmp_path: Path, redis_server: str) -> AsyncIterator[DeskStage]:
    """Anna on a floor that does what the test says, and the administrator boris."""
    async with desk_stage(books, tmp_path, redis_server) as stage:
        with books.write() as tx:
            tx.users.add("boris", "Борис Седов", Role.ADMINISTRATOR, HASH)
            tx.lines.put(Line("+78005553535"))
        yield stage


async def sign_in(page: Page, url: str) -> None:
    await page.goto(f"{url}/sign-in?next=/operators")
    await page.fill("input[name=login]", "boris")
    await page.fill("input[name=password]", PASSWORD)
    await page.press("input[name=password]", "Enter")
    await page.wait_for_url(f"{url}/operators")


async def test_the_grid_and_an_operator(desk: DeskStage, page: Page, page_faults: Faults) -> None:
    await sign_in(page, desk.url)
    grid = page.locator("#grid")
    await expect(grid).to_contain_text("Не на смене")
    await desk.floor.call("talking", desk.debtors[0].id, campaign="spring", heard_by={})
    await expect(grid).to_contain_text("spring")
    assert await inaccessible(page) == []
    await page.get_by_role("button", name="Anna", exact=True).click()
    panel = page.locator("#panel")
    await panel.locator("[name=skills]").fill("суд")
    await panel.get_by_role("button", name="Изменить навыки").click()
    await expect(panel).to_contain_text("латинскими")
    await panel.locator("[name=skills]").fill("court")
    await panel.get_by_role("button", name="Изменить навыки").click()
    await expect(page.locator(".notice")).to_contain_text("Готово")
    await panel.locator("[name=text]").fill("Говорите медленнее")
    await panel.get_by_role("button", name="Отправить").click()
    await expect(panel.locator("[name=text]")).to_have_value("")
    await panel.get_by_role("button", name="Обед").click()
    await expect(grid).to_contain_text("court")
    await until(lambda: ("pause", "lunch") in desk.floor.asked, what="he is sent to lunch")
    assert await inaccessible(page) == []
    page_faults.forgive("422.*/skills")


async def test_health_and_settings(desk: DeskStage, page: Page) -> None:
    await sign_in(page, desk.url)
    for path in ("/health", "/settings?year=2026"):
        await page.goto(f"{desk.url}{path}")
        assert await inaccessible(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.locator("summary", has_text="230-ФЗ").first.click()
    await expect(page.locator("details[open] pre", has_text="A lawyer must confirm")).to_be_visible()
