"""What calls tell of phones: how often each was rung in each band of the debtor's day, and somebody answered.

A projection of the log of touches, kept up to date whenever an outcome is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, select

from domain.phone import RANG, REACHED, hour_band
from domain.touch import CHANNEL_GROUPS, Direction
from ledger.bulk import put
from ledger.fact_tables import PhoneTriedRow
from ledger.tables import DebtorRow, TouchRow, table

TOUCH, DEBTOR, TRIED = table(TouchRow), table(DebtorRow), table(PhoneTriedRow)
PAGE = 5_000
RINGS = (
    *(TOUCH.c[name] for name in ("debtor_id", "phone", "channel", "direction", "reserved_at")),
    DEBTOR.c.zones,
)
"""What of a touch and its debtor is looked at."""

_CALLS = frozenset(channel.value for channel in CHANNEL_GROUPS["call"])


def learn(connection: Connection, ends: Iterable[tuple[Any, str]], *, times: int = 1) -> None:
    """Count touches (rows with `RINGS`) with their outcomes; ``times`` -1 takes back what was counted."""
    rung, answered = Counter[tuple[int, str, int]](), Counter[tuple[int, str, int]]()
    for row, outcome in ends:
        if row.channel in _CALLS and row.direction == Direction.OUT and outcome in RANG:
            phone = (row.debtor_id, row.phone, _band(row.reserved_at, row.zones))
            rung[phone] += times
            answered[phone] += times * (outcome in REACHED)
    key, counts = ("debtor_id", "number", "band"), ("rung", "answered")
    rows = [(*phone, count, answered[phone]) for phone, count in sorted(rung.items())]
    put(connection, TRIED, (*key, *counts), rows, key=key, facts=counts, add=True)


def relearn(connection: Connection) -> None:
    """Count the whole log anew."""
    connection.execute(delete(TRIED))
    last = ""
    log = select(TOUCH.c.id, TOUCH.c.outcome, *RINGS).join(DEBTOR).order_by(TOUCH.c.id).limit(PAGE)
    while page := connection.execute(log.where(TOUCH.c.id > last)).all():
        learn(connection, ((row, row.outcome) for row in page if row.outcome))
        last = page[-1].id


def _band(at: datetime, zones: str) -> int:
    """The band of the day by the first of the zones that the debtor may live in."""
    return hour_band(at.astimezone(ZoneInfo(zones.split(",")[0] or "UTC")).hour)
