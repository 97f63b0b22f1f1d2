"""Rolls: whom a campaign touched within each half hour, and who of a portfolio rang us: five bytes for each touch.

Who asks how many touches each debtor had needs every touch of a period: from the log a million take seconds, from rolls
hundredths of one (`ledger.packing`). Whoever changes what a roll says tears it up in the same transaction; touches are
logged at the present, so after a clock went back by hours `dozvon ledger recount` is due.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, delete, select

from domain.touch import CHANNEL_GROUPS, Direction, Outcome, TouchId
from ledger.inbound_tables import CAME_IN
from ledger.report_tables import RollRow
from ledger.tables import CampaignRow, DebtorRow, PortfolioRow, TouchRow, table
from ledger.tally import HALF_HOUR_S, epoch

TOUCH, DEBTOR, ROLL = table(TouchRow), table(DebtorRow), table(RollRow)
CAMPAIGN, PORTFOLIO = table(CampaignRow), table(PortfolioRow)
_TORN = delete(ROLL).where(
    *(ROLL.c[name] == bindparam(f"its_{name}") for name in ("direction", "of_id", "half_hour"))
)


class Whose(NamedTuple):
    """Touches that left us, of the campaign ``of``; or calls that came in from debtors of the portfolio ``of``."""

    direction: Direction
    of: int

    @property
    def touches(self) -> Any:
        """Which touches of the log: open ones too, of known debtors."""
        if self.direction is Direction.OUT:
            left_us = TOUCH.c.outcome.is_distinct_from(Outcome.NOT_PLACED.value)
            return and_(TOUCH.c.campaign_id == self.of, TOUCH.c.direction == Direction.OUT.value, left_us)
        called = TOUCH.c.channel.in_(sorted(channel.value for channel in CHANNEL_GROUPS["call"]))
        # without the sum SQLite would begin with all of its debtors
        theirs = DEBTOR.c.portfolio_id + 0 == self.of
        return and_(CAME_IN, called, theirs)

    @property
    def kept(self) -> Any:
        """Which rolls."""
        return and_(ROLL.c.direction == self.direction.value, ROLL.c.of_id == self.of)


def everybody(connection: Connection) -> list[Whose]:
    """Of whom rolls are kept."""
    of = ((Direction.OUT, CAMPAIGN), (Direction.IN, PORTFOLIO))
    return [
        Whose(way, id) for way, one in of for id in connection.scalars(select(one.c.id).order_by(one.c.id))
    ]


def tear(connection: Connection, touches: Collection[TouchId]) -> None:
    """Throw away the rolls that these touches may be in: what was packed of them is no longer so."""
    if not touches:
        return
    at = epoch(connection.dialect.name)
    mine = select(TOUCH.c.direction, TOUCH.c.campaign_id, DEBTOR.c.portfolio_id, at.label("at"))
    rows = connection.execute(mine.select_from(TOUCH.outerjoin(DEBTOR)).where(TOUCH.c.id.in_(touches)))
    torn = {
        (
            row.direction,
            row.campaign_id if row.direction == Direction.OUT else row.portfolio_id,
            row.at // HALF_HOUR_S,
        )
        for row in rows
    }
    names = ("its_direction", "its_of_id", "its_half_hour")
    if known := [dict(zip(names, one, strict=True)) for one in sorted(one for one in torn if one[1])]:
        connection.execute(_TORN, known)
