"""Scenarios for the tests, and the bookkeeping that every shift must pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dialer.pacing.scenario import Scenario


def scenario(**values: Any) -> Scenario:
    """A short shift of five operators unless told otherwise."""
    return Scenario.model_validate({"hours": 1, "agents": 5, "answer_rate": 0.25, "talk_s": 40, **values})


def write(folder: Path, **values: Any) -> Path:
    """A scenario's file."""
    path = folder / "scenario.json"
    path.write_text(json.dumps({"agents": 5, "answer_rate": 0.25, **values}, indent=1))
    return path
