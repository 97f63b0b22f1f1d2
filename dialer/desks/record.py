"""What the pacers of this process were told and answered, kept in files that `dialer.pacing.replay` plays again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TextIO

import structlog

from dialer.pacing import PacingDecision, Snapshot
from dialer.pacing.replay import line, opening
from dialer.settings import PacingSettings
from domain.campaign import Mode

log = structlog.get_logger(__name__)

MOST_BYTES = 100_000_000
"""Of one file: a record must begin with its pacer, so that what is full ends."""
MOST_FILES = 5
"""Of each desk and mode; the oldest one goes."""


class PacingRecord:
    """A file for each desk and mode since this process began. What cannot be written stops the record, never a call."""

    def __init__(self, folder: Path, pacing: PacingSettings, begun: datetime) -> None:
        self._folder, self._pacing, self._begun = folder, pacing, begun
        self._files: dict[tuple[str, Mode], TextIO] = {}
        self._ended: set[tuple[str, Mode]] = set()

    def decided(self, desk: str, mode: Mode, snapshot: Snapshot, decision: PacingDecision) -> None:
        """Keep one decision."""
        key = (desk, mode)
        if not self._pacing.record or key in self._ended:
            return
        try:
            file = self._files.get(key) or self._open(desk, mode)
            file.write(line(snapshot, decision) + "\n")
            if file.tell() > MOST_BYTES:
                self._end(key, "it is full")
        except OSError as error:
            self._end(key, str(error.strerror))

    def close(self) -> None:
        """No more is kept."""
        for file in self._files.values():
            file.close()

    def _open(self, desk: str, mode: Mode) -> TextIO:
        self._folder.mkdir(parents=True, exist_ok=True)
        for old in sorted(self._folder.glob(f"{desk}.{mode.value}.*.jsonl"))[: 1 - MOST_FILES]:
            old.unlink()
        path = self._folder / f"{desk}.{mode.value}.{self._begun:%Y%m%dT%H%M%S%f}.jsonl"
        file = self._files[desk, mode] = path.open("w", encoding="utf-8", buffering=1)
        given = {"target_abandon": self._pacing.target_abandon, "patience": float(self._pacing.patience_s)}
        file.write(opening(mode.value, **given) + "\n")
        return file

    def _end(self, key: tuple[str, Mode], reason: str) -> None:
        self._ended.add(key)
        log.warning("pacing_record_ended", desk=key[0], mode=key[1].value, reason=reason)
