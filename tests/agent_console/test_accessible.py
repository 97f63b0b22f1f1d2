"""The pages that no other test looks at with axe, each with something on it: nobody is shut out, and none overflows."""

from __future__ import annotations

import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from pydantic import SecretStr
from redis.asyncio import Redis

from agent_console.services import Services
from dialer.clock import SystemClock
from dialer.handlers.payment_link import new_link
from dialer.settings import NodeSettings
from domain.call_events import RecordingBegun
from domain.touch import TouchId
from domain.user import Role
from ledger.books import Books
from ledger.journal import entry_of
from tests.agent_console.browser import Faults, inaccessible
from tests.agent_console.desks import TOUCH, desk_stage, served
from tests.agent_console.stage import PASSWORD, Console
from tests.agent_console.talks import bailiff_of, talked
from tests.ledger.rows import BASIS, CALLER, add_campaign, add_debtor

pytestmark = pytest.mark.integration

TALK = "01a200bb715f72ddb91035d900000001"
STRATEGY = "name: test\nregime: ru-230fz-agency\nsegments:\n- {id: all, stop: nobody}\n"


@dataclass(frozen=True)
class Stage:
    """A served console; a talk of anna that was recorded, and the link of the debtor."""

    url: str
    link: str


@pytest.fixture
async def stage(console: Console, books: Books, tmp_path: Path) -> AsyncIterator[Stage]:
    now = SystemClock().now()
    with books.write() as tx:
        tx.numbers.put(CALLER)
        heat = tx.portfolios.put("heat", creditor="Тепло", contact_phone="+78000000000", basis=BASIS)
        add_campaign(tx, heat.id, body=STRATEGY)
        debtor = add_debtor(tx, heat.id, "A1", "+79160000001")
    console.user("vera", Role.SUPERVISOR)
    console.user("boris", Role.ADMINISTRATOR)
    anna = console.user("anna", Role.OPERATOR, portfolios=("heat",)).operator
    assert anna is not None
    talked(books, debtor, TALK, anna, now)
    link = new_link(debtor.id, TouchId(TALK), now)
    with wave.open(str(tmp_path / "talk.wav"), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(b"\xff\x3f" * 8_000)
    with books.write() as tx:
        tx.journal.append([entry_of(RecordingBegun(TouchId(TALK), now, "talk.wav"))])
        node = NodeSettings(
            name=tx.recordings.of(TouchId(TALK))[0],
            ami_secret=SecretStr("long enough"),
            scripts_folder=tmp_path,
            channel_log=tmp_path / "cel",
            recordings_folder=tmp_path,
        )
        tx.payment_links.add([link])
    redis = Redis.from_url(f"unix://{tmp_path / 'nobody.sock'}")
    settings = console.settings.model_copy(update={"nodes": (node,)})
    async with served(Services(settings, books, redis, SystemClock())) as url:
        yield Stage(url, link.token)
    await redis.aclose()


async def sign_in(page: Page, url: str, login: str) -> None:
    await page.context.clear_cookies()
    await page.goto(f"{url}/sign-in?next=/password")
    await page.fill("input[name=login]", login)
    await page.fill("input[name=password]", PASSWORD)
    await page.press("input[name=password]", "Enter")
    await page.wait_for_url(f"{url}/password")


async def looked_at(page: Page, address: str) -> None:
    """It is there, axe has nothing to say, and nothing is cut off at its side."""
    answer = await page.goto(address)
    assert answer
    assert answer.ok, address
    assert await inaccessible(page) == [], address
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


async def test_the_supervisors_pages(stage: Stage, page: Page) -> None:
    await sign_in(page, stage.url, "vera")
    for path in (f"/recordings/{TALK}", "/debtors/1", "/reports", "/reports/outcomes", "/operators"):
        await looked_at(page, stage.url + path)


async def test_the_registers_are_filled_by_the_keyboard_alone(stage: Stage, books: Books, page: Page) -> None:
    await sign_in(page, stage.url, "boris")
    for path, first, typed in (
        ("lines", "#number", ("+78005553535", "#hours", "09:00-18:00")),
        ("numbers", "#number", ("+78005553535", "#label", "Дозвон", "#operator_contract", "7")),
        ("shifts?operator=anna", "#hours", ("09:00-13:00, 14:00-18:00",)),
    ):
        address = f"{stage.url}/settings/{path}"
        await looked_at(page, address)
        await page.locator(first).focus()
        await page.keyboard.press("Control+a")
        for word in typed:
            if word.startswith("#"):
                await tab_to(page, word)
                await page.keyboard.press("Control+a")
            else:
                await page.keyboard.type(word)
        await page.keyboard.press("Enter")
        await expect(page.locator(".last-change")).to_be_visible()
        assert await inaccessible(page) == [], address
    with books.read() as tx:
        assert [str(one.hours[0]) for one in tx.lines.all() if one.hours] == ["09:00-18:00"]
        assert {one.number for one in tx.numbers.all()} == {CALLER.number, "+78005553535"}
        assert [one.weekday for one in tx.shifts.all()] == [0, 1, 2, 3, 4]
    for path in ("lines?number=%2B78005553535", "numbers?number=%2B78005553535", "holidays"):
        await looked_at(page, f"{stage.url}/settings/{path}")


async def tab_to(page: Page, field: str) -> None:
    """On with the Tab key until it is reached."""
    for _ in range(50):
        await page.keyboard.press("Tab")
        if await page.locator(field).evaluate("one => one === document.activeElement"):
            return
    pytest.fail(f"{field} is not reached by Tab")


async def test_what_a_bailiff_says(
    books: Books, tmp_path: Path, redis_server: str, page: Page, page_faults: Faults
) -> None:
    """The form with a row for each proceeding, in the desk where it is filled in, with a fault in it."""
    now = SystemClock().now()
    async with desk_stage(books, tmp_path, redis_server) as desk:
        bailiff = bailiff_of(books, desk.debtors[0], tmp_path, now)
        talked(books, bailiff, TOUCH, desk.floor.operator, now)
        await desk.sit_down(page)
        await desk.floor.call("wrap_up", bailiff.id)
        await page.locator(".pick[hx-vals*='bailiff.results']").click()
        await expect(page.locator("select[name^=status-]")).to_be_visible()
        assert await inaccessible(page) == []
        await page.keyboard.press("Alt+s")
        await expect(page.locator(".sheet .notice.bad")).to_be_visible()
        assert await inaccessible(page) == []
        await page.close()  # before its server does
    page_faults.forgive("status of 422")  # what was refused


async def test_what_an_operator_opens_in_a_page_of_its_own(stage: Stage, page: Page) -> None:
    await sign_in(page, stage.url, "anna")
    talk = f"/desk/talks/{TALK}"
    for path in ("/desk/day", "/inbox", "/debtors/1"):
        await looked_at(page, stage.url + path)
    token = await page.locator("input[name=csrf]").first.get_attribute("value")
    headers = {"X-CSRF-Token": token or ""}
    today = f"{SystemClock().now().date()}"
    agreed = {"code": "promise.instalments", "date": today, "sum": "1000", "parts": "3"}
    for path, form in ((f"{talk}/identified", {"debtor": "1"}), (talk, agreed)):
        answer = await page.request.post(stage.url + path, form={**form}, headers=headers)
        assert answer.ok, await answer.text()
    await looked_at(page, f"{stage.url}{talk}/schedule")


async def test_the_payment_page(stage: Stage, page: Page) -> None:
    for width in (360, 1366):
        await page.set_viewport_size({"width": width, "height": 768})
        await looked_at(page, f"{stage.url}/p/{stage.link}")
