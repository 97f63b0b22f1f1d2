"""What the stages of end-to-end tests share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def prompts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One store of clips for all stages of this worker: a clip never changes under its name."""
    return tmp_path_factory.mktemp("prompts")
