"""Where an error points, for tests that are about the line and the field."""

from __future__ import annotations

import re


def without_columns(line: str) -> str:
    """The error without its column."""
    return re.sub(r", column \d+", "", line)
