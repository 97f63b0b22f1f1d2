"""A campaign of the dialogue robot: twenty debtors answer in words, and the log holds what each of them said.

All is the product's own: the dialler, Asterisk, its stream to the ``dozvon speech`` process, and the books. Only the
voices are tones, and the recogniser knows what they mean.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile

from asterisk.town.roles import SPEAKING_BLOCK
from dialer.demo.portfolio import PHONE_CODE
from dialer.script_facts import facts_of
from dialer.settings import SpeechSettings
from dialer.voices import engines_of
from domain.touch import Outcome
from ivr_scripts.conversation import Conversation, Event, Given, Heard, Recorded
from ivr_scripts.load import shipped_script
from ivr_scripts.prompts.audio import RATE_HZ
from ivr_scripts.prompts.store import PromptStore
from tests.e2e.play import MORNING, PORTFOLIO, QUICK_TOWN, Play, open_play
from tests.ivr_scripts.telephone import speech

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("heavy")]

STRATEGY = """\
name: talks
regime: ru-230fz-agency
segments:
  - id: everybody
    steps:
      - {id: talk, ivr: dialogue_robot}
"""
TALKS: tuple[tuple[str, ...], ...] = (
    ("да", "нет", "один", "завтра", "да", "полторы тысячи рублей", "да"),
    ("да", "нет", "один", "завтра", "нет", "через неделю", "да", "полторы тысячи рублей", "да"),
    ("да", "нет", "оператор"),
    ("да", "да"),
    ("нет",),
)
CALLS = 4 * len(TALKS)
PROMISED = {"person": "yes", "paid": "no", "promise_date": "2026-03-11", "promise_sum": "1500"}
"""The answers of the first talk."""


def way_of(play: Play, nth: int) -> list[Event]:
    """What the script does when that debtor answers as he is going to."""
    with play.books.read() as tx:
        portfolio = tx.portfolios.named(PORTFOLIO)
        debtor = tx.debtors.keyed(f"D{nth:05}", portfolio.id)
    facts = facts_of(debtor, portfolio, play.settings.agency, MORNING.date())
    answers = iter(TALKS[nth % len(TALKS)])
    script = shipped_script("dialogue_robot")
    return list(Conversation(script, facts, MORNING.date(), lambda: next(answers, "")).events())


def record_voices(play: Play, ways: Sequence[list[Event]], folder: Path) -> None:
    engine = engines_of(play.settings)[0]
    store = PromptStore(play.settings.prompts.folder, engine.id, engine.voice)
    for nth, way in enumerate(ways):
        voice = speech(way, store, interrupts=True)
        soundfile.write(folder / f"{nth:02d}.wav", voice, RATE_HZ, subtype="PCM_16")


async def test_the_log_holds_what_every_debtor_said(folder: Path, prompts: Path) -> None:
    says = folder / "says"
    says.mkdir()
    town = replace(QUICK_TOWN, sayings=says, sends_silence=True)
    phones = [f"+7{PHONE_CODE}0{SPEAKING_BLOCK}{nth:02}" for nth in range(CALLS)]
    async with open_play(
        *(folder, prompts, phones),
        town=town,
        cps=2.0,
        strategy=(STRATEGY, "talks.yaml"),
        speech=SpeechSettings(recogniser="tones"),
    ) as play:
        ways = [way_of(play, nth) for nth in range(CALLS)]
        record_voices(play, ways, says)
        async with play.dialler("--until-finished") as dialler:
            assert await dialler.ended() == 0
        comparison = await play.compared()
        assert (comparison.invites, comparison.lost, comparison.doubled) == (CALLS, [], [])
        told = logged(play, phones)
        assert told == [expected(way, TALKS[nth % len(TALKS)]) for nth, way in enumerate(ways)]
        assert told[0][:2] == ("promise", PROMISED)


Told = tuple[str, dict[str, str], list[str], Outcome]


def expected(way: list[Event], said: tuple[str, ...]) -> Told:
    """The last result, the answers, the words and the outcome of a call."""
    results = [event.result for event in way if isinstance(event, Recorded)]
    answers = {event.name: event.value for event in way if isinstance(event, Given)}
    assert [event.what for event in way if isinstance(event, Heard)] == list(said)
    wrong = results[-1] == "wrong_person"
    return results[-1], answers, list(said), Outcome.TALK_WRONG_PERSON if wrong else Outcome.MSG_DELIVERED


def logged(play: Play, phones: Sequence[str]) -> list[Told]:
    """The same as the books have it, by phone."""
    touches = {touch.phone: touch for touch in play.touches()}
    heard: dict[str, list[str]] = {}
    for line in play.journal():
        if line.kind == "heard":
            heard.setdefault(line.touch_id, []).append(json.loads(line.facts)["words"])
    return [
        (touch.result, json.loads(touch.answers), heard[touch.id], Outcome(touch.outcome))
        for touch in (touches[phone] for phone in phones)
    ]
