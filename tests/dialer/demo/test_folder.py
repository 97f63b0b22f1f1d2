"""The folder of a demo: emptied of nothing but an earlier demo, and for one at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialer.demo.folder import run_folder
from domain.errors import EnvironmentFault, InputError

pytestmark = pytest.mark.unit


def test_an_earlier_demo_makes_room_and_what_is_beside_it_stays(tmp_path: Path) -> None:
    with run_folder(tmp_path) as run:
        (run / "town").mkdir()
        (tmp_path / "portfolio.csv").touch()
    with run_folder(tmp_path) as again:
        assert again == run
        assert [path.name for path in again.iterdir()] == ["dozvon.db"]
    assert (tmp_path / "portfolio.csv").exists()


def test_the_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "run" / "other.pid"
    other.parent.mkdir()
    other.touch()
    with pytest.raises(InputError, match="run: is not of a demo, which would empty it; tell another one"):
        run_folder(tmp_path).__enter__()
    assert other.exists()


def test_two_demos_in_one_folder_are_one_too_many(tmp_path: Path) -> None:
    with (
        run_folder(tmp_path) as run,
        pytest.raises(EnvironmentFault, match="another demo runs here; end it, or tell another one"),
    ):
        run_folder(tmp_path).__enter__()
    assert (run / "dozvon.db").exists()
    with run_folder(tmp_path):
        pass


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_file_in_its_place(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="is no folder to write to: "):
        run_folder(tmp_path / name).__enter__()
