"""A reply is answered in a real browser, by keyboard alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from redis.asyncio import Redis

from agent_console.services import Services
from dialer.clock import SystemClock
from dialer.settings import Settings
from domain.reply import Meaning, Reply, ReplyState
from domain.touch import Channel, TouchId
from domain.user import Language, Role
from ledger.books import Books
from tests.agent_console.browser import inaccessible
from tests.agent_console.desks import served
from tests.agent_console.stage import PASSWORD, Console
from tests.dialer.messages.post import SMSC
from tests.ledger.rows import BASIS, CALLER, add_campaign, add_debtor

pytestmark = pytest.mark.integration

PHONE = "+79160000001"
BODY = "name: test\nregime: us-reg-f\nsegments:\n- {id: all, stop: nobody}\n"
SENT = "Тепло: Оплату видим, спасибо +78000000000"


def noon_abroad() -> str:
    """Where it is noon now, so that the rules allow it at any hour of the test."""
    return f"Etc/GMT{SystemClock().now().hour - 12:+d}"


def replied(books: Books) -> None:
    """A debtor has answered a message."""
    now = SystemClock().now()
    with books.write() as tx:
        tx.numbers.put(CALLER)
        portfolio = tx.portfolios.put("heat", creditor="Тепло", contact_phone="+78000000000", basis=BASIS)
        add_campaign(tx, portfolio.id, body=BODY)
        debtor = add_debtor(tx, portfolio.id, "A1", PHONE, zones=noon_abroad())
        came = Reply("smsc", "1", PHONE, "Я оплатил вчера", now - timedelta(hours=1), Channel.SMS)
        made_up = TouchId("0" * 32)
        tx.replies.add(came, made_up, Meaning.OTHER, ReplyState.NEW, debtor_id=debtor.id, answers=None)


async def test_a_reply_is_answered_by_keyboard(
    books: Books, console: Console, tmp_path: Path, page: Page
) -> None:
    vera = console.user("vera", Role.SUPERVISOR)
    replied(books)
    with books.write() as tx:
        tx.users.set_language(vera.id, Language.RU)
    values = console.settings.model_dump() | {"providers": [SMSC], "redis_url": "redis://127.0.0.1:1/0"}
    redis = Redis.from_url(f"unix://{tmp_path / 'nobody.sock'}")
    async with served(Services(Settings.model_validate(values), books, redis, SystemClock())) as url, page:
        await page.goto(f"{url}/inbox")
        await page.fill("#login", "vera")
        await page.fill("#password", PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url(
            f"{url}/inbox"
        )  # whole: before its scripts are there, no button does anything
        await page.get_by_role("button", name="Ответить").press("Enter")
        text = page.get_by_role("textbox", name="Ваш ответ")
        await expect(text).to_be_focused()
        assert await inaccessible(page) == []
        await page.get_by_role("button", name="Сумма и оплата по ссылке").press("Enter")
        await expect(text).to_have_value(
            "Тепло: сумма и способы оплаты на вашей странице: {link} Вопросы: +78000000000"
        )
        await text.fill("{нет}")
        await expect(page.get_by_text("Нет переменной {нет}")).to_be_visible()
        assert await inaccessible(page) == []
        await text.fill("Оплату видим, спасибо")
        await expect(page.get_by_text(SENT)).to_be_visible()
        await text.press("Control+Enter")
        await expect(page.get_by_text("Ответ отправлен")).to_be_visible()
        await expect(page.get_by_text("Никто не ждёт ответа")).to_be_visible()
    with books.read() as tx:
        said = tx.connection.exec_driver_sql("SELECT text FROM message").scalars().all()
    assert said == [SENT]
