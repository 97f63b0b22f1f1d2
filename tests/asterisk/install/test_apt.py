"""Private apt: which mirror it takes and what it says when it cannot; ``apt-get`` is a script of the test."""

from __future__ import annotations

from pathlib import Path

import pytest

from asterisk.install import apt
from asterisk.install.apt import PrivateApt, debian_mirrors
from domain.errors import EnvironmentFault

pytestmark = pytest.mark.integration

LISTING = """main bookworm http://one.example/debian/
main bookworm http://one.example/debian/
main bookworm-updates http://two.example/debian/
main bookworm-security http://three.example/debian-security/
contrib bookworm http://four.example/debian/
main stable http://five.example/
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH of the test's own programs, and a keyring."""
    folder = tmp_path / "bin"
    folder.mkdir()
    keyring = tmp_path / "keyring.gpg"
    keyring.touch()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(apt, "KEYRING", keyring)
    write_program(folder / "dpkg-deb", "")
    return folder


def write_program(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def apt_that(listing: str, otherwise: str) -> str:
    return f'if [ "$1" = indextargets ]; then\n/bin/cat <<"END"\n{listing}END\nelse\n{otherwise}\nfi'


def test_mirrors_are_those_of_the_main_archive_in_their_order(programs: Path) -> None:
    write_program(programs / "apt-get", apt_that(LISTING, ":"))
    assert debian_mirrors() == ["http://one.example/debian/", "http://five.example/"]


def test_a_mirror_that_lacks_the_release_is_passed_over(programs: Path, tmp_path: Path) -> None:
    ours = tmp_path / "apt"
    write_program(programs / "apt-get", apt_that(LISTING, f"/bin/grep -q five.example {ours}/sources.list"))
    PrivateApt(ours).update()
    assert "http://five.example/" in (ours / "sources.list").read_text()
    assert "signed-by=" in (ours / "sources.list").read_text()


def test_nothing_outside_its_folder_is_written(programs: Path, tmp_path: Path) -> None:
    write_program(programs / "apt-get", apt_that(LISTING, f'echo "$@" > {tmp_path}/arguments'))
    PrivateApt(tmp_path / "apt").update()
    arguments = (tmp_path / "arguments").read_text()
    for setting in ("Dir::State", "Dir::State::status", "Dir::Cache", "Dir::Etc::sourcelist"):
        assert f"{setting}={tmp_path}/apt" in arguments
    assert "Dir::Etc::sourceparts=-" in arguments


@pytest.mark.parametrize(
    ("listing", "reason"), [(LISTING, "Could not resolve 'one.example'"), ("", "apt knows no Debian mirror")]
)
def test_a_mirror_that_cannot_be_reached_is_one_clear_line(
    programs: Path, tmp_path: Path, listing: str, reason: str
) -> None:
    fails = "echo \"W: warning\nE: Could not resolve 'one.example'\" >&2; exit 100"
    write_program(programs / "apt-get", apt_that(listing, fails))
    with pytest.raises(EnvironmentFault) as fault:
        PrivateApt(tmp_path / "apt").update()
    assert reason in str(fault.value)
    assert "check the network" in str(fault.value)
    assert "\n" not in str(fault.value)


def test_a_failed_download_tells_why(programs: Path, tmp_path: Path) -> None:
    write_program(programs / "apt-get", apt_that(LISTING, 'echo "E: No space left" >&2; exit 100'))
    with pytest.raises(EnvironmentFault, match=r"could not be downloaded \(No space left\)"):
        PrivateApt(tmp_path / "apt").download(("asterisk",))


def test_another_system_is_told_the_other_ways(programs: Path, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="no Debian package tools; install asterisk"):
        PrivateApt(tmp_path / "apt")
