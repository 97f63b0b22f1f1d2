"""Recordings of talks: found by their touch, kept for as long as the regime says, and deleted behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from dialer.recordings import expire_recordings, recordings_of
from dialer.settings import NodeSettings, Settings
from domain.call_events import RecordingBegun
from domain.touch import TouchId
from ledger.books import Books
from ledger.journal import entry_of
from strategies.regime import least_recordings_kept, recordings_kept
from tests.dialer.handlers.disposing import Scene
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

THREE_YEARS = timedelta(days=1096)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    node = NodeSettings(
        name="node1",
        ami_secret=SecretStr("long enough"),
        scripts_folder=tmp_path,
        channel_log=tmp_path / "cel",
        recordings_folder=tmp_path / "monitor",
    )
    return Settings(home=tmp_path, nodes=(node,))


@pytest.fixture
def touch(books: Books) -> Iterator[TouchId]:
    with books.write() as tx:
        yield Scene(tx).touch


def recorded(settings: Settings, day: date, touch: str, operator: int = 1) -> Path:
    folder = settings.nodes[0].recordings_folder
    assert folder
    file = folder / f"{day:%Y/%m/%d}" / f"{touch}-op{operator}.wav"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"RIFF")
    return file


def test_they_are_found_by_their_touch(books: Books, settings: Settings) -> None:
    with books.write() as tx:
        touch = Scene(tx).touch
        told = [f"2026/03/10/{touch}-op{id}.wav" for id in (1, 2, 1)]
        told += ["../../../etc/passwd", "2026/03/10/gone.wav"]
        tx.journal.append(entry_of(RecordingBegun(touch, NOON, file)) for file in told)
        files = [recorded(settings, NOON.date(), touch, id) for id in (1, 2)]
        assert recordings_of(tx, settings, touch) == tuple(files)
        assert recordings_of(tx, settings, TouchId("f" * 32)) == ()


def test_they_are_deleted_when_their_time_is_over(books: Books, settings: Settings, touch: TouchId) -> None:
    old = recorded(settings, NOON.date(), touch)
    beside = old.with_name("notes.txt")
    beside.write_text("not ours")
    strangers = recorded(settings, NOON.date() + timedelta(days=1), "f" * 32)
    last = NOON.date() + THREE_YEARS
    assert expire_recordings(books, settings, last).deleted == 0
    assert expire_recordings(books, settings, last + timedelta(days=1)).deleted == 1
    assert (old.exists(), beside.exists(), strangers.exists()) == (False, True, True)
    assert expire_recordings(books, settings, last + timedelta(days=2)).deleted == 1
    assert not strangers.parent.exists(), "an empty day leaves nothing behind"


def test_each_regime_says_how_long() -> None:
    assert least_recordings_kept() == THREE_YEARS
    assert recordings_kept("ru-230fz-agency@2024-02+attempts-3-a-day@1") == THREE_YEARS
    assert recordings_kept("") == THREE_YEARS
