"""A supervisor in a browser of his own, against the real exchange: listens, whispers, and takes the caller over."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from domain.user import Role
from tests.agent_console.shift import HEAR, SOUND, SPEAKER, Shift, open_shift
from tests.agent_console.stage import HASH, PASSWORD
from tests.polling import until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("heavy"), pytest.mark.timeout(240)]

SLOW_MS = 60_000


async def test_he_hears_whispers_and_takes_over(
    stage_folder: Path, prompts: Path, context: BrowserContext
) -> None:
    async with open_shift(stage_folder, prompts, context) as shift:
        await shift.rings_us(SPEAKER)
        await shift.is_in("talking")
        with shift.play.books.write() as tx:
            tx.users.add("zoya", "Зоя", Role.SUPERVISOR, HASH)
        assert context.browser
        other = await context.browser.new_context(locale="ru-RU", permissions=["microphone"])
        await other.add_init_script(HEAR)
        zoya = await other.new_page()
        try:
            await sign_in(zoya, shift.url)
            await hears(zoya)
            await takes_over(shift, zoya)
        finally:
            await other.close()


async def sign_in(page: Page, url: str) -> None:
    """He gets a phone, and it is on line."""
    await page.goto(f"{url}/sign-in?next=/operators")
    await page.fill("input[name=login]", "zoya")
    await page.fill("input[name=password]", PASSWORD)
    await page.press("input[name=password]", "Enter")
    await page.get_by_role("button", name="Получить телефон").click()
    await phone_is(page, "registered")


async def phone_is(page: Page, state: str) -> None:
    """His own phone says so."""
    await expect(page.locator("#own-phone")).to_have_attribute("data-state", state, timeout=SLOW_MS)


async def hears(page: Page) -> None:
    """He is put to the talk, hears the operator's microphone, whispers, and leaves."""
    await page.locator("button[title='Слушать']").click()
    await phone_is(page, "call")

    async def loud() -> bool:
        return bool((await page.evaluate(SOUND))["energy"] > 0)

    await until(loud, 40, "he hears her")
    await page.locator("button[title='Шептать']").click()
    pressed = page.locator("button[title='Шептать'][aria-pressed=true]")
    await expect(pressed).to_be_visible(timeout=SLOW_MS)
    await page.locator("button[title='Больше не слушать']").click()
    await phone_is(page, "registered")
    await expect(pressed).to_be_hidden(timeout=SLOW_MS)


async def takes_over(shift: Shift, page: Page) -> None:
    """The caller is his, and the operator writes down."""
    page.once("dialog", lambda dialog: dialog.accept())
    await page.locator("button[title='Забрать разговор']").click()
    await phone_is(page, "call")
    await shift.is_in("wrap_up")
    await page.locator("#own-off").click()
    await phone_is(page, "registered")
