"""A supervisor's day against the real exchange: a strategy changed in front of calls and taken back, the wallboard, and
a talk that she listens to, whispers in, and takes over.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from asterisk.town import Role as Answer
from domain.user import Role
from tests.agent_console.browser import Faults
from tests.agent_console.shift import HEAR, SOUND, SPEAKER, Shift, open_shift
from tests.agent_console.stage import HASH
from tests.agent_console.supervisor import sign_in, write
from tests.e2e.floor_play import PEOPLE_TOWN
from tests.e2e.play import ordinary
from tests.polling import until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("heavy")]

ROBOTS = """\
name: robots
regime: ru-230fz-agency
segments:
  - id: owes_more
    when: {sum: {at_least: 301}}
    steps: [{id: inform, ivr: debt_informer}]
"""
BUSY_TOWN = replace(PEOPLE_TOWN, shares={Answer.BUSY: 1.0})
NO_TABS = "Applying inline style"
"""The editor wishes for another width of tabs, which our policy forbids; it does without."""


async def test_a_day_of_hers(
    folder: Path, prompts: Path, context: BrowserContext, page_faults: Faults
) -> None:
    phones = (SPEAKER, *ordinary(600))
    async with open_shift(
        folder, prompts, context, phones=phones, town=BUSY_TOWN, strategy=(ROBOTS, "r.yaml"), cps=2
    ) as shift:
        with shift.play.books.write() as tx:
            for login in ("zoya", "vera"):
                tx.users.add(login, login.title(), Role.SUPERVISOR, HASH)
        assert context.browser
        other = await context.browser.new_context(locale="ru-RU", permissions=["microphone"])
        await other.add_init_script(HEAR)
        page = await other.new_page()
        try:
            await shift.dials(running=True)
            await calls_by(shift, 1)
            await changes_the_strategy(shift, page)
            await calls_by(shift, 2)
            await takes_it_back(shift, page)
            await watches_the_wallboard(shift, page)
            await shift.dials(running=False)
            await listens(shift, page)
            await takes_over(shift, page)
        finally:
            await other.close()
    page_faults.forgive(NO_TABS, "503")  # who asks a slow dialler is told so


def versions(shift: Shift) -> list[int]:
    """The numbers of the versions that calls were made by, in the calls' order, each as often as it took over."""
    calls = sorted(shift.play.touches(), key=attrgetter("reserved_at", "id"))
    with shift.play.books.read() as tx:
        return [
            tx.versions.get(id).number
            for id, _ in groupby(call.strategy_version_id for call in calls if call.campaign_id)
        ]


async def calls_by(shift: Shift, *numbers: int) -> None:
    """The last of these versions has been called by, and the carrier knows of it."""

    def made() -> bool:
        return versions(shift)[-1:] == [numbers[-1]] and bool(shift.play.stage.record())

    await until(made, what=f"a call by version {numbers[-1]}")


async def changes_the_strategy(shift: Shift, page: Page) -> None:
    """A fault at its line, mended, tried, handed in; another supervisor approves."""
    await sign_in(page, shift.url, "zoya")
    await page.goto(f"{shift.url}/strategies/robots")
    await write(page, ROBOTS.replace("debt_informer", "nothing"))
    fault = page.locator(".findings button[data-line='6']")
    await expect(fault).to_contain_text("нет сценария 'nothing'")
    await expect(page.locator("#submit-button")).to_be_disabled()
    await write(page, ROBOTS.replace("steps:", "priority: 7\n    steps:"))
    await expect(page.locator("#review")).to_contain_text("priority 0 → 7")
    await page.locator("button[hx-post='/strategies/dry-run']").click()
    await expect(page.locator("#dry-run table").first).to_be_visible()
    await page.fill("input[name=note]", "the urgent ones first")
    await page.locator("#submit-button").click()
    await expect(page.locator("form[action$='/approve']")).to_be_visible()
    await sign_in(page, shift.url, "vera")
    await page.goto(f"{shift.url}/strategies/robots")
    await page.locator("form[action$='/approve'] button").click()
    await expect(page.locator("h1 + .badge")).to_contain_text("2")


async def takes_it_back(shift: Shift, page: Page) -> None:
    """The first version is called by again; no call was made by another one in between."""
    await page.locator("form[action$='/rollback/1'] button").click()
    await expect(page.locator("h1 + .badge")).to_contain_text("1")
    await until(lambda: versions(shift) == [1, 2, 1], what="calls by 1, then 2, then 1")


async def watches_the_wallboard(shift: Shift, page: Page) -> None:
    """It counts on by itself, and shows who talks."""
    await page.goto(f"{shift.url}/floor")
    calls = page.locator("#board tbody tr", has_text="play").locator("td.number").nth(2)
    before = int(await calls.inner_text())

    async def moved() -> bool:
        return int(await calls.inner_text()) > before

    await until(moved, what="the wallboard counts on")
    await shift.rings_us(SPEAKER)
    await shift.is_in("talking")
    await expect(page.locator("#board .people .talking")).to_be_visible()


async def phone_is(page: Page, state: str) -> None:
    """Her own phone says so."""
    await expect(page.locator("#own-phone")).to_have_attribute("data-state", state)


async def listens(shift: Shift, page: Page) -> None:
    """She gets a phone, is put to the talk, hears the operator's microphone, whispers, and leaves."""
    await page.goto(f"{shift.url}/operators")
    await page.get_by_role("button", name="Получить телефон").click()
    await phone_is(page, "registered")
    await page.locator("button[title='Слушать']").click()
    await phone_is(page, "call")

    async def loud() -> bool:
        return bool((await page.evaluate(SOUND))["energy"] > 0)

    await until(loud, what="she hears her")
    await page.locator("button[title='Шептать']").click()
    pressed = page.locator("button[title='Шептать'][aria-pressed=true]")
    await expect(pressed).to_be_visible()
    await page.locator("button[title='Больше не слушать']").click()
    await phone_is(page, "registered")
    await expect(pressed).to_be_hidden()


async def takes_over(shift: Shift, page: Page) -> None:
    """The caller is hers, and the operator writes down."""
    page.once("dialog", lambda dialog: dialog.accept())
    await page.locator("button[title='Забрать разговор']").click()
    await phone_is(page, "call")
    await shift.is_in("wrap_up")
    await page.locator("#own-off").click()
    await phone_is(page, "registered")
