"""The carrier's truth: the town's own record of every INVITE, against which our log is compared."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from asterisk.town.callers import CallersPlan, CallIn, call_in_of, calls_back
from asterisk.town.roles import Role

_NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class CarrierCall:
    """One INVITE as the carrier saw it. Times are UTC."""

    touch_id: str
    """From the caller's header; empty when there was none."""
    number: str
    nth: int
    """The count of calls to this number, this one included."""
    hour: int
    """The hour of the town's zone that chose the role."""
    role: Role
    started: datetime
    answered: datetime | None
    ended: datetime
    billed_seconds: int
    disposition: str
    cause: int
    """The Q.850 hang-up cause."""
    sip_code: int | None
    """What the carrier answered when nobody picked up; None for answered and for cancelled calls."""
    digit: str
    """The digit that the debtor pressed, or the extension that a switchboard was dialled; or empty."""
    ended_by: str
    """``debtor`` (the carrier counts as one) or ``dialler``."""


@dataclass(frozen=True, slots=True)
class RobotTalk:
    """One call to a robot operator's phone. Times are UTC."""

    touch_id: str
    """From the caller's header; empty when there was none."""
    user: str
    nth: int
    """The count of calls to this phone, this one included."""
    started: datetime
    answered: datetime | None
    """None: it was not picked up."""
    ended: datetime
    ended_by: str
    """``robot``, or ``caller`` for the other end."""


def read_record(path: Path) -> list[CarrierCall]:
    """All calls of the record in the order they ended; a line cut by a crash is left out."""
    return [_call(row) for row in _rows(path) if row.get("call")]


def read_talks(path: Path) -> list[RobotTalk]:
    """All calls to robot operators in the order they ended; a line cut by a crash is left out."""
    return [_talk(row) for row in _rows(path) if row.get("robot")]


def read_calls_in(path: Path) -> list[CallIn]:
    """All calls that people of the town made to us, in the order they ended; a line cut by a crash is left out."""
    return [call_in_of(row) for row in _rows(path) if row.get("caller")]


def callers_of(record: Iterable[CarrierCall], seed: str, plan: CallersPlan) -> Counter[str]:
    """How often each number of the town rings us after these calls, by what it is drawn to; numbers in E.164 form."""
    found: Counter[str] = Counter()
    for call in record:
        back = calls_back(call.number, call.nth, seed, plan)
        if back and call.role is not Role.UNKNOWN_NUMBER:
            found[f"+{call.number}"] += 1 + back.again
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    whole, _, _torn = text.rpartition("\n")
    return [row for line in whole.splitlines() if (row := _row(line))]


def _row(line: str) -> dict[str, str]:
    try:
        row: dict[str, str] = json.loads(line)
    except json.JSONDecodeError:  # a killed town left half a line, and the next one wrote on behind it
        return {}
    return row


def _call(row: dict[str, str]) -> CarrierCall:
    touch_id, number, nth, hour, role = row["call"].split(" ")
    answered = _time(row["answer"])
    return CarrierCall(
        touch_id=touch_id,
        number=number,
        nth=int(nth),
        hour=int(hour),
        role=Role(role),
        started=_time(row["start"]) or _NEVER,
        answered=answered,
        ended=_time(row["end"]) or _NEVER,
        billed_seconds=int(row["billsec"]),
        disposition=row["disposition"],
        cause=int(row["cause"] or 0),
        sip_code=int(row["sipcode"]) if row["sipcode"] and answered is None else None,
        digit=row["digit"],
        ended_by=row["endedby"] or "dialler",
    )


def _talk(row: dict[str, str]) -> RobotTalk:
    touch_id, user, nth = row["robot"].split(" ")
    return RobotTalk(
        touch_id=touch_id,
        user=user,
        nth=int(nth),
        started=_time(row["start"]) or _NEVER,
        answered=_time(row["answer"]),
        ended=_time(row["end"]) or _NEVER,
        ended_by="robot" if row["endedby"] else "caller",
    )


def _time(seconds: str) -> datetime | None:
    return datetime.fromtimestamp(float(seconds), UTC) if seconds and float(seconds) > 0 else None
