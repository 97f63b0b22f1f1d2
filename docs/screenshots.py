"""``make screenshots``: the screens in both languages into docs/screens, over a made-up town and a floor that is played.

No line of the world can be anybody's data: see `dialer.demo.portfolio` on its phones.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, Page, ViewportSize, async_playwright
from redis.asyncio import Redis

from agent_console.services import Services
from dialer.cli.main import run
from dialer.clock import SystemClock
from dialer.handlers.users import add_user
from dialer.passwords import hash_password
from dialer.private.redis import PrivateRedis, redis_program
from dialer.settings import Settings
from domain.errors import EnvironmentFault
from domain.user import COMMAND_LINE, Language, Role
from ledger.books import Books
from tests.agent_console.desks import FakeFloor, served

TARGET = Path(__file__).parent / "screens"
SIZE = ViewportSize(width=1366, height=768)
PASSWORD = "a password for pictures"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]

# ruff: noqa: E501, the files of creditors have long lines
DEBTORS = """\
external_id,account,name,region,service,sum,oldest_unpaid,phones,stage,vulnerable,penalty,address,birth_year
A-1041,770412001,Кузнецова Мария Петровна,RU-SVE,Отопление,18450.60,2026-04,+79350000001; +79350000009,enforcement,нет,912.40,"Екатеринбург, ул. Мира, 4-17",1979
A-1042,770412002,Кузнецов Олег Иванович,RU-SVE,Электроэнергия,5230.00,2026-07,+79350000002; +79350000009,pre_court,нет,,"Екатеринбург, ул. Мира, 4-17",1975
A-1043,770412003,Степанова Вера Львовна,RU-TYU,Водоснабжение,7410.15,2026-06,+79350000003,pre_court,да,,"Тюмень, ул. Садовая, 9-2",1948
"""
PROCEEDINGS = """\
external_id,number,opened_on,sum,document,department,bailiff,bailiff_phone
A-1041,18455/26/66001-ИП,2026-08-11,18450.60,ВС 118204411,Кировский РОСП Екатеринбурга,Лаптева Ирина Сергеевна,+73430000001
A-1042,19020/26/66001-ИП,2026-09-02,5230.00,ВС 118204977,Кировский РОСП Екатеринбурга,Лаптева Ирина Сергеевна,+73430000001
"""
STRATEGY = """\
name: autumn
title: Осень
regime: ru-230fz-agency
policies: [attempts-3-a-day]
segments:
  - id: enforcement
    title: Исполнительное производство
    when: {stage: enforcement}
    steps: [{id: explain, call: {mode: predictive, script: Расскажите о субсидии и рассрочке}}]
  - id: young
    title: До 6 месяцев
    steps: [{id: explain, call: {mode: predictive, script: Расскажите о субсидии и рассрочке}}]
"""
COMMANDS = (
    "number set +78000000000 --contract 17 --label ТеплоСеть --category utilities --valid-from 2026-01-01",
    "portfolio set heat --creditor ТеплоСеть --phone +78000000000 --basis contract-17 --valid-from 2026-01-01",
    "import debtors debtors.csv --portfolio heat",
    "import proceedings proceedings.csv --portfolio heat",
    "campaign start autumn --portfolio heat --strategy autumn.yaml --caller +78000000000",
    "operator add anna --name Анна_Белова --browser",
)


def build(folder: Path) -> Books:
    """The books that the pictures show."""
    os.environ |= {"DOZVON_HOME": str(folder), "DOZVON_DEMO": "true"}
    (folder / "debtors.csv").write_text(DEBTORS, encoding="utf-8")
    (folder / "autumn.yaml").write_text(STRATEGY, encoding="utf-8")
    (folder / "proceedings.csv").write_text(PROCEEDINGS, encoding="utf-8")
    os.chdir(folder)
    for line in COMMANDS:
        if status := run([word.replace("_", " ") for word in line.split()]):
            sys.exit(f"dozvon {line}: exit status {status}")
    return Books.open(Settings(home=folder).database_url)


Scene = Callable[[FakeFloor, Page], Awaitable[None]]


async def talking(floor: FakeFloor, page: Page) -> None:
    """In a call, before anybody knows who speaks."""
    await floor.call("talking", 1, number="+79350000001", campaign="autumn", segment="enforcement")


async def identified(floor: FakeFloor, page: Page) -> None:
    """It is the debtor himself."""
    await talking(floor, page)
    await page.locator("#card").wait_for()
    await page.keyboard.press("y")
    await page.locator(".identity.done").wait_for()


async def wrap_up(floor: FakeFloor, page: Page) -> None:
    """The call is written down."""
    await floor.call("wrap_up", 1, number="+79350000001", campaign="autumn", segment="enforcement")


async def several(floor: FakeFloor, page: Page) -> None:
    """A family's phone calls us."""
    facts = {"direction": "in", "number": "+79350000009", "caller": "several", "line": "+78000000000"}
    await floor.call("talking", 1, 2, touch=f"{2:032}", **facts)


async def unknown(floor: FakeFloor, page: Page) -> None:
    """Nobody knows the number."""
    facts = {"direction": "in", "number": "+79350000077", "caller": "unknown"}
    await floor.call("talking", touch=f"{3:032}", **facts)


async def bailiff(floor: FakeFloor, page: Page) -> None:
    """A bailiff calls."""
    official = {"name": "Лаптева Ирина Сергеевна", "department": "Кировский РОСП Екатеринбурга"}
    facts = {"direction": "in", "number": "+73430000001", "caller": "bailiff", "bailiff": official}
    await floor.call("talking", touch=f"{4:032}", **facts)


async def preview(floor: FakeFloor, page: Page) -> None:
    """Somebody is shown before he is called."""
    shown = {
        "campaign": "autumn",
        "mode": "preview",
        "debtor": "A-1043",
        "debtor_id": 3,
        "phone": "+79350000003",
    }
    shown |= {"desk": "operators", "script": "", "step": "explain", "why": "", "since": "", "touch": None}
    await floor.be("paused", reason="preview", preview=shown)


async def missed(floor: FakeFloor, page: Page) -> None:
    """His phone rang in vain."""
    await floor.be("paused", reason="missed offer")


async def pausing(floor: FakeFloor, page: Page) -> None:
    """He chooses why he pauses."""
    await floor.be("ready")
    await page.locator(".is-ready").wait_for()
    await page.keyboard.press("Alt+p")


def state(name: str) -> Scene:
    """Nothing but a state."""

    async def play(floor: FakeFloor, page: Page) -> None:
        await floor.be(name)

    return play


SCENES: dict[str, Scene] = {
    "desk-offline": state("offline"),
    "desk-ready": state("ready"),
    "desk-pausing": pausing,
    "desk-missed": missed,
    "desk-phone-lost": state("phone_lost"),
    "desk-preview": preview,
    "desk-talking": talking,
    "desk-identified": identified,
    "desk-wrap-up": wrap_up,
    "desk-several": several,
    "desk-unknown": unknown,
    "desk-bailiff": bailiff,
}


async def shoot(browser: Browser, url: str, floor: FakeFloor, language: str) -> None:
    """All scenes in one language."""
    context = await browser.new_context(viewport=SIZE, locale=language)
    page = await context.new_page()
    await page.goto(f"{url}/sign-in?next=/desk")
    await page.fill("input[name=login]", "anna")
    await page.fill("input[name=password]", PASSWORD)
    await page.press("input[name=password]", "Enter")
    await page.locator("details.account").click()
    await page.locator(f"button[lang={language}]").click()
    for name, scene in SCENES.items():
        await page.goto(f"{url}/desk")
        await page.locator("#bar").wait_for()
        await scene(floor, page)
        shown = f"#bar[data-state='{floor.row['state']}'][data-touch='{floor.row['touch'] or ''}']"
        await page.locator(shown).wait_for()
        await page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        await page.evaluate(
            "document.getElementById('notices').replaceChildren()"
        )  # played calls are in no book
        await page.screenshot(path=TARGET / f"{name}-{language}.png")
    await context.close()


async def main(only: str) -> None:
    """Build the world, play it, look at it."""
    TARGET.mkdir(exist_ok=True)
    for name in [name for name in SCENES if only not in name]:
        del SCENES[name]
    with TemporaryDirectory(prefix="dz-shots-") as temporary:
        folder = Path(temporary)
        books = build(folder)
        redis_process = PrivateRedis(folder / "redis", redis_program())
        await redis_process.start()
        redis = Redis.from_url(redis_process.url)
        try:
            await play(Services(Settings(home=folder, demo=True), books, redis, SystemClock()), redis)
        finally:
            await redis.aclose()
            redis_process.stop()
            books.close()


async def play(services: Services, redis: Redis) -> None:
    """An operator, in each language, over the played floor."""
    now, hashed = services.now(), hash_password(PASSWORD)
    with services.books.write() as tx:
        operator = tx.operators.find("anna").id
        add_user(
            tx, "anna", "Анна Белова", Role.OPERATOR, hashed, must_change=False, by=COMMAND_LINE, now=now
        )
    floor = FakeFloor(redis, operator, "anna")
    await floor.be("offline")
    answering = asyncio.create_task(floor.answer(), name="fake floor")
    program = shutil.which("chromium")
    if program is None:
        raise EnvironmentFault("chromium is not in PATH", remedy="run `make browser`")
    async with served(services) as url, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        for language in Language:
            await shoot(browser, url, floor, language)
        await browser.close()
    answering.cancel()
    with suppress(asyncio.CancelledError):
        await answering


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else ""))
