"""Calls of robots, and which of them somebody who rings us follows: what the pacing of callbacks learns from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, String, func, select

from domain.touch import Channel, Direction, Outcome, TouchId
from ledger.tables import CampaignRow, TouchRow, table

CAMPAIGN, TOUCH = table(CampaignRow), table(TouchRow)
ROBOTS = (Channel.VOICE_MSG.value, Channel.CALL_AGENT.value)
LONGEST_CALL = timedelta(minutes=20)
FOLLOWS_WITHIN = timedelta(days=1)
AT_ONCE = 500


class CallsOut(NamedTuple):
    """How many calls of a robot ended alike within the minute that begins at ``minute``."""

    minute: datetime
    step: str
    segment: str
    outcome: Outcome
    calls: int


def calls_out(
    connection: Connection, portfolios: Collection[int], since: datetime, until: datetime
) -> list[CallsOut]:
    """The robots' calls of these portfolios' campaigns that ended within ``[since, until)``, by minute."""
    mine = select(CAMPAIGN.c.id).where(CAMPAIGN.c.portfolio_id.in_(portfolios))
    by = (_minute(connection), TOUCH.c.step, TOUCH.c.segment, TOUCH.c.outcome)
    rows = select(*by, func.count()).where(
        TOUCH.c.campaign_id.in_(mine),
        TOUCH.c.channel.in_(ROBOTS),
        TOUCH.c.reserved_at >= since - LONGEST_CALL,
        TOUCH.c.ended_at >= since,
        TOUCH.c.ended_at < until,
        TOUCH.c.outcome.is_not(None),
    )
    return [
        CallsOut(datetime.fromisoformat(minute).replace(tzinfo=UTC), step, segment, Outcome(outcome), calls)
        for minute, step, segment, outcome, calls in connection.execute(rows.group_by(*by).order_by(*by))
    ]


def followed(connection: Connection, touches: Sequence[TouchId]) -> dict[TouchId, CallsOut]:
    """The last call of a robot within a day before each of these calls that came in; strangers have none."""
    found: dict[TouchId, CallsOut] = {}
    for first in range(0, len(touches), AT_ONCE):
        found |= _followed(connection, touches[first : first + AT_ONCE])
    return found


def _followed(connection: Connection, touches: Sequence[TouchId]) -> dict[TouchId, CallsOut]:
    columns = (TOUCH.c.id, TOUCH.c.debtor_id, TOUCH.c.reserved_at)
    known = select(*columns).where(TOUCH.c.id.in_(touches), TOUCH.c.debtor_id.is_not(None))
    callers = connection.execute(known).all()
    if not callers:
        return {}
    rang = [caller.reserved_at for caller in callers]
    ours: dict[int, list[Any]] = defaultdict(list)
    rows = select(TOUCH.c.debtor_id, TOUCH.c.ended_at, TOUCH.c.step, TOUCH.c.segment, TOUCH.c.outcome).where(
        TOUCH.c.debtor_id.in_({caller.debtor_id for caller in callers}),
        TOUCH.c.reserved_at >= min(rang) - FOLLOWS_WITHIN,
        TOUCH.c.reserved_at < max(rang),
        TOUCH.c.channel.in_(ROBOTS),
        TOUCH.c.direction == Direction.OUT.value,
        TOUCH.c.outcome.is_not(None),
    )
    for row in connection.execute(rows.order_by(TOUCH.c.reserved_at)):
        ours[row.debtor_id].append(row)
    found = {}
    for caller in callers:
        for row in ours[caller.debtor_id]:
            if caller.reserved_at - FOLLOWS_WITHIN <= row.ended_at <= caller.reserved_at:
                found[TouchId(caller.id)] = CallsOut(
                    row.ended_at, row.step, row.segment, Outcome(row.outcome), 1
                )
    return found


def _minute(connection: Connection) -> Any:
    """The minute in which a touch ended, as text in UTC."""
    if connection.dialect.name == "sqlite":
        return func.substr(TOUCH.c.ended_at, 1, 16, type_=String)
    return func.to_char(func.timezone("UTC", TOUCH.c.ended_at), "YYYY-MM-DD HH24:MI", type_=String)
