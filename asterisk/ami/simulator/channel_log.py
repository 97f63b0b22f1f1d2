"""The simulated node's channel event log, in the form of Asterisk's CEL (`asterisk.channel_log` reads it)."""

from __future__ import annotations

import json
from pathlib import Path


class ChannelLog:
    """Writes every line at once, so that a crash loses none; no path, no lines."""

    def __init__(self, path: Path | None) -> None:
        self._file = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a", encoding="utf-8", buffering=1)

    def write(self, kind: str, uniqueid: str, name: str, at: float, **extra: int | str) -> None:
        """Add an event of a channel: CHAN_START, ANSWER, HANGUP (``hangupcause``), or one of the script (``extra``).

        ``at`` is in seconds since 1970.
        """
        if self._file is None:
            return
        row = {
            "eventtype": kind,
            "eventtime": at,
            "channame": name,
            "uniqueid": uniqueid,
            "linkedid": uniqueid,
            "eventextra": json.dumps(extra) if extra else "",
        }
        self._file.write(json.dumps(row, separators=(",", ":")) + "\n")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
