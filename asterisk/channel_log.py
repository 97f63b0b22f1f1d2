"""A node's channel event log (CEL as JSON lines): what became of each leg, also of those alive in a crash."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from domain.call import (
    Answered,
    AnswerGiven,
    AnyCallEvent,
    Created,
    DigitPressed,
    HungUp,
    MachineJudged,
    ResultRecorded,
    WordsHeard,
)
from domain.touch import TouchId

BLOCK = 1 << 20


def read_channel_log(
    path: Path, wanted: Collection[TouchId], ahead: timedelta = timedelta()
) -> dict[TouchId, list[AnyCallEvent]]:
    """The events of the wanted touches in the order they happened; none for those that never had a channel.

    Read backwards, and no further than the oldest wanted id: ids are UUIDv7, and so sort by time. ``ahead`` is
    how far the caller's clock is ahead of the node's.
    Lines that a crash has cut, or that hold nonsense, are passed over. Raises OSError when there is no log: a
    node makes it at its start, so its absence is a wrong path, not a proof that nothing happened.
    """
    found: dict[TouchId, list[AnyCallEvent]] = {touch: [] for touch in wanted}
    oldest = min(wanted, default="")
    for line in _backwards(path):
        record = _record(line)
        if record is None:
            continue
        touch = TouchId(str(record.get("uniqueid", "")))
        if touch in found:
            event = _event_or_none(record, touch, ahead)
            if event is not None:
                found[touch].insert(0, event)
        elif _is_start(record) and len(touch) == 32 and _surely_before(touch, oldest):
            break
    return found


def _event_or_none(record: dict[str, Any], touch: TouchId, ahead: timedelta) -> AnyCallEvent | None:
    try:
        return _event(record, touch, ahead)
    except (KeyError, TypeError, ValueError):
        return None


def _event(record: dict[str, Any], touch: TouchId, ahead: timedelta) -> AnyCallEvent | None:
    at = datetime.fromtimestamp(float(record["eventtime"]), UTC) + ahead
    match record["eventtype"]:
        case "CHAN_START":
            return Created(touch, at)
        case "ANSWER":
            return Answered(touch, at)
        case "HANGUP":
            return HungUp(touch, at, int(_extra(record).get("hangupcause", 0)))
        case "DozvonDigit":
            node, _, digit = str(_extra(record).get("extra", "")).rpartition(" ")
            return DigitPressed(touch, at, node, digit)
        case "DozvonAnswer":
            node, name, value = str(_extra(record).get("extra", "")).split(" ")
            return AnswerGiven(touch, at, node, name, value)
        case "DozvonHeard":
            node, by, _, score, words = str(_extra(record).get("extra", "")).split("|")
            return WordsHeard(touch, at, node, by, words, int(score))
        case "DozvonMachine":
            verdict, cause, beep = str(_extra(record).get("extra", "")).split(" ")
            return MachineJudged(touch, at, verdict, cause, beep == "beep")
        case "DozvonResult":
            return ResultRecorded(touch, at, str(_extra(record).get("extra", "")))
    return None


def _extra(record: dict[str, Any]) -> dict[str, Any]:
    extra = record.get("eventextra") or {}
    if isinstance(extra, str):
        extra = json.loads(extra)
    return dict(extra)


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and "eventtype" in record else None


def _is_start(record: dict[str, Any]) -> bool:
    return bool(record["eventtype"] == "CHAN_START")


def _surely_before(touch: str, oldest: str) -> bool:
    """Whether the id was made over ten minutes before the oldest wanted one (48 bits of milliseconds lead it)."""
    try:
        return int(oldest[:12], 16) - int(touch[:12], 16) > 600_000
    except ValueError:
        return False


def _backwards(path: Path) -> Iterator[bytes]:
    """The lines of a file from the last to the first."""
    with path.open("rb") as file:
        position = file.seek(0, 2)
        rest = b""
        while position > 0:
            size = min(BLOCK, position)
            position -= size
            file.seek(position)
            lines = (file.read(size) + rest).split(b"\n")
            rest = lines.pop(0)
            yield from reversed(lines)
        yield rest
