"""What the law wants said at the start of a call, before anything else (LAW.md 1.5)."""

from __future__ import annotations

from enum import StrEnum


class Opener(StrEnum):
    """One duty; a node of a script says which it fulfils, a regime which it demands."""

    AGENCY = "agency"
    """Who calls."""
    CREDITOR = "creditor"
    """For whom."""
    ROBOT = "robot"
    """That a machine speaks."""
    RECORDED = "recorded"
    """That the call is recorded."""
