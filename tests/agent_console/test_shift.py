"""An operator's shift against the real Asterisk and town: calls with sound, and the card first."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from domain.debtor import Want
from tests.agent_console.browser import Faults, choose
from tests.agent_console.shift import SPEAKER, Shift, open_shift

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("heavy")]


async def test_a_predictive_call_and_a_callback_by_keyboard(
    folder: Path, prompts: Path, context: BrowserContext, page_faults: Faults
) -> None:
    async with open_shift(folder, prompts, context) as shift:
        await shift.dials(running=True)
        await predictive_call(shift)
        await shift.rings_us(SPEAKER)
        await callback(shift)
    page_faults.forgive("422", "503")  # who saves too early, or asks a slow dialler, is told so


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
    await shift.insists("Alt+End", "wrap_up")
    await choose(page, "1", "1")
    await page.locator("#s-date").fill("2026-03-13")
    await page.locator("#s-sum").fill("300,50")
    await shift.insists("Alt+s", "ready")
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
    await shift.insists("Alt+End", "wrap_up")
    await choose(page, "9", "2")
    await shift.insists("Alt+s", "ready")
