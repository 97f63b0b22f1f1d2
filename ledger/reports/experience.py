"""What a portfolio has taught: how its latest touches ended; and a fair sample of its debtors to try a strategy on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, cast, func, select

from domain.touch import Channel, Direction, Outcome
from ledger.tables import CampaignRow, DebtorRow, TouchRow, table

CAMPAIGN, DEBTOR, TOUCH = table(CampaignRow), table(DebtorRow), table(TouchRow)
LATEST = 100_000
"""How many touches back experience goes."""
SCATTER, SCATTER_MOD = 2_654_435_761, 4_294_967_296
"""Knuth's multiplicative hash: ids that lie beside each other are far apart by it."""


class Ended(NamedTuple):
    """How many of the latest touches of a channel ended so, with the same answer, and their mean length."""

    channel: Channel
    outcome: Outcome
    result: str
    touches: int
    talk_s: float


def latest_outcomes(connection: Connection, portfolio_id: int) -> list[Ended]:
    """How the latest `LATEST` outbound touches of a portfolio's campaigns ended, in a stable order."""
    mine = select(CAMPAIGN.c.id).where(CAMPAIGN.c.portfolio_id == portfolio_id)
    columns = (TOUCH.c.channel, TOUCH.c.outcome, TOUCH.c.result, TOUCH.c.talk_ms)
    latest = (
        select(*columns)
        .where(
            TOUCH.c.campaign_id.in_(mine),
            TOUCH.c.direction == Direction.OUT.value,
            TOUCH.c.outcome.not_in([Outcome.NOT_PLACED.value, Outcome.UNKNOWN.value]),
        )
        .order_by(TOUCH.c.id.desc())  # ids sort by time
        .limit(LATEST)
        .subquery()
    )
    by = (latest.c.channel, latest.c.outcome, latest.c.result)
    rows = select(*by, func.count(), func.avg(latest.c.talk_ms)).group_by(*by).order_by(*by)
    return [
        Ended(Channel(channel), Outcome(outcome), result, count, float(talk_ms) / 1000)
        for channel, outcome, result, count, talk_ms in connection.execute(rows)
    ]


def sample(connection: Connection, portfolio_id: int, size: int) -> Sequence[int]:
    """The ids of ``size`` debtors from all over the portfolio, ascending; the same ones each time."""
    scattered = (cast(DEBTOR.c.id, BigInteger) * SCATTER) % SCATTER_MOD
    mine = select(DEBTOR.c.id).where(DEBTOR.c.portfolio_id == portfolio_id)
    return sorted(connection.scalars(mine.order_by(scattered, DEBTOR.c.id).limit(size)))
