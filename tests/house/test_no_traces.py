"""Nothing in the tree ties it to one machine, and nothing is left half done.

The reasons: a registry's host or a path of the author's machine works for the author only (the machine's own pip and
apt configuration name the mirrors); a skipped test or a note to do it later is a bug that nobody is told of.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.tree import project_files, shown

pytestmark = pytest.mark.unit

# A letter in brackets keeps these lines from finding themselves.
REGISTRY = re.compile(r"(pyp[i]|pythonhoste[d]|debia[n]|npmj[s]|docke[r])\.(org|com|io)\b")
MACHINE_PATH = re.compile(r"(?<![\w.$})*-])/(wor[k]|roo[t]|hom[e]|User[s])/[\w.]")
HALF_DONE = re.compile(
    r"\b(TOD[O]|FIXM[E]|XX[X]|NotImplementedErro[r]|pytest\.ski[p]|mark\.ski[p]|mark\.skipi[f]|mark\.xfai[l]"
    r"|importorski[p])\b"
)
CODE = {".py", ".toml", ".yaml", ".yml", ".j2", ".sh", ""}


def lines_with(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    return [
        f"{shown(path)}:{number}: {line.strip()[:80]}"
        for path in files
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_names_a_registry_or_a_mirror() -> None:
    assert lines_with(REGISTRY, list(project_files())) == []


def test_no_file_names_a_path_of_one_machine() -> None:
    assert lines_with(MACHINE_PATH, list(project_files())) == []


def test_nothing_is_skipped_or_put_off() -> None:
    assert lines_with(HALF_DONE, [path for path in project_files() if path.suffix in CODE]) == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (REGISTRY, "index-url = https://pyp" + "i.org/simple"),
        (REGISTRY, "deb http://deb.debia" + "n.org/debian forky main"),
        (MACHINE_PATH, "path = '/hom" + "e/ivan/dozvon'"),
        (MACHINE_PATH, "see /wor" + "k/main"),
        (HALF_DONE, "# TOD" + "O: later"),
        (HALF_DONE, "@pytest.mark.ski" + "p"),
    ],
)
def test_the_rules_see_what_they_are_for(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


def test_a_path_inside_the_project_is_no_path_of_a_machine() -> None:
    assert not MACHINE_PATH.search("docs/home/page.md and $(HOME)/home/x")
