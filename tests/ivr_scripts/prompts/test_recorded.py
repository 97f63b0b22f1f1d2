"""Recordings by hand: found by text or key, refused by name when they are of the wrong kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr_scripts.prompts.engines import EngineFault
from ivr_scripts.prompts.engines.recorded import WANTED, RecordedEngine, text_key
from ivr_scripts.prompts.synthesise import prepare_prompts

pytestmark = pytest.mark.unit

LONG = "Здравствуйте! С вами говорит робот. Разговор записывается."
SPEECH = 0.2 * np.sin(2 * np.pi * 500 * np.arange(8_000) / 8_000)


def record(path: Path, *, rate: int = 16_000, channels: int = 1, subtype: str = "PCM_16") -> None:
    path.parent.mkdir(exist_ok=True)
    soundfile.write(path, np.column_stack([SPEECH] * channels), rate, subtype=subtype)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "recordings"
    record(folder / "рубля.wav")
    record(folder / f"{text_key(LONG)}.WAV", rate=48_000, subtype="PCM_24")
    return folder


def test_a_text_is_found_by_its_words_or_by_its_key(folder: Path, tmp_path: Path) -> None:
    store = prepare_prompts(["рубля", LONG], tmp_path / "prompts", [RecordedEngine(folder)])
    assert store.missing(["рубля", LONG]) == []
    assert store.engine_id == "recorded"


def test_a_new_take_is_a_new_voice(folder: Path) -> None:
    before = RecordedEngine(folder).voice
    assert RecordedEngine(folder).voice == before
    record(folder / "рубля.wav", rate=22_050)
    assert RecordedEngine(folder).voice != before


def test_what_is_not_recorded_is_listed(folder: Path, tmp_path: Path) -> None:
    texts = ["рубля", *(f"текст {number}" for number in range(7))]
    with pytest.raises(EngineFault) as raised:
        prepare_prompts(texts, tmp_path / "prompts", [RecordedEngine(folder)])
    listed = ", ".join(f"«текст {number}»" for number in range(5))
    assert str(raised.value) == (
        f"{folder}: there is no recording of «текст 0»; 7 prompts missing: {listed} and 2 more; "
        f"record it as {text_key('текст 0')}.wav, or name the file as the text"
    )


@pytest.mark.parametrize(
    ("how", "what"),
    [
        ({"channels": 2}, "this has 2 channels, 16000 Hz"),
        ({"rate": 6_000}, "this has 1 channels, 6000 Hz"),
        ({"subtype": "PCM_U8"}, "this is WAV PCM_U8"),
        ({"subtype": "ALAW"}, "this is WAV ALAW"),
    ],
)
def test_a_recording_of_the_wrong_format(folder: Path, how: dict[str, int], what: str) -> None:
    record(folder / "рубля.wav", **how)  # type: ignore[arg-type]
    with pytest.raises(EngineFault) as raised:
        RecordedEngine(folder).synthesise("рубля")
    assert str(raised.value) == f"{folder / 'рубля.wav'}: {what}; {WANTED}"


def test_what_is_called_wav_and_is_none(folder: Path) -> None:
    (folder / "рубля.wav").write_bytes(b"ID3 this is no wav")
    with pytest.raises(EngineFault, match=f"рубля.wav: this is no audio file; {WANTED}"):
        RecordedEngine(folder).synthesise("рубля")


def test_other_audio_under_the_name_of_wav(folder: Path) -> None:
    soundfile.write(folder / "рубля.wav", SPEECH, 16_000, format="FLAC")
    with pytest.raises(EngineFault, match="рубля.wav: this is FLAC PCM_16"):
        RecordedEngine(folder).synthesise("рубля")


def test_silence_is_no_recording(folder: Path, tmp_path: Path) -> None:
    soundfile.write(folder / "рубля.wav", np.zeros(16_000), 16_000)
    with pytest.raises(EngineFault, match="recorded gave nothing but silence for a text of 5 characters"):
        prepare_prompts(["рубля"], tmp_path / "prompts", [RecordedEngine(folder)])


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(
        EngineFault, match=r"recordings cannot be read: No such file.*set DOZVON_PROMPTS__RECORDINGS"
    ):
        prepare_prompts(["рубля"], tmp_path / "prompts", [RecordedEngine(tmp_path / "none")])
