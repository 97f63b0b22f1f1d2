"""The payment page: what whoever has the link sees and may do, and what all others see."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dialer.handlers.payment_link import new_link
from domain.callback import CallbackState
from domain.payment_link import LASTS
from domain.touch import TouchId
from ledger.books import Books
from tests.agent_console.stage import Console
from tests.ledger.rows import BASIS, add_debtor

pytestmark = pytest.mark.unit

PHONE = "+79160000001"


@pytest.fixture
def token(console: Console, books: Books) -> str:
    """The link of a debtor who owes 1234 roubles."""
    with books.write() as tx:
        portfolio = tx.portfolios.put(
            "heat", creditor="Тепловые <сети>", contact_phone="+78000000000", basis=BASIS
        )
        debtor = add_debtor(tx, portfolio.id, "A", PHONE, roubles=1234)
        link = new_link(debtor.id, TouchId("e" * 32), console.clock.now())
        tx.payment_links.add([link])
    return link.token


async def test_it_shows_sum_and_account_to_whoever_has_the_link(console: Console, token: str) -> None:
    async with console.browser() as stranger:
        shown = await stranger.get(f"/p/{token}")
    assert shown.status_code == 200
    assert "1,234.00" in shown.text
    assert "Тепловые &lt;сети&gt;" in shown.text
    assert "+7 800 000-00-00" in shown.text
    assert PHONE not in shown.text
    assert "noindex" in shown.text
    assert shown.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("wrong", ["x", "0" * 300, "..%2f..%2fusers", "'--"])
async def test_without_a_valid_link_there_is_nothing(console: Console, token: str, wrong: str) -> None:
    async with console.browser() as stranger:
        assert (await stranger.get(f"/p/{wrong}")).status_code == 404
        assert (await stranger.post(f"/p/{wrong}/paid")).status_code == 404


async def test_a_link_expires(console: Console, token: str) -> None:
    console.clock.goes_on(LASTS)
    async with console.browser() as stranger:
        shown = await stranger.get(f"/p/{token}")
        assert shown.status_code == 404
        assert "not valid any more" in shown.text
        assert "1,234" not in shown.text


async def test_a_messengers_preview_sees_no_sum_and_opens_nothing(
    console: Console, books: Books, token: str
) -> None:
    async with console.browser() as robot:
        shown = await robot.get(f"/p/{token}", headers={"User-Agent": "TelegramBot (like TwitterBot)"})
    assert shown.status_code == 200
    assert "1,234" not in shown.text
    with books.read() as tx:
        link = tx.payment_links.find(token)
    assert link
    assert link.opened_at is None


async def test_its_buttons_are_heard(console: Console, books: Books, token: str) -> None:
    async with console.browser() as stranger:
        paid = await stranger.post(f"/p/{token}/paid")
        called = await stranger.post(f"/p/{token}/call")
        assert [paid.status_code, called.status_code] == [303, 303]
        assert "Thank you. We wait" in (await stranger.get(paid.headers["location"])).text
        assert "We will call you" in (await stranger.get(called.headers["location"])).text
    with books.read() as tx:
        assert tx.call_backs.counts() == {CallbackState.OWED: 1}
        due = tx.call_backs.due(console.clock.now() + timedelta(hours=1), 5)
    assert [one.phone for one in due] == [PHONE]


async def test_another_site_presses_no_button(console: Console, books: Books, token: str) -> None:
    async with console.browser() as stranger:
        refused = await stranger.post(f"/p/{token}/call", headers={"Origin": "https://evil.example"})
    assert refused.status_code == 403
    with books.read() as tx:
        assert tx.call_backs.counts() == {}


@pytest.mark.parametrize("strange", ["?said=%3Cscript%3E", "?said=other"])
async def test_it_says_nothing_that_a_link_makes_up(console: Console, token: str, strange: str) -> None:
    async with console.browser() as stranger:
        shown = await stranger.get(f"/p/{token}{strange}")
    assert shown.status_code == 200
    assert "notice" not in shown.text
    assert "<script>" not in shown.text


async def test_a_browser_may_press_them(console: Console, token: str) -> None:
    """A page that hides where it is makes browsers send `Origin: null`, which is another site's."""
    async with console.browser() as stranger:
        shown = await stranger.get(f"/p/{token}")
    assert shown.headers["referrer-policy"] == "same-origin"
    assert 'name="referrer"' not in shown.text
