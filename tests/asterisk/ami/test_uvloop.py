"""The link and the simulator on uvloop, whose transports differ from asyncio's in the details used here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
import uvloop

from asterisk.ami import AmiLink, LinkLost, LinkUp
from tests.asterisk.ami.scripted import QUICK, Inbox, ScriptedAsterisk, link_to, take
from tests.polling import until

pytestmark = pytest.mark.unit

Scenario = Callable[[ScriptedAsterisk], Awaitable[None]]


async def loses_and_comes_back(server: ScriptedAsterisk) -> None:
    link, inbox = await opened(server)
    server.hang_up()
    assert isinstance(await take(inbox), LinkLost)
    assert await take(inbox) == LinkUp("n1", 2)
    assert (await link.action("Ping"))["Ping"] == "Pong"
    await link.aclose()


async def notices_silence(server: ScriptedAsterisk) -> None:
    link, inbox = await opened(server)
    server.answers_pings = False
    assert isinstance(await take(inbox), LinkLost)
    await link.aclose()


async def pauses_and_resumes(server: ScriptedAsterisk) -> None:
    link, inbox = link_to(server, replace(QUICK, most_waiting=10))
    await link.open()
    server.say("Event: E\n\n" * 1000)
    await until(lambda: inbox.qsize() > 10)
    for _ in range(1001):
        await take(inbox)
    server.say("Event: Last\n\n")
    assert await take(inbox) == {"Event": "Last"}
    await link.aclose()


async def opened(server: ScriptedAsterisk) -> tuple[AmiLink, Inbox]:
    """A link that is up, and its inbox."""
    link, inbox = link_to(server)
    await link.open()
    assert await take(inbox) == LinkUp("n1", 1)
    return link, inbox


@pytest.mark.parametrize("scenario", [loses_and_comes_back, notices_silence, pauses_and_resumes])
def test_on_uvloop(scenario: Scenario) -> None:
    async def play() -> None:
        async with ScriptedAsterisk() as server:
            await scenario(server)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(play())
