"""What a supervisor does in her browser, for tests and benchmarks."""

from __future__ import annotations

from playwright.async_api import Page

from tests.agent_console.stage import PASSWORD


async def sign_in(page: Page, url: str, login: str, to: str = "/strategies") -> None:
    """Sign in as that user, whoever was before, and be at that page."""
    await page.goto(
        "about:blank"
    )  # what a page that is loading asks for would be refused without its cookies
    await page.context.clear_cookies()
    await page.goto(f"{url}/sign-in?next={to}")
    await page.fill("input[name=login]", login)
    await page.fill("input[name=password]", PASSWORD)
    await page.press("input[name=password]", "Enter")
    await page.wait_for_url(url + to)


async def write(page: Page, text: str) -> None:
    """Write this text in the place of all that is in the editor, and have it reviewed."""
    await page.locator("yaml-editor .cm-content").click()
    await page.keyboard.press("Control+a")
    await page.keyboard.insert_text(text)
    await page.wait_for_function(
        "length => document.querySelector('yaml-editor').dataset.reviewed == length", arg=len(text)
    )
