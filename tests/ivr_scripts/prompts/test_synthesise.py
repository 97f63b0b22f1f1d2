"""Missing clips are made once, by one voice, and a fault stops the work cleanly."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import EnvironmentFault
from ivr_scripts.prompts.audio import PAUSE_S, RATE_HZ
from ivr_scripts.prompts.engines import EngineFault
from ivr_scripts.prompts.engines.fake import ToneEngine
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.prompts.synthesise import prepare_prompts, synthesise_missing
from ivr_scripts.template import PAUSE

pytestmark = pytest.mark.unit

TEXTS = ["один", "два", "три"]
SILENT = 0xD5
"""A-law's smallest sample."""


class DumbEngine:
    """An engine that gives something else than speech."""

    id = "dumb"
    voice = "none"

    def synthesise(self, text: str) -> bytes:
        return b"<html>quota exceeded</html>"


def test_each_text_is_made_once_with_progress(tmp_path: Path) -> None:
    engine, steps = ToneEngine(), list[tuple[int, int]]()
    store = PromptStore(tmp_path, engine.id, engine.voice)
    assert synthesise_missing([*TEXTS, "два"], store, engine, progress=lambda *step: steps.append(step)) == 3
    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert sorted(engine.spoken) == sorted(TEXTS)
    assert synthesise_missing([*TEXTS, "пять"], store, engine) == 1
    assert engine.spoken[3:] == ["пять"]


def test_a_pause_is_silence_that_no_engine_is_asked_for(tmp_path: Path) -> None:
    engine = ToneEngine()
    store = PromptStore(tmp_path, engine.id, engine.voice)
    assert synthesise_missing([PAUSE], store, engine) == 1
    assert engine.spoken == []
    clip = store.path(PAUSE).read_bytes()
    assert (len(clip), set(clip)) == (PAUSE_S * RATE_HZ, {SILENT})


def test_after_a_fault_nothing_more_is_begun(tmp_path: Path) -> None:
    engine = ToneEngine(unspeakable=frozenset({"0"}))
    store = PromptStore(tmp_path, engine.id, engine.voice)
    with pytest.raises(EngineFault, match="tones cannot say this"):
        synthesise_missing([str(n) for n in range(500)], store, engine, workers=1)
    assert len(engine.spoken) < 499


def test_the_next_engine_speaks_everything(tmp_path: Path) -> None:
    first, second = ToneEngine("broken", unspeakable=frozenset({"три"})), ToneEngine("whole")
    warnings: list[str] = []
    store = prepare_prompts(TEXTS, tmp_path, [first, second], warn=warnings.append)
    assert store.voice == "whole"
    assert store.missing(TEXTS) == []
    assert sorted(second.spoken) == sorted(TEXTS)
    assert warnings == ["tones cannot say this; prompts are made by tones instead"]


def test_a_voice_that_is_complete_needs_no_engine(tmp_path: Path) -> None:
    prepare_prompts(TEXTS, tmp_path, [ToneEngine()])
    offline = ToneEngine(unspeakable=frozenset(TEXTS))
    assert prepare_prompts(TEXTS, tmp_path, [offline]).missing(TEXTS) == []


def test_no_engine_can_speak(tmp_path: Path) -> None:
    with pytest.raises(EngineFault, match="dumb gave no audio that can be read for a text of 4 characters"):
        prepare_prompts(TEXTS[:1], tmp_path, [DumbEngine()])
    with pytest.raises(EnvironmentFault, match="no speech engine is configured"):
        prepare_prompts(TEXTS, tmp_path, [])


def test_a_full_disk_is_not_blamed_on_the_engine(tmp_path: Path) -> None:
    """Changing the voice would not help, so no other engine is tried."""
    (tmp_path / "file").write_text("in the way")
    second = ToneEngine("second")
    with pytest.raises(EnvironmentFault, match="a prompt cannot be written to"):
        prepare_prompts(TEXTS, tmp_path / "file", [ToneEngine(), second])
    assert second.spoken == []
