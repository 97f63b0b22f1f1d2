"""The real way of a voice: a debtor's phone, a real Asterisk, the speech server, and back into the dialplan.

The town plays tones, the fake recogniser knows what they mean; everything between is the product's own.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from asterisk.install.installation import Installation, installation_in, installation_in_path
from asterisk.node import Node, NodePlan
from asterisk.ports import free_port
from asterisk.town import Town, TownPlan
from ivr_scripts.speech.fake import ToneEars, said
from ivr_scripts.speech.server import SpeechServer
from tests.asterisk.raw_ami import Message, RawAmi, raw_ami
from tests.polling import until

pytestmark = pytest.mark.integration

PROMPT_S = 3.0
SILENCE = np.zeros(8_000)
SAYINGS = {
    "00": said("да"),
    "01": SILENCE,
    "02": said("ничего не понимаю"),
    "03": said("через неделю"),
    "04": said("да", loudness=0.05),
    "05": np.concatenate([said("нет"), np.zeros(28_000), said("да")]),
}
PRESSES_2 = "79160999003"


def speaker(saying: str) -> str:
    return f"791600{saying}9991{saying}"


def script(*questions: str, wait: int = 1) -> str:
    """A dialplan that asks, waits so many seconds behind the prompt, and tells what came back."""
    lines = ["[hearing]", "exten = s,1,Answer()"]
    for question in questions:
        lines += [
            f" same = n,Gosub(dozvon-listen,s,1(asked,{question},{wait},1,dz/prompt))",
            " same = n,UserEvent(Told,By: ${DZ_BY},Answer: ${DZ_ANSWER},Words: ${DZ_WORDS},Ears: ${DZ_EARS})",
        ]
    return "\n".join([*lines, " same = n,Hangup(16)", ""])


@dataclass(frozen=True)
class World:
    node: Node
    ami: RawAmi

    async def call(self, *numbers: str) -> list[list[Message]]:
        """Calls all at once, and tells for each what its script told, in order."""
        before = len(self.ami.matching(Event="Hangup"))
        touches = [f"019aa7c0-{before:04d}-7000-8000-{place:012d}" for place in range(len(numbers))]
        for touch, number in zip(touches, numbers, strict=True):
            await self.ami.originate(touch, number, "hearing")
        await self.ami.until(before + len(numbers), Event="Hangup")
        return [self.ami.matching(UserEvent="Told", Uniqueid=touch) for touch in touches]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A short path: a control socket's name may have 107 bytes."""
    path = Path(tempfile.mkdtemp(prefix="dz-"))
    (path / "prompts").mkdir()
    (path / "says").mkdir()
    for name, sound in SAYINGS.items():
        soundfile.write(path / "says" / f"{name}.wav", sound, 8_000, subtype="PCM_16")
    prompt = 0.2 * np.sin(2 * np.pi * 450 * np.arange(int(8_000 * PROMPT_S)) / 8_000)
    soundfile.write(path / "prompts" / "prompt.wav", prompt, 8_000, subtype="PCM_16")
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def asterisk(root_folder: Path) -> Installation:
    return installation_in_path() or installation_in(root_folder)


@asynccontextmanager
async def world_of(
    folder: Path, asterisk: Installation, speech_port: int, *questions: str, wait: int = 1
) -> AsyncIterator[World]:
    """A town of people who speak, and a node whose ears are at that port."""
    plan = TownPlan(
        ring=(0.1, 0.1), press_after=0.3, sayings=folder / "says", speaks_after=0.3, sends_silence=True
    )
    town = Town(folder / "town", free_port(), plan, asterisk)
    ports = (free_port(), free_port("tcp"), town.sip_port)
    url = f"ws://127.0.0.1:{speech_port}/" if speech_port else ""
    node = Node(NodePlan("node1", folder / "node", *ports, folder / "prompts", speech_url=url), asterisk)
    try:
        await asyncio.gather(town.start(), node.start())
        await node.install_script("hearing", script(*questions, wait=wait))
        async with raw_ami(node.plan) as ami:
            yield World(node, ami)
    finally:
        await asyncio.gather(town.stop(), node.stop())


async def test_what_debtors_say_comes_back_to_the_script(folder: Path, asterisk: Installation) -> None:
    server = SpeechServer(ToneEars())
    async with (
        server.listen("127.0.0.1", 0) as port,
        world_of(folder, asterisk, port, "ru/yes_no") as world,
    ):
        numbers = [speaker(saying) for saying in ("00", "01", "02", "04")]
        told = [calls[0] for calls in await world.call(*numbers, PRESSES_2)]
        assert [(call["By"], call["Answer"], call["Words"]) for call in told] == [
            ("speech", "yes", "да"),
            ("silence", "", ""),
            ("unsure", "", "ничего не понимаю"),
            ("unsure", "", "да"),
            ("digits", "2", ""),
        ]
        heard = [message for message in world.ami.messages if message.get("UserEvent") == "DozvonHeard"]
        assert {(m["Node"], m["By"], m["Answer"], m["Score"], m["Words"]) for m in heard} == {
            ("asked", "speech", "yes", "95", "да"),
            ("asked", "unsure", "", "0", "ничего не понимаю"),
            ("asked", "unsure", "", "0", "да"),
        }
        await until(lambda: server.streams == 0, what="every stream closed")


async def test_two_questions_of_one_call(folder: Path, asterisk: Installation) -> None:
    async with (
        SpeechServer(ToneEars()).listen("127.0.0.1", 0) as port,
        world_of(folder, asterisk, port, "ru/yes_no", "ru/yes_no", "-", wait=3) as world,
    ):
        (told,) = await world.call(speaker("05"))
        assert [(call["By"], call["Answer"]) for call in told] == [
            ("speech", "no"),
            ("speech", "yes"),
            ("silence", ""),
        ]


async def test_without_a_recogniser_a_node_takes_digits(folder: Path, asterisk: Installation) -> None:
    async with world_of(folder, asterisk, 0, "ru/yes_no") as world:
        told = [calls[0] for calls in await world.call(speaker("00"), PRESSES_2)]
        assert [(call["By"], call["Answer"]) for call in told] == [("silence", ""), ("digits", "2")]


@pytest.mark.parametrize("why", ["absent", "busy"])
async def test_a_recogniser_that_is_not_there_for_the_call(
    folder: Path, asterisk: Installation, why: str
) -> None:
    server = SpeechServer(ToneEars(), most_streams=0)
    async with (
        server.listen("127.0.0.1", 0) as port,
        world_of(folder, asterisk, port if why == "busy" else free_port("tcp"), "ru/yes_no") as world,
    ):
        ((told,),) = await world.call(PRESSES_2)
        assert (told["By"], told["Answer"], told["Ears"]) == ("digits", "2", "deaf")


async def test_a_recogniser_that_dies_in_the_middle_of_a_question(
    folder: Path, asterisk: Installation
) -> None:
    server = SpeechServer(ToneEars())
    async with AsyncExitStack() as life:
        port = await life.enter_async_context(server.listen("127.0.0.1", 0))
        async with world_of(folder, asterisk, port, "ru/yes_no", "ru/yes_no") as world:
            calling = asyncio.create_task(world.call(speaker("01")))
            await until(lambda: server.streams == 1, what="a stream")
            await life.aclose()
            ((first, second),) = await calling
    assert [(call["By"], call["Ears"]) for call in (first, second)] == [("silence", "deaf")] * 2
