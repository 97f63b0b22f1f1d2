"""Counting touches as they end: by the half hour for reports, by five minutes for the wallboard.

Projections of the log of touches, kept in the transaction that writes an outcome, set-wise: the log's own rows are
counted by the database, taken back before they change and counted again after.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Subquery,
    and_,
    bindparam,
    case,
    cast,
    delete,
    extract,
    func,
    literal,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from domain.touch import TouchId
from ledger.bulk import put
from ledger.report_tables import OperatorTallyRow, PulseRow, RefusalRow, TallyRow
from ledger.tables import TouchRow, table

TOUCH = table(TouchRow)
HALF_HOUR_S, SLOT_S = 1800, 300
MINUTE_MS = 60_000
PAGE = 100_000


class _Counts(NamedTuple):
    """One table of counts."""

    into: Any
    key: Sequence[str]
    sums: Sequence[str]
    of: str = "outcome"
    """Touches that have one of these."""


TALLY = _Counts(
    table(TallyRow),
    (
        *("campaign_id", "half_hour", "direction", "channel", "version_id"),
        *("segment", "variant", "step", "outcome"),
    ),
    ("touches", "answered", "talk_ms", "minutes"),
)
PULSE = _Counts(table(PulseRow), ("slot", "campaign_id", "direction", "channel", "outcome"), ("touches",))
OF_OPERATORS = _Counts(
    table(OperatorTallyRow),
    ("operator_id", "half_hour", "outcome"),
    ("touches", "talk_ms"),
    of="operator_id",
)
ALL = (TALLY, PULSE, OF_OPERATORS)


def count_touches(connection: Connection, touches: Collection[TouchId], *, times: int = 1) -> None:
    """Count these touches as they stand in the log; ``times`` -1 takes back what was counted."""
    if touches:
        for counts in ALL:
            counting = _counting_these(connection.dialect.name, counts)
            connection.execute(counting, {"touches": list(touches), "times": times})


def recount(connection: Connection, tables: Sequence[_Counts] = ALL) -> None:
    """Count the whole log anew; in pages, since a database sorts what it groups in memory."""
    for counts in tables:
        connection.execute(delete(counts.into))
    last: str | None = ""
    while last is not None:
        begin = TOUCH.c.id > last
        last = connection.scalar(select(TOUCH.c.id).where(begin).order_by(TOUCH.c.id).offset(PAGE).limit(1))
        page = begin if last is None else and_(begin, TOUCH.c.id <= last)
        for counts in tables:
            connection.execute(_counting(connection.dialect.name, counts, page), {"times": 1})


def count_refusals(
    connection: Connection, campaign_id: int, refusals: Mapping[str, int], now: datetime
) -> None:
    """Count how often rules have refused touches of a campaign."""
    rows = [(campaign_id, half_hour(now), rule, times) for rule, times in sorted(refusals.items())]
    key, facts = ("campaign_id", "half_hour", "rule"), ("times",)
    put(connection, table(RefusalRow), (*key, *facts), rows, key=key, facts=facts, add=True)


def forget_pulse(connection: Connection, before: datetime) -> int:
    """Drop the slots of five minutes before an instant; answers how many rows went."""
    pulse = table(PulseRow)
    return connection.execute(delete(pulse).where(pulse.c.slot < slot(before))).rowcount


def half_hour(at: datetime) -> int:
    """The number of the half hour that an instant lies in."""
    return int(at.timestamp()) // HALF_HOUR_S


def half_hours(since: datetime, until: datetime) -> tuple[int, int]:
    """The first half hour of a period and the first that is not in; one that is under way is."""
    end = half_hour(until)
    return half_hour(since), end + 1 if until.timestamp() % HALF_HOUR_S else end


def slot(at: datetime) -> int:
    """The number of the five minutes that an instant lies in."""
    return int(at.timestamp()) // SLOT_S


def begins(number: int, seconds: int) -> datetime:
    """When a half hour or a slot of so many seconds begins."""
    return datetime.fromtimestamp(number * seconds, UTC)


@cache
def _counting_these(dialect: str, counts: _Counts) -> Any:
    """Made once: to make it takes as long as to settle a hundred touches."""
    return _counting(dialect, counts, TOUCH.c.id.in_(bindparam("touches", expanding=True)))


def _counting(dialect: str, counts: _Counts, which: ColumnElement[bool]) -> Any:
    """Rows go in the order of their keys, so that two who count the same wait and do not deadlock."""
    touches, times = _ended(dialect, which), bindparam("times", type_=BigInteger)
    key = [touches.c[name] for name in counts.key]
    sums = [(func.sum(touches.c[name]) * times).label(name) for name in counts.sums]
    counted = touches.c[counts.of].is_not(None)  # SQLite wants a WHERE here anyhow
    rows = select(*key, *sums).where(counted).group_by(*key).order_by(*key)
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    new = insert(counts.into).from_select([*counts.key, *counts.sums], rows)
    grown = {name: counts.into.c[name] + new.excluded[name] for name in counts.sums}
    return new.on_conflict_do_update(index_elements=list(counts.key), set_=grown)


def _ended(dialect: str, which: ColumnElement[bool]) -> Subquery:
    """These touches, as far as they have ended, with what they are counted by."""
    same = ("direction", "channel", "segment", "variant", "step", "outcome", "talk_ms", "operator_id")
    at = epoch(dialect)
    return (
        select(
            *(TOUCH.c[name] for name in same),
            func.coalesce(TOUCH.c.campaign_id, 0).label("campaign_id"),
            func.coalesce(TOUCH.c.strategy_version_id, 0).label("version_id"),
            (at // HALF_HOUR_S).label("half_hour"),
            (at // SLOT_S).label("slot"),
            literal(1).label("touches"),
            case((TOUCH.c.answered_at.is_(None), 0), else_=1).label("answered"),
            ((TOUCH.c.talk_ms + MINUTE_MS - 1) // MINUTE_MS).label("minutes"),
        )
        .where(which, TOUCH.c.outcome.is_not(None))
        .subquery()
    )


def epoch(dialect: str) -> ColumnElement[Any]:
    """Whole seconds since 1970 of a touch's reservation."""
    seconds = extract("epoch", TOUCH.c.reserved_at)
    return cast(func.floor(seconds) if dialect == "postgresql" else seconds, BigInteger)
