"""What is looked for, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

WRITE_IT = "have it written by `dozvon node write`"


@dataclass(frozen=True, slots=True)
class Needs:
    """What one node must be; folders as we see them."""

    name: str
    modules: tuple[str, ...]
    trunk: str
    registers: bool
    scripts: Path
    channel_log: Path
    prompts: Path
    recordings: Path | None
    operators: Path | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One point: in order, with ``note`` on it, or at fault, with what to do."""

    point: str
    note: str = ""
    fault: str = ""
    remedy: str = ""
