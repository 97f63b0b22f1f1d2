"""The carrier's record of simulated calls, in the town's form (`asterisk.town.record` reads it)."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from asterisk.town.record import read_record
from asterisk.town.roles import Role


@dataclass(slots=True)
class Invite:
    """One call as the carrier sees it; times are seconds since 1970, 0 means never."""

    touch: str
    number: str
    nth: int
    hour: int
    role: Role
    started: float
    answered: float = 0.0
    digit: str = ""


class CarrierRecord:
    """Counts the calls to every number, and writes a line when a call has ended; goes on with an old file."""

    def __init__(self, path: Path | None) -> None:
        self._calls: Counter[str] = Counter()
        self._file = None
        if path is not None:
            self._calls.update(call.number for call in read_record(path))
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a", encoding="utf-8", buffering=1)

    def count(self, number: str) -> int:
        """How often the number was called, this call included."""
        self._calls[number] += 1
        return self._calls[number]

    def write(self, invite: Invite, ended: float, cause: int, sip: int | None, by_debtor: bool) -> None:
        """Add the line of a call."""
        if self._file is None:
            return
        row = {
            "call": f"{invite.touch} {invite.number} {invite.nth} {invite.hour} {invite.role}",
            "cause": str(cause),
            "sipcode": str(sip or ""),
            "digit": invite.digit,
            "endedby": "debtor" if by_debtor else "",
            "start": invite.started,
            "answer": invite.answered,
            "end": ended,
            "billsec": int(ended - invite.answered) if invite.answered else 0,
            "disposition": _DISPOSITIONS.get(cause, "NO ANSWER") if not invite.answered else "ANSWERED",
        }
        self._file.write(json.dumps(row, separators=(",", ":")) + "\n")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


_DISPOSITIONS = {17: "BUSY", 34: "CONGESTION"}
