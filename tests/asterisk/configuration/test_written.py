"""A folder of configuration that somebody may have edited: nothing of his is lost unasked."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from asterisk.configuration.written import WRITTEN, changes, difference, edited, write_files
from domain.errors import InputError

pytestmark = pytest.mark.unit

FIRST = {"a.conf": "[a]\nsecret = one\n", "b.conf": "[b]\nbind = 1\n"}
NEXT = {"a.conf": "[a]\nsecret = two\n", "b.conf": "[b]\nbind = 1\n"}


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    """A folder that was written once."""
    write_files(tmp_path / "etc", FIRST)
    return tmp_path / "etc"


def test_all_is_readable_by_us_only(etc: Path) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in etc.iterdir()}
    assert modes == dict.fromkeys(("a.conf", "b.conf", WRITTEN), 0o600)


def test_what_was_made_readable_by_others_is_made_ours_again(etc: Path) -> None:
    (etc / "b.conf").chmod(0o644)
    assert write_files(etc, FIRST) == []
    assert stat.S_IMODE((etc / "b.conf").stat().st_mode) == 0o600


def test_only_what_differs_is_written(etc: Path) -> None:
    assert changes(etc, NEXT) == ["a.conf"]
    assert edited(etc, NEXT) == []
    assert write_files(etc, NEXT) == ["a.conf"]
    assert (etc / "a.conf").read_text() == NEXT["a.conf"]
    assert write_files(etc, NEXT) == []


def test_an_edited_file_is_not_replaced_unasked(etc: Path) -> None:
    (etc / "b.conf").write_text("[b]\nbind = 2\n")
    with pytest.raises(InputError, match=r"etc: not as we wrote them: b\.conf; look at them with --diff"):
        write_files(etc, NEXT)
    assert (etc / "a.conf").read_text() == FIRST["a.conf"], "nothing was written"
    assert write_files(etc, NEXT, force=True) == ["a.conf", "b.conf"]
    assert write_files(etc, NEXT) == []


@pytest.mark.parametrize("mark", ["", "{", "[]"])
def test_files_of_a_folder_that_is_not_ours_are_somebodys(tmp_path: Path, mark: str) -> None:
    (tmp_path / "a.conf").write_bytes(b"; \xff of the package\n")
    if mark:
        (tmp_path / WRITTEN).write_text(mark)
    assert edited(tmp_path, FIRST) == ["a.conf"]


def test_an_edit_that_is_what_we_would_write_is_no_edit(etc: Path) -> None:
    (etc / "a.conf").write_text(NEXT["a.conf"])
    assert write_files(etc, NEXT) == []


def test_files_that_we_know_nothing_of_stay(etc: Path) -> None:
    (etc / "voicemail.conf").write_text("theirs")
    write_files(etc, NEXT, force=True)
    assert (etc / "voicemail.conf").read_text() == "theirs"


def test_the_difference_shows_no_secret(etc: Path) -> None:
    (told,) = difference(etc, NEXT)
    assert "-secret = ***\n+secret = ***\n" in told
    assert not {"one", "two"} & set(told.split())


def test_the_difference_of_a_new_folder_is_all_of_it(tmp_path: Path) -> None:
    told = "".join(difference(tmp_path / "new", FIRST))
    assert "+bind = 1\n" in told
    assert not (tmp_path / "new").exists()


def test_a_file_without_a_last_line_feed_has_lines_in_the_difference(etc: Path) -> None:
    (etc / "b.conf").write_text("[b]\nbind = 2")
    assert "-bind = 2\n+bind = 1\n" in "".join(difference(etc, FIRST))
