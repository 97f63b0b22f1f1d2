"""espeak-ng speaks the shipped script: the clips hold speech of the right length and loudness."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr_scripts.load import shipped_script
from ivr_scripts.prompts.audio import RATE_HZ, SPEECH_DBFS
from ivr_scripts.prompts.engines import EngineFault
from ivr_scripts.prompts.engines.espeak import EspeakEngine
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.prompts.synthesise import prepare_prompts
from ivr_scripts.render_call import required_texts

pytestmark = pytest.mark.integration

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


def test_every_clip_of_the_shipped_script(engine: EspeakEngine, texts: list[str], tmp_path: Path) -> None:
    store = prepare_prompts(texts, tmp_path, [engine])
    for text in texts:
        clip, _ = soundfile.read(
            io.BytesIO(store.path(text).read_bytes()),
            samplerate=RATE_HZ,
            channels=1,
            format="RAW",
            subtype="ALAW",
        )
        letters_a_second = len(text) / (len(clip) / RATE_HZ)
        assert 5 < letters_a_second < 25, text
        voiced = clip[np.abs(clip) > 0.01]
        level = 20 * np.log10(np.sqrt((voiced**2).mean()))
        assert level == pytest.approx(SPEECH_DBFS, abs=3), text
        assert np.abs(clip).max() <= 1


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
