"""espeak-ng speaks the shipped script: the clips hold speech of the right length and loudness."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from ivr_scripts.conversation import Conversation, Spoken
from ivr_scripts.load import shipped_script, shipped_scripts
from ivr_scripts.prompts.audio import PAUSE_S, RATE_HZ, SPEECH_DBFS
from ivr_scripts.prompts.engines import EngineFault
from ivr_scripts.prompts.engines.espeak import EspeakEngine
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.prompts.synthesise import prepare_prompts
from ivr_scripts.render_call import required_texts
from ivr_scripts.template import PAUSE
from tests.ivr_scripts.branches import FACTS, TODAY

pytestmark = pytest.mark.integration

SOFT, SILENT = 0.01, 0.005
GAP_S = 0.25
"""The margins of two clips, and what a voice itself leaves at the end of a sentence."""

Espeak = tuple[tuple[str, ...], dict[str, str]]


@pytest.fixture
def engine(espeak_command: Espeak) -> EspeakEngine:
    command, environment = espeak_command
    return EspeakEngine(command, environment)


@pytest.fixture
def texts() -> list[str]:
    return required_texts(
        shipped_script("debt_informer"), {"agency": ["агентство Дозвон"], "creditor": ["Энергосбыт"]}
    )


def heard(store: PromptStore, text: str) -> npt.NDArray[np.float64]:
    clip: npt.NDArray[np.float64]
    clip, _ = soundfile.read(
        io.BytesIO(store.path(text).read_bytes()),
        samplerate=RATE_HZ,
        channels=1,
        format="RAW",
        subtype="ALAW",
    )
    return clip


def test_every_clip_of_the_shipped_script(engine: EspeakEngine, texts: list[str], tmp_path: Path) -> None:
    store = prepare_prompts(texts, tmp_path, [engine])
    for text in texts:
        if text == PAUSE:
            continue
        clip = heard(store, text)
        letters_a_second = len(text) / (len(clip) / RATE_HZ)
        assert 5 < letters_a_second < 25, text
        voiced = clip[np.abs(clip) > 0.01]
        level = 20 * np.log10(np.sqrt((voiced**2).mean()))
        assert level == pytest.approx(SPEECH_DBFS, abs=3), text
        assert np.abs(clip).max() <= 1


@pytest.mark.parametrize("name", shipped_scripts())
def test_a_call_neither_clicks_nor_falls_silent(engine: EspeakEngine, name: str, tmp_path: Path) -> None:
    """Within one text: clips begin and end softly, and no gap is longer than the pause between two sentences."""
    answers = iter(("1", "2", "1", "5", "1", "1500#", "1"))
    call = Conversation(shipped_script(name), FACTS, TODAY, lambda: next(answers, "")).events()
    said = [event.clips for event in call if isinstance(event, Spoken)]
    store = prepare_prompts([clip for clips in said for clip in clips], tmp_path, [engine])
    for clips in said:
        sounds = [heard(store, clip) for clip in clips]
        assert max(abs(sound[place]) for sound in sounds for place in (0, -1)) < SOFT, clips
        assert longest_silence(np.concatenate(sounds)) <= PAUSE_S + GAP_S, clips


def longest_silence(samples: npt.NDArray[np.float64]) -> float:
    """Seconds, in steps of 10 ms."""
    step = RATE_HZ // 100
    frames = samples[: len(samples) // step * step].reshape(-1, step)
    loud = np.flatnonzero(np.sqrt((frames**2).mean(axis=1)) > SILENT)
    return float(np.diff(loud).max(initial=1) - 1) / 100


def test_a_text_that_looks_like_an_option(engine: EspeakEngine) -> None:
    assert engine.synthesise("--voices")[:4] == b"RIFF"


def test_a_text_without_sound(engine: EspeakEngine, tmp_path: Path) -> None:
    with pytest.raises(EngineFault, match="espeak-ng gave nothing but silence for a text of 3 characters"):
        prepare_prompts(["..."], tmp_path, [engine])


def test_a_voice_that_does_not_exist(espeak_command: Espeak) -> None:
    command, environment = espeak_command
    with pytest.raises(EngineFault, match=r"espeak-ng failed with exit status 1: .*voice does not exist"):
        EspeakEngine(command, environment, language="zz").synthesise("рубль")


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(
        EngineFault, match=r"espeak-ng cannot be run: No such file or directory; install espeak-ng"
    ):
        EspeakEngine(("no-such-program",)).synthesise("рубль")


def test_two_speeds_are_two_voices(tmp_path: Path) -> None:
    slow, fast = EspeakEngine(words_per_minute=120), EspeakEngine(words_per_minute=180)
    addresses = {PromptStore(tmp_path, engine.id, engine.voice).address("рубль") for engine in (slow, fast)}
    assert len(addresses) == 2
