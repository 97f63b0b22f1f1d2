"""Which PostgreSQL is taken: the machine's own if it is new enough, else that of the root folder."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from asterisk.install import postgresql
from asterisk.install.postgresql import find_postgresql, own_postgresql, postgresql_in, version_of
from domain.errors import EnvironmentFault

pytestmark = pytest.mark.integration


def write_program(path: Path, body: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def write_postgresql(folder: Path, version: str) -> None:
    """Programs that know only their version, and who calls them."""
    write_program(folder / "postgres", f'echo "postgres (PostgreSQL) {version}"')
    write_program(folder / "initdb", 'echo "$0" "$@"')


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root folder whose loader runs what it is given."""
    root = tmp_path / "root"
    write_program(root / "usr/lib/any-linux-gnu/ld-linux-any.so.1", 'shift 2; exec "$@"')
    write_postgresql(root / "usr/lib/postgresql/18/bin", "18.6 (Debian 18.6-3)")
    return root


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in PATH, and a machine without Debian's PostgreSQL."""
    monkeypatch.setattr(postgresql, "DEBIAN_FOLDER", tmp_path / "debian")
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}")
    return tmp_path / "path"


class TestOwn:
    def test_the_one_in_path_is_taken(self, path: Path, root: Path) -> None:
        write_postgresql(path, "15.18 (Debian 15.18-0+deb12u1)")
        found = find_postgresql(root=root)
        assert (found.version, found.server) == (15, (str(path / "postgres"),))

    def test_else_the_newest_of_debian_s_folders(self, path: Path, tmp_path: Path) -> None:
        for version in ("9.6", "15", "17"):
            write_postgresql(tmp_path / "debian" / version / "bin", version)
        found = own_postgresql()
        assert found is not None
        assert found.server == (str(tmp_path / "debian/17/bin/postgres"),)

    def test_one_that_is_too_old_is_passed_over(self, path: Path, root: Path) -> None:
        write_postgresql(path, "14.9")
        assert find_postgresql(root=root).version == 18

    def test_a_server_without_initdb_is_passed_over(self, path: Path, root: Path) -> None:
        write_postgresql(path, "17.2")
        (path / "initdb").unlink()
        assert find_postgresql(root=root).version == 18

    def test_none_at_all_says_what_to_do(self, path: Path, tmp_path: Path) -> None:
        with pytest.raises(EnvironmentFault, match="no PostgreSQL >= 15 here.*make setup"):
            find_postgresql(root=tmp_path / "nowhere")


class TestRootFolder:
    def test_the_server_runs_by_the_folder_s_loader(self, root: Path) -> None:
        found = postgresql_in(root)
        assert found is not None
        assert found.version == 18
        assert found.server[0].endswith("ld-linux-any.so.1")

    def test_initdb_is_told_that_it_lies_beside_a_launcher(self, root: Path, tmp_path: Path) -> None:
        found = postgresql_in(root)
        assert found is not None
        *loader, argv0, launcher, initdb, share_option, share = found.initdb(tmp_path)
        assert (tuple(loader), argv0, share_option) == (found.loader, "--argv0", "-L")
        assert Path(initdb).name == "initdb"
        assert Path(share) == root / "usr/share/postgresql/18"
        said = subprocess.run([launcher, "--version"], capture_output=True, text=True, check=True).stdout
        assert said == "postgres (PostgreSQL) 18.6 (Debian 18.6-3)\n"

    def test_a_folder_without_it_has_none(self, tmp_path: Path) -> None:
        assert postgresql_in(tmp_path) is None


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", 15),
        ("postgres (PostgreSQL) 19beta1", 19),
        ("postgres: command not known", None),
        ("", None),
    ],
)
def test_versions(tmp_path: Path, printed: str, version: int | None) -> None:
    write_program(tmp_path / "postgres", f"echo '{printed}'")
    assert version_of((str(tmp_path / "postgres"),)) == version


def test_a_program_that_is_not_there_has_no_version(tmp_path: Path) -> None:
    assert version_of((str(tmp_path / "postgres"),)) is None
