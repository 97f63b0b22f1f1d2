"""The adapter to Vosk: what it says without a model, and, where the settings name one, that it hears."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from domain.errors import EnvironmentFault
from ivr_scripts.prompts.engines.espeak import EspeakEngine
from ivr_scripts.speech.question import answer_to, parse_question
from ivr_scripts.speech.recogniser import FRAME_BYTES, Heard
from ivr_scripts.speech.vosk import VoskEars

pytestmark = pytest.mark.integration

MODEL = os.environ.get("DOZVON_SPEECH__MODEL", "")
"""None can be had where Dozvon is built: then the set of spoken answers is empty, and pytest says so."""

SPOKEN = [
    ("ru/yes_no", "да", "yes"),
    ("ru/yes_no", "нет", "no"),
    ("ru/sum", "две тысячи рублей", "2000.00"),
    ("ru/date/2026-03-10", "пятнадцатого марта", "2026-03-15"),
]


@pytest.mark.parametrize("folder", ["", "empty", "file"])
def test_no_model_is_one_line(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("no model")
    path = tmp_path / (folder or "nowhere")
    with pytest.raises(EnvironmentFault) as raised:
        VoskEars(path)
    assert str(raised.value) == (
        f"{path}: there is no Vosk model here; "
        "unpack a Russian model there and name its folder in DOZVON_SPEECH__MODEL"
    )


def test_a_broken_model_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "am").mkdir()
    (tmp_path / "am" / "final.mdl").write_bytes(b"torn")
    with pytest.raises(EnvironmentFault, match="Vosk cannot read the model"):
        VoskEars(tmp_path)


@pytest.mark.parametrize(("question", "said", "answer"), SPOKEN if MODEL else [])
def test_a_real_model_hears_speech(
    espeak_command: tuple[tuple[str, ...], dict[str, str]], question: str, said: str, answer: str
) -> None:
    asked = parse_question(question)
    recogniser = VoskEars(Path(MODEL)).listen(asked.phrases())
    speech, rate = soundfile.read(io.BytesIO(EspeakEngine(*espeak_command).synthesise(said)), dtype="float64")
    sound = np.concatenate([soxr.resample(speech, rate, 8_000), np.zeros(16_000)])
    samples = (sound * 32_767).astype("<i2").tobytes()
    finals: list[Heard] = []
    for start in range(0, len(samples) // FRAME_BYTES * FRAME_BYTES, FRAME_BYTES):
        heard = recogniser.feed(samples[start : start + FRAME_BYTES])
        if heard is not None and heard.final:
            finals.append(heard)
    answers = [found for heard in finals if (found := answer_to(asked, heard))]
    assert [found.value for found in answers] == [answer]
