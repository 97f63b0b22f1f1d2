"""What can break in a call, against the real Asterisk and town: the desk comes back to the truth, what was typed is
there, and the operator goes on. Each test has an operator and a debtor of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from tests.agent_console.browser import Faults, choose, driven, fresh
from tests.agent_console.shift import Shift, World, open_world
from tests.polling import until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("heavy"),
    pytest.mark.asyncio(loop_scope="module"),
]

DEBTORS = {f"anna{nth}": f"+7935{nth}999100" for nth in range(1, 6)}
"""Who rings whom: by the operator's login."""
AWAY = ("net::ERR_", "WebSocket", "htmx:sendError", "503", "Response Status Error Code")
"""What a page says while something behind it is away."""
TOO_SOON = "422"
"""Who saves before the books have heard of the end is told so."""
TYPED, LONGER = "о тоне", "о тоне разговора"
CUT_S = 10.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(prompts: Path) -> AsyncIterator[World]:
    """One for all tests. Its path is short: a socket's name may have 107 bytes."""
    with TemporaryDirectory(prefix="dz-") as folder:
        phones, logins = list(DEBTORS.values()), list(DEBTORS)
        async with open_world(Path(folder), prompts, phones=phones, logins=logins) as opened:
            yield opened


@pytest.fixture(scope="module")
def newcomers() -> Iterator[str]:
    """The operators who have not sat down yet."""
    return iter(DEBTORS)


@pytest_asyncio.fixture(loop_scope="module")
async def shift(
    world: World, newcomers: Iterator[str], chromium: str, page_faults: Faults
) -> AsyncIterator[Shift]:
    """An operator in the middle of a call, who has just typed something."""
    page_faults.forgive(*AWAY, TOO_SOON)
    login = next(newcomers)
    try:
        async with (
            driven(chromium) as browser,
            fresh(browser, page_faults) as context,
            world.sits(context, login) as shift,
        ):
            await shift.rings_us(DEBTORS[login])
            await shift.is_in("talking")
            await expect(shift.page.locator(".sheet form")).to_be_visible()
            await choose(shift.page, "8")
            await note(shift).fill(TYPED)
            yield shift
    finally:
        await world.all_hang_up()


def note(shift: Shift) -> Locator:
    """Where the operator types what came of the talk."""
    return shift.page.locator("form[data-draft] [name=note]")


async def phone_is(shift: Shift, state: str) -> None:
    await expect(shift.page.locator("#phone")).to_have_attribute("data-state", state)


async def talks_on(shift: Shift) -> None:
    """The call has gone on all the while, and what was typed is there; he hangs up."""
    await shift.is_cut(off=False)
    await shift.is_in("talking")
    await shift.sound_both_ways(loud=False)
    await expect(note(shift)).to_have_value(TYPED)
    await shift.insists("Alt+End", "wrap_up")


async def goes_on(shift: Shift, typed: str = TYPED) -> None:
    """The call is over; what was typed is there and is saved, and the next call can come."""
    await shift.is_in("wrap_up")
    await expect(note(shift)).to_have_value(typed)
    await phone_is(shift, "registered")
    await shift.insists("Alt+s", "ready")


async def test_f5_ends_the_call_of_the_page_and_nothing_else(shift: Shift) -> None:
    shift.page.once("dialog", lambda dialog: dialog.accept())
    await shift.page.reload()
    await goes_on(shift)


async def test_a_network_that_is_cut_for_ten_seconds(shift: Shift) -> None:
    """The debtor hangs up meanwhile, and the operator types on."""
    now = asyncio.get_running_loop().time
    shift.cut()
    whole_at = now() + CUT_S
    try:
        await note(shift).fill(LONGER)
        await shift.all_hang_up()
        await shift.is_cut(off=True)
        await shift.is_in("talking")
        await until(lambda: now() > whole_at, what="the ten seconds are over")
    finally:
        shift.mend()
    await shift.is_cut(off=False)
    await goes_on(shift, LONGER)


async def test_a_console_that_is_restarted(shift: Shift) -> None:
    await shift.stop_console()
    try:
        await shift.is_cut(off=True)
        await expect(shift.page.locator("#card h1")).to_be_visible()
    finally:
        await shift.start_console()
    await talks_on(shift)
    await goes_on(shift)


async def test_a_redis_that_is_restarted(shift: Shift) -> None:
    """It forgets everything, so the dialler has to take the floor anew."""
    redis = shift.play.stage.redis
    redis.stop()
    try:
        await shift.is_cut(off=True)
    finally:
        await redis.start()
    await talks_on(shift)
    await goes_on(shift)


async def test_an_asterisk_that_is_restarted(shift: Shift) -> None:
    """The call is gone with it; the phone registers again, and the next call comes through."""
    node = shift.play.stage.node
    await node.kill()
    try:
        await phone_is(shift, "lost")
    finally:
        await node.start()
    await goes_on(shift)
    await shift.rings_us(DEBTORS[shift.login])
    await shift.is_in("talking")
    await shift.sound_both_ways(loud=False)
