"""A supervisor changes a strategy in a real browser: the fault at its line, mended, tried, approved, and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from redis.asyncio import Redis

from agent_console.services import Services
from dialer.handlers.publish import publish, review
from domain.user import Role
from ledger.books import Books
from tests.agent_console.browser import Faults, inaccessible
from tests.agent_console.desks import served
from tests.agent_console.stage import MONDAY, Console, TestClock
from tests.agent_console.supervisor import sign_in, write
from tests.dialer.work import Desk

pytestmark = pytest.mark.integration

TEXT = """\
name: strategy of spring
regime: ru-230fz-agency
segments:
  - id: all
    help: true
    steps: [{id: inform, ivr: debt_informer}]
"""
PAGES = (
    *("/floor", "/campaigns", "/campaigns/spring", "/campaigns/new", "/strategies", "/scripts"),
    *("/scripts/debt_informer", "/debtors?q=A1", "/debtors/1", "/knowledge"),
)
NO_TABS = "Applying inline style"
"""The editor wishes for another width of tabs, which our policy forbids; it does without."""


async def test_from_a_fault_to_a_version_in_force_and_back(
    books: Books, console: Console, tmp_path: Path, page: Page, page_faults: Faults
) -> None:
    desk = Desk(books)
    desk.add("A1", "+79160000001")
    for login in ("anna", "boris"):
        console.user(login, Role.SUPERVISOR)
    with books.write() as tx:
        publish(tx, review(TEXT, "f", MONDAY), author="anna", now=MONDAY)
    redis = Redis.from_url(f"unix://{tmp_path / 'nobody.sock'}")
    async with served(Services(console.settings, books, redis, TestClock())) as url, page:
        await sign_in(page, url, "anna")
        for path in PAGES:
            await page.goto(url + path)
            assert await inaccessible(page) == [], path
        await page.goto(f"{url}/strategies/strategy of spring")
        assert await inaccessible(page) == []
        await write(page, TEXT.replace("debt_informer", "nothing"))
        fault = page.locator(".findings button[data-line='6']")
        await expect(fault).to_contain_text("no IVR script 'nothing'")
        await expect(page.locator("#submit-button")).to_be_disabled()
        await fault.click()
        await expect(page.locator("yaml-editor .cm-activeLine")).to_contain_text("nothing")

        await write(page, TEXT.replace("help: true", "help: true\n    priority: 7"))
        await expect(page.locator("#review")).to_contain_text("segment all: priority 0 -> 7")
        await page.get_by_role("button", name="Try it").click()
        await expect(page.locator("#dry-run")).to_contain_text("Debtors by segment")
        await page.fill("input[name=note]", "the urgent ones first")
        await page.press("input[name=note]", "Enter")
        await expect(page.get_by_text("the urgent ones first")).to_be_visible()

        await sign_in(page, url, "boris")
        await page.goto(f"{url}/strategies/strategy of spring")
        await page.get_by_role("button", name="Approve and publish").click()
        await expect(page.locator("h1 + .badge")).to_contain_text("version 3 is in force")
        await (
            page.locator("tr", has_text="anna").get_by_role("button", name="Put in force again").first.click()
        )
        await expect(page.locator("h1 + .badge")).to_contain_text("version 2 is in force")
    await redis.aclose()
    page_faults.forgive(NO_TABS)
