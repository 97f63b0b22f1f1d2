"""Debtors who answer the dialogue robot in words: a real Asterisk, the speech server, the fake's tones for words."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile

from asterisk.install.installation import installation_in, installation_in_path
from asterisk.town.roles import SPEAKING_BLOCK
from domain.touch import Outcome
from domain.verdict import judge
from ivr_scripts.load import shipped_script
from ivr_scripts.prompts.audio import RATE_HZ
from ivr_scripts.speech.fake import ToneEars
from ivr_scripts.speech.server import SpeechServer
from tests.asterisk.raw_ami import raw_ami
from tests.ivr_scripts.branches import Branch, told
from tests.ivr_scripts.stage import CALLS_S, call, hurried, spoken_in_tones, touch_of, world
from tests.ivr_scripts.telephone import folded, speech
from tests.ivr_scripts.test_dialplan import reported

pytestmark = pytest.mark.integration

TALKS = (
    Branch("promises", ("да", "нет", "один", "завтра", "да", "полторы тысячи рублей", "да")),
    Branch("wants an operator", ("да", "нет", "оператор")),
    Branch("has paid", ("да", "да")),
    Branch("refuses", ("да", "нет", "не буду платить")),
    Branch("complains", ("да", "нет", "жалоба")),
    Branch("is not the debtor", ("нет",)),
    Branch("takes a date back", ("да", "нет", "один", "завтра", "нет", "через неделю", "да")),
    Branch("makes no sense", ("ничего не понимаю", "ничего не понимаю", "ничего не понимаю")),
)


@pytest.fixture
def folder(folder: Path) -> Path:
    """With a place for what callers say."""
    (folder / "says").mkdir()
    return folder


async def test_talks_with_the_dialogue_robot(folder: Path, root_folder: Path) -> None:
    script = hurried(shipped_script("dialogue_robot"))
    store = spoken_in_tones(folder, [script])
    for place, talk in enumerate(TALKS):
        voice = speech(talk.events(script), store)
        soundfile.write(folder / "says" / f"{place:02d}.wav", voice, RATE_HZ, subtype="PCM_16")
    asterisk = installation_in_path() or installation_in(root_folder)
    async with (
        SpeechServer(ToneEars()).listen("127.0.0.1", 0) as port,
        world(folder, asterisk, store, sayings=folder / "says", speech_port=port) as here,
    ):
        await here.install(script)
        async with raw_ami(here.node.plan) as ami:
            for place in range(len(TALKS)):
                await call(ami, place, script, store, block=SPEAKING_BLOCK)
            await ami.until(len(TALKS), seconds=CALLS_S, Event="Hangup")
    lines = {
        talk.name: [line for line in reported(ami, touch_of(place)) if not line.startswith("Heard ")]
        for place, talk in enumerate(TALKS)
    }
    assert lines == {talk.name: told(talk.events(script)) for talk in TALKS}
    promised = folded(ami.messages, touch_of(0))
    assert dict(promised.answers)["promise_date"] == "2026-03-11"
    assert dict(promised.answers)["promise_sum"] == "1500"
    assert (promised.result, judge(promised).outcome) == ("promise", Outcome.MSG_DELIVERED)
