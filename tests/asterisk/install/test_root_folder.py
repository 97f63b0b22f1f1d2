"""The root folder: built once, whole or not at all, from whatever apt delivers."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from asterisk.install import root_folder
from asterisk.install.root_folder import (
    MARKER,
    build_root_folder,
    cache_folder,
    packages_of,
    root_folder_path,
)
from domain.errors import EnvironmentFault

pytestmark = pytest.mark.unit


class FakeApt:
    """Delivers empty archives, and counts how often it was asked."""

    downloads: list[tuple[str, ...]]

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def update(self) -> None:
        self.folder.mkdir(parents=True)

    def download(self, packages: tuple[str, ...]) -> list[Path]:
        self.downloads.append(packages)
        archives = [self.folder / f"{name}_1%3a2.3-1_amd64.deb" for name in packages]
        for archive in archives:
            archive.touch()
        return archives


@pytest.fixture(autouse=True)
def apt(monkeypatch: pytest.MonkeyPatch) -> type[FakeApt]:
    FakeApt.downloads = []
    monkeypatch.setattr(root_folder, "PrivateApt", FakeApt)
    monkeypatch.setattr(root_folder, "_unpack", unpack)
    return FakeApt


def unpack(archive: Path, root: Path) -> None:
    root.mkdir(exist_ok=True)
    (root / archive.name.split("_")[0]).touch()


class TestBuild:
    def test_it_holds_the_packages_and_tells_their_versions(self, tmp_path: Path) -> None:
        root = build_root_folder(("asterisk", "espeak-ng"), cache=tmp_path)
        assert packages_of(root) == {"asterisk": "1:2.3-1", "espeak-ng": "1:2.3-1"}
        assert (root / "asterisk").exists()

    def test_nothing_else_is_left_in_the_cache(self, tmp_path: Path) -> None:
        root = build_root_folder(cache=tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {root.name, f"{root.name}.lock"}

    def test_a_second_call_builds_nothing(self, tmp_path: Path, apt: type[FakeApt]) -> None:
        build_root_folder(("asterisk",), cache=tmp_path)
        build_root_folder(("asterisk",), cache=tmp_path)
        assert apt.downloads == [("asterisk",)]

    def test_a_package_asked_for_later_is_added_to_those_there(
        self, tmp_path: Path, apt: type[FakeApt]
    ) -> None:
        build_root_folder(("asterisk",), cache=tmp_path)
        root = build_root_folder(("espeak-ng",), cache=tmp_path)
        assert apt.downloads[-1] == ("asterisk", "espeak-ng")
        assert set(packages_of(root)) == {"asterisk", "espeak-ng"}

    def test_progress_is_told_to_the_end(self, tmp_path: Path) -> None:
        told: list[tuple[str, int, int]] = []
        build_root_folder(("a", "b"), cache=tmp_path, progress=lambda *step: told.append(step))
        assert told[0][0] == "reading package lists"
        assert told[-2:] == [("unpacking packages", 1, 2), ("unpacking packages", 2, 2)]


class TestTroubles:
    def test_a_build_that_fails_leaves_the_old_folder_and_no_rest(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        root = build_root_folder(("asterisk",), cache=tmp_path)

        def full_disk(_archive: Path, _root: Path) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(root_folder, "_unpack", full_disk)
        with pytest.raises(EnvironmentFault, match=r"No space left on device.*free disk"):
            build_root_folder(("espeak-ng",), cache=tmp_path)
        assert set(packages_of(root)) == {"asterisk"}
        assert {path.name for path in tmp_path.iterdir()} == {root.name, f"{root.name}.lock"}

    @pytest.mark.parametrize("marker", ["", "{", "[]"])
    def test_a_folder_without_a_good_marker_is_built_anew(self, tmp_path: Path, marker: str) -> None:
        root = root_folder_path(tmp_path)
        root.mkdir()
        (root / MARKER).write_text(marker)
        assert "asterisk" in packages_of(build_root_folder(("asterisk",), cache=tmp_path))

    def test_a_place_that_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(EnvironmentFault, match="file/root-.*could not be built"):
            build_root_folder(cache=tmp_path / "file")


class TestPlace:
    def test_our_own_variable_goes_before_the_common_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("DOZVON_CACHE", raising=False)
        monkeypatch.setenv("XDG_CACHE_HOME", "/x")
        assert cache_folder() == Path("/x/dozvon")
        monkeypatch.setenv("DOZVON_CACHE", "/d")
        assert cache_folder() == Path("/d")
