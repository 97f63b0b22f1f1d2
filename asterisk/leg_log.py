"""What a node's channel event log tells of operators' phones: talks that nobody heard the beginning or end of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asterisk.channel_log import records_backwards
from asterisk.inbound import touch_of_call
from asterisk.operator_phone import operator_of_leg
from domain.operator_events import Called, LegEnded, OperatorId, PickedUp

_EVENTS: dict[str, type[Called | PickedUp | LegEnded]] = {
    "CHAN_START": Called,
    "ANSWER": PickedUp,
    "HANGUP": LegEnded,
}


def read_leg_log(
    path: Path, since: datetime, ahead: timedelta = timedelta()
) -> list[Called | PickedUp | LegEnded]:
    """The events of operators' legs from ``since`` on, in the order they happened.

    ``ahead`` is how far the caller's clock is ahead of the node's. Raises OSError when there is no log.
    """
    found = []
    for record in records_backwards(path):
        try:
            at = datetime.fromtimestamp(float(record["eventtime"]), UTC) + ahead
            if at < since:
                break
            if event := _event(record, at):
                found.append(event)
        except (KeyError, TypeError, ValueError):
            continue
    return found[::-1]


def _event(record: dict[str, Any], at: datetime) -> Called | PickedUp | LegEnded | None:
    operator = operator_of_leg(str(record["channame"]), str(record["uniqueid"]))
    kind = _EVENTS.get(str(record["eventtype"]))
    if operator is None or kind is None:
        return None
    return kind(OperatorId(operator), at, str(record["uniqueid"]), touch_of_call(str(record["linkedid"])))
