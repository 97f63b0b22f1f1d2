"""A real Chromium for tests: one process per worker, a fresh profile per test, and no fault of a page unseen."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    WebError,
    async_playwright,
    expect,
)

from asterisk.child import die_with_parent
from tests.polling import PATIENCE_S, wait_until

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--password-store=basic",
    "--use-mock-keychain",
    "--use-fake-device-for-media-stream",  # a microphone that beeps once a second
    "--remote-debugging-port=0",
)
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
expect.set_options(timeout=PATIENCE_S * 1000)
_LISTENS = re.compile(r"DevTools listening on (ws://\S+)")


@pytest.fixture(scope="session")
def chromium() -> Iterator[str]:
    """The address at which this worker's Chromium is driven. It dies with the worker."""
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("chromium is not in PATH: run `make browser`", pytrace=False)
    profile = Path(tempfile.mkdtemp(prefix="dz-browser-"))
    output = profile / "output.log"
    arguments = [*die_with_parent(), program, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    with output.open("wb") as log:
        process = subprocess.Popen(arguments, stdout=log, stderr=log, start_new_session=True)
    try:
        yield _address(process, output)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its helpers are of its group
        process.wait()
        shutil.rmtree(profile, ignore_errors=True)


def _address(process: subprocess.Popen[bytes], output: Path) -> str:
    def told() -> re.Match[str] | None:
        return _LISTENS.search(output.read_text(errors="replace"))

    wait_until(lambda: told() or process.poll() is not None, what="the start of chromium")
    if found := told():
        return found[1]
    pytest.fail(f"chromium did not start: {output.read_text(errors='replace')[-500:]}", pytrace=False)


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """A hand on this worker's Chromium for one test."""
    async with async_playwright() as playwright:
        yield await playwright.chromium.connect_over_cdp(chromium)


class Faults(list[str]):
    """What went wrong in the pages of a test, as their consoles tell it; the test fails if any is left in the end."""

    def forgive(self, *patterns: str) -> None:
        """Leave out what the test itself has caused."""
        self[:] = [fault for fault in self if not any(re.search(pattern, fault) for pattern in patterns)]


@pytest.fixture
def page_faults() -> Faults:
    """What the pages of this test have complained of so far."""
    return Faults()


@pytest.fixture
async def context(browser: Browser, page_faults: Faults) -> AsyncIterator[BrowserContext]:
    """A browser without a past: Russian, of a small office screen, and its microphone allowed."""
    opened = await browser.new_context(
        locale="ru-RU", viewport={"width": 1366, "height": 768}, permissions=["microphone"]
    )
    opened.set_default_timeout(PATIENCE_S * 1000)

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            page_faults.append(f"{message.text} ({message.location.get('url', '')})")

    def failed(error: WebError) -> None:
        page_faults.append(str(error.error))

    opened.on("console", said)
    opened.on("weberror", failed)
    try:
        yield opened
    finally:
        await opened.close()
    assert not page_faults, "a page has complained"


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    """An empty page of ``context``."""
    return await context.new_page()


async def inaccessible(page: Page) -> list[str]:
    """What axe calls a serious or critical fault of the page as it is shown now: rule and places."""
    found: dict[str, Any] = await page.evaluate(f"{AXE.read_text()}; axe.run()")
    return [
        f"{fault['id']}: {', '.join(str(node['target'][0]) for node in fault['nodes'])}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
    ]


async def choose(page: Page, *digits: str) -> None:
    """Say by digits what came of a talk, and wait until the sheet's first field has the keyboard.

    The page puts the focus there when it has settled, which takes it away from where a test types.
    """
    for digit in digits:
        await page.keyboard.press(digit)
    await expect(page.locator("form[data-draft] [autofocus]")).to_be_focused()


async def cut_off(page: Page) -> None:
    """Take the network away, and wait until the page has said so.

    A stream that is open goes on in a browser that plays offline, so what the page says may be gone again at once.
    """
    await page.evaluate(
        """() => {
          const bar = document.getElementById("lost");
          window.wasLost = new Promise((told) => {
            new MutationObserver(() => bar.hidden || told()).observe(bar, { attributes: true });
          });
        }"""
    )
    await page.context.set_offline(True)
    await page.evaluate("window.wasLost")
