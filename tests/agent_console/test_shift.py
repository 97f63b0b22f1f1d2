"""An operator's shift against the real Asterisk and town: calls with sound, the card first, and what can break."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from domain.debtor import Want
from tests.agent_console.shift import SPEAKER, Shift, open_shift

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("heavy"), pytest.mark.timeout(240)]


async def test_a_predictive_call_and_a_callback_by_keyboard(
    stage_folder: Path, prompts: Path, context: BrowserContext
) -> None:
    async with open_shift(stage_folder, prompts, context) as shift:
        await shift.dials(running=True)
        await predictive_call(shift)
        await shift.rings_us(SPEAKER)
        await callback(shift)


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
    await page.keyboard.press("1")
    await page.keyboard.press("1")
    await page.locator("#s-date").fill("2026-03-13")
    await page.locator("#s-sum").fill("300,50")
    await page.keyboard.press("Alt+s")
    await shift.is_in("ready")
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
    await shift.is_in("wrap_up")
    await page.keyboard.press("9")
    await page.keyboard.press("2")
    await page.keyboard.press("Alt+s")
    await shift.is_in("ready")
