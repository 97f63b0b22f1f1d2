"""Folders for the stages of end-to-end tests."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def prompts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One store of clips for all stages of this worker: a clip never changes under its name."""
    return tmp_path_factory.mktemp("prompts")


@pytest.fixture
def stage_folder() -> Iterator[Path]:
    """A short path: a socket's name may have 107 bytes, and pytest's own folders are deep."""
    path = Path(tempfile.mkdtemp(prefix="dz-"))
    yield path
    shutil.rmtree(path)
