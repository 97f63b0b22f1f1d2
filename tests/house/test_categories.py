"""A test module that declares no category does not collect, and says what to write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

pytestmark = pytest.mark.unit


def collect(module: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-c", str(ROOT / "pyproject.toml")]
    return subprocess.run([*command, str(module), "-q"], cwd=ROOT, capture_output=True, text=True)


def test_a_module_without_a_category_is_an_error(tmp_path: Path) -> None:
    module = tmp_path / "test_stray.py"
    module.write_text("def test_nothing() -> None: ...\n")
    done = collect(module)
    assert done.returncode != 0
    assert "test_stray.py: declare a category" in done.stdout


def test_a_module_with_a_category_runs(tmp_path: Path) -> None:
    module = tmp_path / "test_declared.py"
    module.write_text("import pytest\n\npytestmark = pytest.mark.unit\n\n\ndef test_nothing() -> None: ...\n")
    done = collect(module)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
