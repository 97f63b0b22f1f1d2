"""What a node's channel event log tells of callers: those who rang while no dialler listened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from asterisk.channel_log import extra_of, records_backwards
from asterisk.inbound import CALLER, Ring, e164


def read_callers(
    path: Path, node: str, since: datetime, ahead: timedelta = timedelta()
) -> list[tuple[Ring, datetime]]:
    """Who has rung the node from ``since`` on and when, in order.

    ``ahead`` is how far the caller's clock is ahead of the node's. Raises OSError when there is no log.
    """
    found = []
    for record in records_backwards(path):
        try:
            at = datetime.fromtimestamp(float(record["eventtime"]), UTC) + ahead
            if at < since:
                break
            if record["eventtype"] == CALLER:
                line, _, number = extra_of(record).partition(" ")
                found.append((Ring(str(record["uniqueid"]), node, e164(line), e164(number)), at))
        except (KeyError, TypeError, ValueError):
            continue  # a line that a crash has cut
    return found[::-1]
