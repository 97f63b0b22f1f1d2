"""An administrator's first day in a real browser, by keyboard alone; everybody can use each of the pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from redis.asyncio import Redis

from agent_console.services import Services
from dialer.clock import SystemClock
from domain.audit import AuditAction, Subject
from domain.user import Language
from ledger.books import Books
from tests.agent_console.browser import Faults, inaccessible
from tests.agent_console.desks import served
from tests.agent_console.stage import PASSWORD, Console

pytestmark = pytest.mark.integration

OWN = "my own words 7"


async def type_into(page: Page, *texts: str) -> None:
    """Type into the field that has the focus, or gets it, and into those after it, and send the form."""
    await expect(page.locator("input:focus")).to_be_visible()
    for number, text in enumerate(texts):
        if number:
            await page.keyboard.press("Tab")
        await page.keyboard.type(text)
    await page.keyboard.press("Enter")


async def test_first_day_of_an_administrator(
    books: Books, console: Console, tmp_path: Path, page: Page, page_faults: Faults
) -> None:
    root = console.user("root", must_change=True)
    with books.write() as tx:
        tx.users.set_language(root.id, Language.RU)
        tx.operators.add("anna", "Анна", [], "secret", 30)
        tx.portfolios.put("heat", creditor="Тепло", contact_phone="", basis=None)
        seen = Subject("debtor", "D-17")
        tx.audit_log.add(root.id, AuditAction.CARD_VIEWED, subject=seen, now=SystemClock().now())
    redis = Redis.from_url(f"unix://{tmp_path / 'nobody.sock'}")
    async with served(Services(console.settings, books, redis, SystemClock())) as url, page:
        await page.goto(f"{url}/users")
        assert await inaccessible(page) == []
        await type_into(page, "root", "wrong words 1")
        await page.wait_for_selector("[role=alert]")
        assert await inaccessible(page) == []
        page_faults.forgive("401")
        await type_into(page, PASSWORD)
        await page.wait_for_selector("#present")
        assert await inaccessible(page) == []
        await page.focus("#present")
        await type_into(page, PASSWORD, OWN, OWN)
        await page.wait_for_selector("main [role=status]")
        assert await inaccessible(page) == []
        await _users(page, url)
        await _audit_and_tokens(page, url)


async def _users(page: Page, url: str) -> None:
    await page.goto(f"{url}/users")
    await page.focus("#login")
    await type_into(page, "anna", "Анна")
    secret = await page.inner_text("code.secret")
    assert await inaccessible(page) == []
    await page.goto(f"{url}/users")
    assert secret not in await page.content()
    assert await page.inner_text("tbody tr >> nth=0") == "anna\tАнна\tОператор\tanna\t0 портфелей"
    assert await inaccessible(page) == []


async def _audit_and_tokens(page: Page, url: str) -> None:
    await page.goto(f"{url}/audit")
    assert await inaccessible(page) == []
    await page.focus("text=должник D-17")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/audit?kind=debtor&subject=D-17")
    assert await page.locator("tbody tr").count() == 1
    await page.goto(f"{url}/tokens")
    await page.focus("#name")
    await page.keyboard.type("CRM")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await page.keyboard.press("Enter")
    assert (await page.inner_text("code.secret")).startswith("dozvon_")
    assert await inaccessible(page) == []
