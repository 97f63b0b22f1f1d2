"""A real Chromium for tests: one process per worker, a fresh profile per test, and no fault of a page unseen."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
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


@asynccontextmanager
async def driven(chromium: str) -> AsyncIterator[Browser]:
    """A hand on the Chromium at that address."""
    async with async_playwright() as playwright:
        yield await playwright.chromium.connect_over_cdp(chromium)


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """A hand on this worker's Chromium for one test."""
    async with driven(chromium) as connected:
        yield connected


class Faults(list[str]):
    """What went wrong in the pages of a test, as their consoles tell it; the test fails if any is left in the end."""

    def __init__(self) -> None:
        super().__init__()
        self._forgiven: list[str] = []

    def forgive(self, *patterns: str) -> None:
        """Leave out what the test itself causes, be it said already or later: a console is heard with a delay."""
        self._forgiven += patterns
        self[:] = [fault for fault in self if not self._is_forgiven(fault)]

    def hear(self, fault: str) -> None:
        """A page has said that."""
        if not self._is_forgiven(fault):
            self.append(fault)

    def _is_forgiven(self, fault: str) -> bool:
        return any(re.search(pattern, fault) for pattern in self._forgiven)


@pytest.fixture
def page_faults() -> Faults:
    """What the pages of this test have complained of so far."""
    return Faults()


@asynccontextmanager
async def fresh(browser: Browser, faults: Faults) -> AsyncIterator[BrowserContext]:
    """A browser without a past: Russian, of a small office screen, and its microphone allowed."""
    opened = await browser.new_context(
        locale="ru-RU", viewport={"width": 1366, "height": 768}, permissions=["microphone"]
    )
    opened.set_default_timeout(PATIENCE_S * 1000)

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.hear(f"{message.text} ({message.location.get('url', '')})")

    def failed(error: WebError) -> None:
        faults.hear(str(error.error))

    opened.on("console", said)
    opened.on("weberror", failed)
    try:
        yield opened
    finally:
        await opened.close()
    assert not faults, "a page has complained"


@pytest.fixture
async def context(browser: Browser, page_faults: Faults) -> AsyncIterator[BrowserContext]:
    """A fresh context of this test."""
    async with fresh(browser, page_faults) as opened:
        yield opened


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
