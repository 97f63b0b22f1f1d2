"""What happens around a desk: other tabs, lost links, servers that restart, hands that type while a card pops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, Route, expect

from dialer.clock import SystemClock
from dialer.floor.screens import send_message
from dialer.private.redis import PrivateRedis, redis_program
from domain.touch import TouchId
from ledger.books import Books
from tests.agent_console.browser import Faults, choose, cut_off
from tests.agent_console.desks import TOUCH, DeskStage, desk_stage
from tests.agent_console.talks import talked
from tests.polling import until

pytestmark = pytest.mark.integration

CUT = ("net::ERR_", "Failed to load resource", "htmx:sendError", "Response Status Error Code")
"""What a page says when its server, or its network, is away."""


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[PrivateRedis]:
    """A Redis that the test may kill."""
    server = PrivateRedis(tmp_path / "redis", redis_program())
    await server.start()
    yield server
    server.stop()


@pytest.fixture
async def desk(books: Books, tmp_path: Path, redis: PrivateRedis) -> AsyncIterator[DeskStage]:
    async with desk_stage(books, tmp_path, redis.url) as stage:
        yield stage


async def shows(page: Page, state: str) -> None:
    await expect(page.locator("#bar")).to_have_attribute("data-state", state)


async def cut(page: Page, *, off: bool) -> None:
    """The red bar is there, or gone."""
    await expect(page.locator("#lost")).to_be_visible(visible=off)


async def test_a_card_that_pops_leaves_the_hands_where_they_are(desk: DeskStage, page: Page) -> None:
    await desk.floor.call("talking", desk.debtors[0].id)
    await desk.sit_down(page)
    await page.keyboard.press("Alt+k")
    search = page.locator("#side #q")
    await search.press_sequentially("рас")
    await desk.floor.be("ready")
    await shows(page, "ready")
    await desk.floor.call("ringing", desk.debtors[0].id, touch=TOUCH[:-1] + "2")
    await expect(page.locator("#card h1")).to_have_text(desk.debtors[0].external_id)
    await expect(search).to_be_focused()
    await page.keyboard.type("срочка y")
    await expect(search).to_have_value("рассрочка y")


async def test_all_tabs_of_an_operator_show_the_same(desk: DeskStage, context: BrowserContext) -> None:
    first, second = await context.new_page(), await context.new_page()
    await desk.floor.call("talking", desk.debtors[0].id)
    await desk.sit_down(first)
    await second.goto(f"{desk.url}/desk")
    await shows(second, "talking")
    await first.keyboard.press("y")
    for tab in (first, second):
        await expect(tab.locator(".identity.done")).to_be_visible()
    await send_message(
        desk.floor.redis, desk.floor.operator, "<b>обед</b> в час", "boss", SystemClock().now()
    )
    for tab in (first, second):
        await expect(tab.locator("#notices")).to_contain_text("<b>обед</b> в час")
    await first.locator("details.account").click()
    await first.locator("form[action='/sign-out'] button").click()
    await second.wait_for_url("**/sign-in**")


async def test_who_was_signed_out_while_the_link_was_lost_is_sent_to_the_sign_in(
    desk: DeskStage, page: Page, context: BrowserContext, page_faults: Faults
) -> None:
    await desk.sit_down(page)
    await context.clear_cookies()
    await page.evaluate("dispatchEvent(new Event('online'))")
    await page.wait_for_url("**/sign-in**")
    page_faults.forgive("401")


async def test_behind_a_cut_network_the_screen_is_true_again(
    desk: DeskStage, page: Page, context: BrowserContext, page_faults: Faults
) -> None:
    await desk.floor.call("talking", desk.debtors[0].id)
    await desk.sit_down(page)
    await cut_off(page)
    await expect(page.locator("#card h1")).to_have_text(desk.debtors[0].external_id)
    await desk.floor.call("wrap_up", desk.debtors[0].id)
    await context.set_offline(False)
    await shows(page, "wrap_up")
    await cut(page, off=False)
    page_faults.forgive(*CUT)


async def test_behind_a_restart_of_redis_and_of_the_dialler_the_screen_is_true_again(
    desk: DeskStage, page: Page, redis: PrivateRedis, page_faults: Faults
) -> None:
    await desk.floor.call("talking", desk.debtors[0].id)
    await desk.sit_down(page)
    await page.keyboard.press("y")
    await expect(page.locator(".identity.done")).to_be_visible()
    redis.stop()
    await cut(page, off=True)
    await redis.start()
    await expect(page.locator("#card h1")).to_have_text(desk.debtors[0].external_id)
    await desk.floor.call("wrap_up", desk.debtors[0].id)
    await shows(page, "wrap_up")
    await cut(page, off=False)
    await expect(page.locator(".identity.done")).to_be_visible()
    await desk.floor.leave()
    await cut(page, off=True)
    await page.reload()
    await expect(page.locator("#body h1")).to_have_text("The floor is not driven")
    await desk.floor.be("paused", reason="missed offer")
    await expect(page.locator("#body")).to_contain_text("taken out of the queue")
    page_faults.forgive(*CUT)


async def test_what_is_typed_without_a_network_is_there_behind_f5(
    desk: DeskStage, page: Page, page_faults: Faults
) -> None:
    await desk.floor.call("talking", desk.debtors[0].id)
    await desk.sit_down(page)
    await expect(page.locator(".sheet form")).to_be_visible()
    await choose(page, "8")
    note = page.locator("form[data-draft] [name=note]")
    await page.route("**/desk/draft", lambda route: route.abort())
    await note.fill("жалуется на тон")
    await page.reload()
    await expect(note).to_have_value("жалуется на тон")
    page_faults.forgive(*CUT)


async def test_a_draft_that_is_late_does_not_come_behind_what_was_saved(
    desk: DeskStage, page: Page, books: Books
) -> None:
    talked(books, desk.debtors[0], TOUCH, desk.floor.operator, SystemClock().now())
    await desk.floor.call("wrap_up", desk.debtors[0].id)
    await desk.sit_down(page)
    await expect(page.locator(".sheet form")).to_be_visible()
    await choose(page, "8")
    on_its_way, saves = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        on_its_way.set()
        await saves.wait()
        await route.continue_()

    await page.route("**/desk/draft", late)
    await page.locator("form[data-draft] [name=note]").fill("жалуется на тон")
    await on_its_way.wait()
    await page.keyboard.press("Alt+s")
    saves.set()
    await expect(page.locator(".saved")).to_be_visible()
    with books.read() as tx:
        assert not tx.drafts.all(desk.floor.operator)


async def test_a_wrap_up_says_in_time_that_it_ends(desk: DeskStage, page: Page) -> None:
    await desk.sit_down(page)
    soon = (SystemClock().now() + timedelta(seconds=12)).isoformat()
    call = {"touch": TOUCH, "leg": "", "since": soon, "debtors": [desk.debtors[0].id], "number": ""}
    await desk.floor.be("wrap_up", touch=TOUCH, wrap_up_ends=soon, call=call)
    await expect(page.locator("#body [role=alert]")).to_contain_text("The wrap-up ends")
    await page.keyboard.press("Alt+e")
    await until(lambda: ("extend", "30") in desk.floor.asked, what="more time is asked for")


async def test_what_is_typed_is_the_servers_at_once_and_comes_back(
    desk: DeskStage, page: Page, books: Books
) -> None:
    await desk.floor.call("talking", desk.debtors[0].id)
    await desk.sit_down(page)
    await expect(page.locator(".sheet form")).to_be_visible()
    await choose(page, "8")
    note = page.locator("form[data-draft] [name=note]")
    await note.fill("жалуется на тон")

    def kept() -> bool:
        with books.read() as tx:
            draft = tx.drafts.of(desk.floor.operator, TouchId(TOUCH))
        return draft is not None and draft.fields.get("note") == "жалуется на тон"

    await until(kept, what="the draft is kept")
    await desk.floor.call("wrap_up", desk.debtors[0].id)
    await shows(page, "wrap_up")
    await expect(note).to_have_value("жалуется на тон")
    await page.reload()
    await expect(note).to_have_value("жалуется на тон")
