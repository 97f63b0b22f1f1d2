"""The private folder: whose sounds it has, and what a socket's path allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from asterisk.configuration.folder import InstanceFolder
from domain.errors import EnvironmentFault

pytestmark = pytest.mark.unit


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for part in ("documentation", "sounds/en"):
        (tmp_path / "data" / part).mkdir(parents=True)
    return tmp_path / "data"


def test_it_shares_the_data_but_not_the_sounds(tmp_path: Path, data: Path) -> None:
    clips = tmp_path / "clips"
    clips.mkdir()
    folder = InstanceFolder(tmp_path / "n")
    folder.prepare(data, {"dz": clips})
    ours = tmp_path / "n" / "data"
    assert (ours / "documentation").resolve() == data / "documentation"
    assert (ours / "sounds" / "dz").resolve() == clips
    assert not (ours / "sounds" / "en").exists()


def test_a_second_preparation_follows_a_store_that_moved(tmp_path: Path, data: Path) -> None:
    folder = InstanceFolder(tmp_path / "n")
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        folder.prepare(data, {"dz": tmp_path / name})
    assert (tmp_path / "n" / "data" / "sounds" / "dz").resolve() == tmp_path / "second"


def test_a_path_too_long_for_a_socket_is_refused_before_anything_is_made(tmp_path: Path, data: Path) -> None:
    folder = InstanceFolder(tmp_path / ("x" * 100))
    with pytest.raises(EnvironmentFault, match="too long for a socket; use a shorter one"):
        folder.prepare(data, {})
    assert not folder.root.exists()
