"""What came of a talk, written down in a real browser by the keyboard alone, over a floor that the test plays."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from dialer.clock import SystemClock
from domain.touch import TouchId
from ledger.books import Books
from ledger.dispositions import Told
from tests.agent_console.browser import Faults, choose, inaccessible
from tests.agent_console.desks import TOUCH, DeskStage, desk_stage
from tests.agent_console.talks import begun, ended, talked
from tests.polling import until

pytestmark = pytest.mark.integration

EARLIER = "01a200bb715f72ddb91035d900000001"


@pytest.fixture
async def desk(books: Books, tmp_path: Path, redis_server: str) -> AsyncIterator[DeskStage]:
    async with desk_stage(books, tmp_path, redis_server) as stage:
        yield stage


def told(desk: DeskStage, touch: str = TOUCH) -> Told | None:
    with desk.books.read() as tx:
        return tx.dispositions.of(TouchId(touch))


async def test_a_promise_by_the_keyboard_alone(desk: DeskStage, page: Page, page_faults: Faults) -> None:
    now, debtor = SystemClock().now(), desk.debtors[0]
    begun(desk.books, debtor, TOUCH, now)
    await desk.sit_down(page)
    await desk.floor.call("talking", debtor.id)
    await expect(page.locator(".pick")).to_have_count(9)
    assert await inaccessible(page) == []
    await page.keyboard.press("1")
    await page.keyboard.press("1")
    await expect(page.locator(".sheet .notice.wait")).to_be_visible()
    await page.keyboard.press("y")
    await expect(page.locator("#s-date")).to_be_focused()
    due = (now + timedelta(days=3)).date()
    await page.locator("#s-date").fill(
        due.isoformat()
    )  # in what order it is typed is the machine's own business
    while not await page.locator("#s-sum").evaluate("one => one === document.activeElement"):
        await page.keyboard.press("Tab")
    await page.keyboard.type("7000")
    await expect(page.locator(".ahead-bad")).to_be_visible()
    await page.keyboard.press("Alt+s")
    await expect(page.locator(".sheet .notice.bad")).to_be_visible()  # he still talks
    ended(desk.books, TOUCH, desk.floor.operator, now)
    await desk.floor.call("wrap_up", debtor.id)
    await expect(page.locator("#bar")).to_have_attribute("data-state", "wrap_up")
    await page.keyboard.press("Alt+r")
    await expect(page.locator("#notices .bad")).to_be_visible()
    await page.keyboard.press("Alt+s")
    await expect(page.locator("#s-sum")).to_have_attribute("aria-invalid", "true")
    await expect(page.locator("#s-sum")).to_be_focused()
    assert told(desk) is None
    assert await inaccessible(page) == []
    await page.reload()
    await expect(page.locator("#s-sum")).to_have_value("7000")
    await page.locator("#s-sum").focus()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("500,50")
    await page.keyboard.press("Alt+s")
    await until(lambda: ("wrapped_up", "") in desk.floor.asked, what="saving ends the wrap-up")
    said = told(desk)
    assert said
    assert said.code == "promise.once"
    assert said.fields == {"date": due.isoformat(), "kopecks": 50_050}
    await expect(page.locator(".saved")).to_be_visible()
    with desk.books.read() as tx:
        assert not tx.drafts.all(desk.floor.operator)
    page_faults.forgive("status of 422")  # what was refused above


async def test_what_waits_for_an_operator_is_beside_the_call(
    desk: DeskStage, page: Page, page_faults: Faults
) -> None:
    now, (debtor, other) = SystemClock().now(), desk.debtors
    begun(desk.books, debtor, TOUCH, now)
    talked(desk.books, other, EARLIER, desk.floor.operator, now)
    with desk.books.write() as tx:
        tx.notes.add(debtor.id, "boris", "<b>rings best after lunch</b>", now)
    await desk.sit_down(page)
    await expect(page.locator("#unsaid")).to_contain_text(other.external_id)
    assert await inaccessible(page) == []
    ended(desk.books, TOUCH, desk.floor.operator, now)
    await desk.floor.call("wrap_up", debtor.id)
    await expect(page.locator(".written")).to_contain_text("<b>rings best")
    await choose(page, "2")
    await page.locator("#s-at").fill(f"{now + timedelta(days=1):%Y-%m-%d}T03:00")
    await expect(page.locator(".ahead-bad")).to_be_visible()
    await page.locator("#s-at").fill(f"{now + timedelta(days=2):%Y-%m-%d}T12:00")
    await expect(page.locator(".ahead-good")).to_be_visible()
    await page.keyboard.press("Alt+s")
    await expect(page.locator(".saved")).to_be_visible()
    await page.keyboard.press("Alt+d")
    await expect(page.locator("#side #owed")).to_contain_text(debtor.external_id)
    assert await inaccessible(page) == []
    desk.floor.refuses = {"refused": "no", "input": True, "by": ["calls-per-day"], "next_allowed": None}
    await page.locator("#owed button").click()
    await expect(page.locator("#notices .bad")).to_be_visible()
    called = json.loads(next(argument for verb, argument in desk.floor.asked if verb == "call"))
    assert called == {"debtor": debtor.id, "phone": debtor.phones[0].number}
    await page.locator("#unsaid button").click()
    await expect(page.locator("#day-sheet .pick")).to_have_count(9)
    await page.keyboard.press("9")
    await page.keyboard.press("2")
    await page.keyboard.press("Alt+s")
    await until(lambda: told(desk, EARLIER), what="an earlier talk is written down")
    await page.keyboard.press("Alt+i")
    await expect(page.locator("#side #inbox")).to_be_visible()
    assert await inaccessible(page) == []
    await page.keyboard.press("Escape")
    await expect(page.locator("#side")).to_be_empty()
    page_faults.forgive("status of 422")  # the rules that refused
