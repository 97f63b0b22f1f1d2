"""A real AMD() and a real wait for the beep, against people, machines and silence of the town."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from asterisk.channel_log import read_channel_log
from asterisk.events import to_call_event
from asterisk.install import Installation
from asterisk.machines import MachineDetection
from asterisk.node import Node, NodePlan
from asterisk.ports import free_port
from asterisk.town import Town, TownPlan
from domain.call_events import MachineJudged
from domain.touch import TouchId
from tests.asterisk.raw_ami import raw_ami
from tests.polling import until

pytestmark = pytest.mark.integration

SCRIPT = """[machines]
exten = s,1,Answer()
 same = n,Gosub(dozvon-machine,s,1)
 same = n,Hangup(16)
"""

Sound = npt.NDArray[np.float64]


def tone(hertz: int, seconds: float) -> Sound:
    sound: Sound = 0.4 * np.sin(2 * np.pi * hertz * np.arange(int(8_000 * seconds)) / 8_000)
    return sound


def silence(seconds: float) -> Sound:
    return np.zeros(int(8_000 * seconds))


HELLO = np.concatenate([silence(0.2), tone(220, 0.5), silence(4)])
GREETING = np.concatenate([silence(0.2), *[tone(180 + 40 * (n % 5), 0.3) for n in range(10)]])
PEOPLE: dict[str, tuple[Sound, tuple[str, bool]]] = {
    "00": (HELLO, ("human", False)),
    "01": (np.concatenate([GREETING, silence(0.3), tone(1000, 0.5)]), ("machine", True)),
    "02": (np.concatenate([GREETING, silence(6)]), ("machine", False)),
    "03": (silence(4), ("unsure", False)),
}
"""What is heard after the answer, and the verdict with whether a beep was heard."""


@asynccontextmanager
async def node_of(installation: Installation, folder: Path) -> AsyncIterator[Node]:
    (folder / "says").mkdir()
    for name, (sound, _) in PEOPLE.items():
        soundfile.write(folder / "says" / f"{name}.wav", sound, 8_000, subtype="PCM_16")
    plan = TownPlan(ring=(0.1, 0.1), sayings=folder / "says", sends_silence=True)
    town = Town(folder / "town", free_port(), plan, installation)
    ports = (free_port(), free_port("tcp"), town.sip_port)
    detection = MachineDetection(beep_wait_s=4)
    node = Node(
        NodePlan("node1", folder / "node", *ports, folder / "prompts", machines=detection), installation
    )
    try:
        await asyncio.gather(town.start(), node.start())
        await node.install_script("machines", SCRIPT)
        yield node
    finally:
        await asyncio.gather(town.stop(), node.stop())


async def test_who_answered_is_told_to_us_and_to_the_channel_log(
    installation: Installation, folder: Path
) -> None:
    touches = {place: TouchId(f"019aa7c0004070008000{int(place):012d}") for place in PEOPLE}
    async with node_of(installation, folder) as node, raw_ami(node.plan) as ami:
        for place, touch in touches.items():
            await ami.originate(touch, f"79160009991{place}", "machines")
        await ami.until(len(touches), Event="Hangup")
        events = [to_call_event(message, datetime(2026, 3, 10, tzinfo=UTC)) for message in ami.messages]
        told = {event.touch: event for event in events if isinstance(event, MachineJudged)}
        assert {p: (told[t].verdict, told[t].beep) for p, t in touches.items()} == {
            place: verdict for place, (_, verdict) in PEOPLE.items()
        }

        def logged() -> dict[str, tuple[str, str, bool]]:
            found = read_channel_log(node.cel_path, list(touches.values())).values()
            judged = (event for events in found for event in events if isinstance(event, MachineJudged))
            return {event.touch: (event.verdict, event.cause, event.beep) for event in judged}

        same = {touch: (event.verdict, event.cause, event.beep) for touch, event in told.items()}
        await until(lambda: logged() == same, what="the same in the channel log")
