"""Which Asterisk is taken: the machine's own if it is new enough, else that of the root folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from asterisk.install.installation import find_installation, installation_in, installation_in_path, version_of
from asterisk.install.programs import find_program, program_in_root_folder
from asterisk.install.root_folder import MARKER, PACKAGES, root_folder_path
from domain.errors import EnvironmentFault

pytestmark = pytest.mark.integration


def write_asterisk(prefix: Path, version: str) -> None:
    """A prefix as ``make install`` leaves it, with a program that only knows its version."""
    for part in ("sbin", "lib/asterisk/modules", "share/asterisk/documentation"):
        (prefix / part).mkdir(parents=True)
    (prefix / "lib/asterisk/modules/chan_pjsip.so").touch()
    write_program(prefix / "sbin/asterisk", f"echo Asterisk {version}")


def write_program(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def write_root_folder(root: Path) -> None:
    """A root folder whose loader runs what it is given."""
    for part in (
        "usr/sbin",
        "usr/bin",
        "usr/lib/any-linux-gnu/asterisk/modules",
        "usr/lib/any-linux-gnu/espeak-ng-data",
    ):
        (root / part).mkdir(parents=True)
    write_program(root / "usr/lib/any-linux-gnu/ld-linux-any.so.1", 'shift 2; exec "$@"')
    write_program(root / "usr/sbin/asterisk", "echo Asterisk 22.10.1~dfsg+~cs6.17.60671434-1")
    write_program(root / "usr/bin/espeak-ng", "")
    (root / MARKER).write_text(json.dumps(dict.fromkeys(PACKAGES, "1")))


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path / "own" / "sbin"))
    return tmp_path / "own"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    write_root_folder(root_folder_path(tmp_path / "cache"))
    return tmp_path / "cache"


class TestOwn:
    @pytest.mark.parametrize(
        ("printed", "version"),
        [("20.0.1", (20, 0, 1)), ("22.10.1~dfsg", (22, 10, 1)), ("certified/20.7-cert3", (20, 7, 0))],
    )
    def test_one_in_path_that_is_new_enough_is_taken(
        self, prefix: Path, cache: Path, printed: str, version: tuple[int, int, int]
    ) -> None:
        write_asterisk(prefix, printed)
        found = find_installation(cache=cache)
        assert found.command == (str(prefix / "sbin/asterisk"),)
        assert found.version == version
        assert found.has_module("chan_pjsip")
        assert not found.has_module("chan_sip")

    @pytest.mark.parametrize("printed", ["18.26.4", "GIT-master", ""])
    def test_an_older_or_unknown_one_is_not(self, prefix: Path, cache: Path, printed: str) -> None:
        write_asterisk(prefix, printed)
        assert find_installation(cache=cache).version == (22, 10, 1)

    def test_one_without_modules_is_not(self, prefix: Path) -> None:
        write_asterisk(prefix, "22.0.0")
        (prefix / "lib/asterisk/modules/chan_pjsip.so").unlink()
        assert installation_in_path() is None


class TestRootFolder:
    def test_it_runs_through_its_own_loader(self, cache: Path) -> None:
        root = root_folder_path(cache)
        found = installation_in(root)
        assert found.command[0].endswith("ld-linux-any.so.1")
        assert found.command[-1] == str(root / "usr/sbin/asterisk")
        assert found.modules_dir == root / "usr/lib/any-linux-gnu/asterisk/modules"

    def test_one_that_does_not_run_says_what_to_do(self, cache: Path) -> None:
        root = root_folder_path(cache)
        write_program(root / "usr/sbin/asterisk", "exit 127")
        with pytest.raises(EnvironmentFault, match="does not run; remove that folder"):
            installation_in(root)

    def test_the_synthesiser_is_told_where_its_voices_are(self, cache: Path) -> None:
        root = root_folder_path(cache)
        program = program_in_root_folder("espeak-ng", root)
        assert program is not None
        assert program.environment == {"ESPEAK_DATA_PATH": str(root / "usr/lib/any-linux-gnu/espeak-ng-data")}


class TestProgram:
    def test_the_machines_own_goes_first(self, prefix: Path, cache: Path) -> None:
        (prefix / "sbin").mkdir(parents=True)
        write_program(prefix / "sbin/espeak-ng", "")
        found = find_program("espeak-ng", root_folder_path(cache))
        assert found is not None
        assert (found.command, found.environment) == ((str(prefix / "sbin/espeak-ng"),), {})

    def test_one_that_is_nowhere_is_none(self, prefix: Path, cache: Path) -> None:
        assert find_program("no-such-program", root_folder_path(cache)) is None
        assert find_program("espeak-ng", None) is None
        assert find_program("espeak-ng", cache / "empty") is None

    def test_a_program_that_cannot_be_run_has_no_version(self, tmp_path: Path) -> None:
        assert version_of((str(tmp_path / "missing"),)) is None
