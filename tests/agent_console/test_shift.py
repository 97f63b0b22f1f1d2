"""An operator's shift against the real Asterisk and town: calls with sound, the card first, and what can break."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from domain.debtor import Want
from tests.agent_console.browser import Faults, choose, cut_off
from tests.agent_console.shift import SPEAKER, Shift, open_shift

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("heavy")]

TRIES = 20


async def test_a_predictive_call_and_a_callback_by_keyboard(
    folder: Path, prompts: Path, context: BrowserContext, page_faults: Faults
) -> None:
    async with open_shift(folder, prompts, context) as shift:
        await shift.dials(running=True)
        await predictive_call(shift)
        await shift.rings_us(SPEAKER)
        await callback(shift)
    page_faults.forgive("422")  # who saves too early is told so


async def predictive_call(shift: Shift) -> None:
    """He is rung ahead, promises a sum by a day, and is written down: no key but those of the keyboard."""
    page = shift.page
    await shift.is_in("talking")
    await shift.dials(running=False)
    await expect(page.locator("#card h1")).to_have_text("D00000")
    await shift.sound_both_ways()
    await expect(page.locator(".figures")).to_contain_text("•••")
    await page.keyboard.press("y")
    await expect(page.locator(".figures")).to_contain_text("300,50")
    await page.keyboard.press("Alt+End")
    await shift.is_in("wrap_up")
    await choose(page, "1", "1")
    await page.locator("#s-date").fill("2026-03-13")
    await page.locator("#s-sum").fill("300,50")
    await saves(shift)
    with shift.play.books.read() as tx:
        (promise,) = tx.debtors.load([1], {Want.PROMISES})[1].promises
    assert (promise.due, promise.kopecks) == (date(2026, 3, 13), 30050)


async def callback(shift: Shift) -> None:
    """He rings us: his card again, with what he has promised."""
    page = shift.page
    await shift.is_in("talking")
    await expect(page.locator("#card h1")).to_have_text("D00000")
    await expect(page.locator("#body")).to_contain_text("входящий")
    await shift.sound_both_ways(loud=False)
    await page.keyboard.press("Alt+End")
    await written_down(shift)


async def test_whatever_breaks_in_a_call_the_desk_comes_back_to_the_truth(
    folder: Path, prompts: Path, context: BrowserContext, page_faults: Faults
) -> None:
    async with open_shift(folder, prompts, context) as shift:
        await page_loaded_anew(shift)
        await shift.rings_us(SPEAKER)
        await shift.is_in("talking")
        await network_cut(shift, context)
        await console_restarted(shift)
        await redis_restarted(shift)
        await shift.page.keyboard.press("Alt+End")
        await written_down(shift)
        await exchange_restarted(shift)
        await shift.rings_us(SPEAKER)
        await shift.is_in("talking")
        await shift.sound_both_ways(loud=False)
    page_faults.forgive(
        "net::ERR_", "WebSocket", "htmx:sendError", "503", "422", "Response Status Error Code"
    )


async def written_down(shift: Shift) -> None:
    """The operator says what came of it, and is ready."""
    await shift.is_in("wrap_up")
    for key in ("9", "2"):
        await shift.page.keyboard.press(key)
    await saves(shift)


async def saves(shift: Shift) -> None:
    """While the books have not heard of the end yet he is told so, and saves again."""
    for _ in range(TRIES):
        await shift.page.keyboard.press("Alt+s")
        with suppress(AssertionError):
            await shift.is_in("ready", within_s=3)
            return
    await shift.is_in("ready")


async def page_loaded_anew(shift: Shift) -> None:
    """F5 ends the phone's call, as a browser must; what was typed is there, and nothing else is lost."""
    page = shift.page
    await shift.rings_us(SPEAKER)
    await shift.is_in("talking")
    await expect(page.locator(".sheet form")).to_be_visible()
    await choose(page, "8")
    note = page.locator("form[data-draft] [name=note]")
    await note.fill("о тоне")
    page.once("dialog", lambda dialog: dialog.accept())
    await page.reload()
    await shift.is_in("wrap_up")
    await expect(note).to_have_value("о тоне")
    await expect(page.locator("#phone")).to_have_attribute("data-state", "registered")
    await saves(shift)


async def network_cut(shift: Shift, context: BrowserContext) -> None:
    await cut_off(shift.page)
    await context.set_offline(False)
    await shift.cut(off=False)
    await shift.is_in("talking")


async def console_restarted(shift: Shift) -> None:
    await shift.stop_console()
    await shift.cut(off=True)
    await expect(shift.page.locator("#card h1")).to_have_text("D00000")
    await shift.start_console()
    await shift.cut(off=False)
    await shift.is_in("talking")
    await shift.sound_both_ways(loud=False)


async def redis_restarted(shift: Shift) -> None:
    """The dialler has to take the floor anew; the talk goes on."""
    redis = shift.play.stage.redis
    redis.stop()
    await shift.cut(off=True)
    await redis.start()
    await shift.cut(off=False)
    await shift.is_in("talking")


async def exchange_restarted(shift: Shift) -> None:
    """The call is gone with it; the phone registers, and the desk says so."""
    node = shift.play.stage.node
    await shift.rings_us(SPEAKER)
    await shift.is_in("talking")
    await node.kill()
    await expect(shift.page.locator("#phone")).to_have_attribute("data-state", "lost")
    await node.start()
    await expect(shift.page.locator("#phone")).to_have_attribute("data-state", "registered")
    await written_down(shift)
