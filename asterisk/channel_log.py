"""A node's channel event log (CEL as JSON lines): what became of each leg, also of those alive in a crash."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asterisk.inbound import touch_of_call
from asterisk.operator_phone import operator_of
from domain.call_events import (
    Answered,
    AnswerGiven,
    AnyCallEvent,
    Connected,
    Created,
    DigitPressed,
    HungUp,
    MachineJudged,
    OperatorLeft,
    Queued,
    RecordingBegun,
    ResultRecorded,
    Unserved,
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
    for record in records_backwards(path):
        channel = str(record.get("uniqueid", ""))
        touch, of_call = touch_of_call(channel), touch_of_call(str(record.get("linkedid", "")))
        if touch in found or of_call in found:
            touch = touch if touch in found else of_call
            event = _event_or_none(record, touch, ahead)
            if event is not None:
                found[touch].insert(0, event)
        elif _is_start(record) and touch == channel and _surely_before(touch, oldest):
            break
    return found


def records_backwards(path: Path) -> Iterator[dict[str, Any]]:
    """The whole records of the log, the last first. Raises OSError when there is no log."""
    return (record for line in _backwards(path) if (record := _record(line)) is not None)


def _event_or_none(record: dict[str, Any], touch: TouchId, ahead: timedelta) -> AnyCallEvent | None:
    try:
        return _event(record, touch, ahead)
    except (KeyError, TypeError, ValueError):
        return None


def _event(record: dict[str, Any], touch: TouchId, ahead: timedelta) -> AnyCallEvent | None:
    at = datetime.fromtimestamp(float(record["eventtime"]), UTC) + ahead
    if touch_of_call(record["uniqueid"]) != touch:
        return _of_operator(record, touch, at)
    match record["eventtype"]:
        case "CHAN_START":
            return Created(touch, at)
        case "ANSWER":
            return Answered(touch, at)
        case "HANGUP":
            return HungUp(touch, at, int(_extra(record).get("hangupcause", 0)))
        case "DozvonDigit":
            node, _, digit = extra_of(record).rpartition(" ")
            return DigitPressed(touch, at, node, digit)
        case "DozvonAnswer":
            node, name, value = extra_of(record).split(" ")
            return AnswerGiven(touch, at, node, name, value)
        case "DozvonHeard":
            node, by, _, score, words = extra_of(record).split("|")
            return WordsHeard(touch, at, node, by, words, int(score))
        case "DozvonMachine":
            verdict, cause, beep = extra_of(record).split(" ")
            return MachineJudged(touch, at, verdict, cause, beep == "beep")
        case "DozvonResult":
            return ResultRecorded(touch, at, extra_of(record))
        case "DozvonQueued":
            return Queued(touch, at, extra_of(record))
        case "DozvonUnserved":
            return Unserved(touch, at)
    return None


def _of_operator(record: dict[str, Any], touch: TouchId, at: datetime) -> AnyCallEvent | None:
    """What the leg of an operator tells of the call that he was given: an offer without an answer only ends."""
    operator = operator_of(str(record["channame"]))
    if operator is None:
        return None
    match record["eventtype"]:
        case "ANSWER":
            return Connected(touch, at, operator)
        case "HANGUP":
            return OperatorLeft(touch, at, operator)
        case "DozvonRecording":
            return RecordingBegun(touch, at, extra_of(record))
    return None


def extra_of(record: dict[str, Any]) -> str:
    """What the dialplan told with an event of its own."""
    return str(_extra(record).get("extra", ""))


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
