"""Links: to a scripted server, and to a simulated Asterisk with a town of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from asterisk.ami import AmiAddress, AmiLink, LinkUp
from asterisk.ami.simulator import Simulator
from tests.asterisk.ami.scripted import QUICK, Inbox, ScriptedAsterisk, link_to, take
from tests.asterisk.ami.simulated import FAST, Clock


@pytest.fixture
async def server() -> AsyncIterator[ScriptedAsterisk]:
    async with ScriptedAsterisk() as running:
        yield running


@pytest.fixture
async def opened(server: ScriptedAsterisk) -> AsyncIterator[tuple[AmiLink, Inbox]]:
    link, inbox = link_to(server)
    await link.open(5.0)
    assert await take(inbox) == LinkUp("n1", 1)
    yield link, inbox
    await link.aclose()


@pytest.fixture
async def simulator(tmp_path: Path) -> AsyncIterator[Simulator]:
    address = AmiAddress("127.0.0.1", 0, "dozvon", "very-secret")
    record, channel_log = tmp_path / "cdr.json", tmp_path / "cel.json"
    async with Simulator(
        address, Clock(), record=record, channel_log=channel_log, time_scale=FAST
    ) as running:
        yield running


@pytest.fixture
async def simulated_link(simulator: Simulator) -> AsyncIterator[tuple[AmiLink, Inbox]]:
    inbox: Inbox = asyncio.Queue()
    link = AmiLink("n1", simulator.address, inbox, replace(QUICK, beat_s=0.2))
    await link.open(5.0)
    assert await take(inbox) == LinkUp("n1", 1)
    yield link, inbox
    await link.aclose()
