"""gTTS behind the port; the network is played by a stand-in for its client class."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from gtts.tts import gTTSError

from ivr_scripts.prompts.engines import EngineFault
from ivr_scripts.prompts.engines.fake import ToneEngine
from ivr_scripts.prompts.engines.gtts import GttsEngine
from ivr_scripts.prompts.synthesise import prepare_prompts

pytestmark = pytest.mark.unit


class Service:
    """What gtts.gTTS does when the service answers."""

    def __init__(self, text: str, **options: Any) -> None:
        assert options["lang"] == "ru"

    def write_to_fp(self, file: io.BytesIO) -> None:
        soundfile.write(file, 0.3 * np.sin(np.arange(24_000)), 24_000, format="MP3")


class Unreachable(Service):
    """What it does without a network."""

    def write_to_fp(self, file: io.BytesIO) -> None:
        raise gTTSError("Failed to connect. Probable cause: Unknown")


def test_its_mp3_becomes_a_clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr_scripts.prompts.engines.gtts.gTTS", Service)
    store = prepare_prompts(["рубль"], tmp_path, [GttsEngine()])
    assert (store.engine_id, store.voice) == ("gtts", "ru")
    assert store.path("рубль").stat().st_size == pytest.approx(8_000, rel=0.1)


def test_without_a_network_the_next_engine_speaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr_scripts.prompts.engines.gtts.gTTS", Unreachable)
    with pytest.raises(EngineFault, match="gTTS cannot be reached: Failed to connect"):
        GttsEngine().synthesise("рубль")
    warnings: list[str] = []
    assert (
        prepare_prompts(["рубль"], tmp_path, [GttsEngine(), ToneEngine()], warn=warnings.append).engine_id
        == "tones"
    )
    assert len(warnings) == 1
