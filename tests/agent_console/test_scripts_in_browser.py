"""A supervisor changes what calls say in a real browser: a fault at its line, mended, heard, approved, put back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from redis.asyncio import Redis

from agent_console.services import Services
from domain.user import Role
from ivr_scripts.load import script_text
from ledger.books import Books
from tests.agent_console.browser import Faults, inaccessible
from tests.agent_console.desks import served
from tests.agent_console.stage import Console, TestClock
from tests.agent_console.supervisor import sign_in, write
from tests.agent_console.test_supervisor_in_browser import NO_TABS
from tests.dialer.work import Desk

pytestmark = pytest.mark.integration

TEXT = script_text("safe_harbour")[0]
KINDER = TEXT.replace("title: ", "title: Вежливое ")
NEXT = KINDER.replace("version: 2", "version: 3")
PAGE = "/scripts/safe_harbour"


async def test_from_a_fault_to_a_script_in_force_and_back(
    books: Books, console: Console, tmp_path: Path, page: Page, page_faults: Faults
) -> None:
    Desk(books)
    for login in ("anna", "boris"):
        console.user(login, Role.SUPERVISOR)
    redis = Redis.from_url(f"unix://{tmp_path / 'nobody.sock'}")
    async with served(Services(console.settings, books, redis, TestClock())) as url, page:
        await sign_in(page, url, "anna", PAGE)
        await write(page, KINDER)
        line = KINDER[: KINDER.index("version:")].count("\n") + 1
        fault = page.locator(f".findings button[data-line='{line}']")
        await expect(fault).to_contain_text("write version: 3")
        await expect(page.locator("#submit-button")).to_be_disabled()
        await write(page, NEXT)
        await expect(fault).to_have_count(0)
        await expect(page.locator("#review")).to_contain_text("title Сообщение")
        await expect(page.locator("#submit-button")).to_be_enabled()
        await page.click("#listen")
        await expect(page.locator("#call")).to_be_visible()
        await page.fill("input[name=note]", "kinder")
        await page.press("input[name=note]", "Enter")
        await expect(page.get_by_text("waits for approval")).to_be_visible()
        assert await inaccessible(page) == []

        await sign_in(page, url, "boris", PAGE)
        await page.get_by_role("button", name="Approve and publish").click()
        await expect(page.locator("h1 + .badge")).to_contain_text("version 3 is in force")
        await page.locator("tr", has_text="Dozvon").get_by_role("button", name="Put in force again").click()
        await expect(page.locator("h1 + .badge")).to_contain_text("version 2 is in force")
        assert await inaccessible(page) == []
    await redis.aclose()
    page_faults.forgive(NO_TABS)
