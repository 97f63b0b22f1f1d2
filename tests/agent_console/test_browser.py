"""The rig itself: it drives a browser, hears its complaints, and leaves nothing behind."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.agent_console.browser import Faults, inaccessible
from tests.polling import until

pytestmark = pytest.mark.integration


async def test_a_page_that_complains_is_heard(page: Page, page_faults: Faults) -> None:
    await page.evaluate("console.error('a word'); setTimeout(() => { throw new Error('a fault') })")
    await until(lambda: len(page_faults) == 2, what="both are heard")
    page_faults.forgive("a word")
    assert "a fault" in page_faults[0]
    page_faults.forgive("a fault")


async def test_what_some_cannot_use_is_found(page: Page) -> None:
    await page.set_content("<html lang=en><title>t</title><main><h1>h</h1><img src='data:,'></main>")
    assert await inaccessible(page) == ["image-alt: img"]


async def test_each_test_has_a_browser_without_a_past(page: Page) -> None:
    assert await page.evaluate("navigator.language") == "ru-RU"
