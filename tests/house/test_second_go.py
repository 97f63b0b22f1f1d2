"""A test of real programs that fails beside the others may pass alone; nothing else may."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

pytestmark = pytest.mark.integration

INI = "[pytest]\nmarkers =\n    unit: x\n    integration: x\n    proof: x\n"
ONCE = """
import pathlib, pytest

@pytest.mark.parametrize("nth", range({count}))
{marks}
def test_it(nth):
    seen = pathlib.Path(__file__).with_name(f"seen{{nth}}")
    before = seen.exists()
    seen.touch()
    assert before and {passes}
"""


def goes(folder: Path, *marks: str, count: int = 1, passes: bool = True) -> tuple[int, str]:
    """The exit status and the output of tests that fail at first, and then pass or not."""
    (folder / "pytest.ini").write_text(INI)
    marked = "\n".join(f"@pytest.mark.{mark}" for mark in marks)
    (folder / "test_once.py").write_text(ONCE.format(count=count, marks=marked, passes=passes))
    command = [
        sys.executable,
        "-m",
        "tests.second_go",
        "-n",
        "2",
        "--dist",
        "loadgroup",
        "--rootdir",
        str(folder),
        "test_once.py",
    ]
    ours = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=ours, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_what_passes_alone_is_named_in_the_last_line(tmp_path: Path) -> None:
    code, said = goes(tmp_path, "integration", "xdist_group('heavy')", count=2)
    assert code == 0, said
    assert said.splitlines()[-1] == (
        "failed beside the others, passed alone: test_once.py::test_it[0], test_once.py::test_it[1]"
    )


@pytest.mark.parametrize(
    ("marks", "count", "passes"),
    [
        pytest.param(["integration"], 1, False, id="fails alone"),
        pytest.param(["integration"], 4, True, id="too many"),
        pytest.param(["unit"], 1, True, id="a unit test"),
        pytest.param(["integration", "proof"], 1, True, id="a proof"),
    ],
)
def test_nothing_else_is_excused(tmp_path: Path, marks: list[str], count: int, passes: bool) -> None:
    code, said = goes(tmp_path, *marks, count=count, passes=passes)
    assert code == pytest.ExitCode.TESTS_FAILED
    assert ("second go" in said) == (not passes)
