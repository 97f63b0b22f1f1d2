"""What was known of a debtor at an instant: his touches as the journal had told of them by then, and the strategy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from domain.campaign import Campaign
from domain.debtor import Debtor
from domain.touch import PastTouch
from ledger.history import CHANNELS, DIRECTIONS, OUTCOMES
from ledger.persons import same_persons
from ledger.projection import project
from ledger.reports.statement import lines_of
from ledger.tables import CampaignRow, TouchRow, table

CAMPAIGN, TOUCH = table(CampaignRow), table(TouchRow)


@dataclass(frozen=True, slots=True)
class KnownTouch:
    """A touch as it was known: ``ended_at`` and ``result`` are those of one that had ended by then.

    ``past.debtor`` is the person of ``debtor_id``, where he is the one that was asked about.
    """

    past: PastTouch
    debtor_id: int
    campaign_id: int | None
    version_id: int | None
    segment: str
    variant: str
    step: str
    script: str
    why: str
    ended_at: datetime | None
    result: str


def known_touches(connection: Connection, debtor: Debtor, until: datetime) -> list[KnownTouch]:
    """The touches of the debtor and his person reserved before ``until``, and others' over his phones, as the journal
    told of them then.
    """
    same = same_persons(connection, [debtor])
    phones = [phone.number for phone in debtor.phones]
    concerned = or_(TOUCH.c.debtor_id.in_([debtor.id, *same]), TOUCH.c.phone.in_(phones))
    rows = select(TOUCH.c.id).where(concerned, TOUCH.c.reserved_at < until)
    ids: Sequence[str] = connection.scalars(rows.order_by(TOUCH.c.reserved_at, TOUCH.c.id)).all()
    lines = lines_of(connection, ids)
    return [_known(row, same) for id in ids if (row := project(id, lines[id], until))]


def touches_between(
    connection: Connection, debtor_id: int, since: datetime, until: datetime
) -> list[KnownTouch]:
    """The touches of a debtor reserved in ``[since, until)``, as they are now."""
    mine = (TOUCH.c.debtor_id == debtor_id, TOUCH.c.reserved_at >= since, TOUCH.c.reserved_at < until)
    rows = connection.execute(select(TOUCH).where(*mine).order_by(TOUCH.c.reserved_at, TOUCH.c.id))
    return [_known(dict(row._mapping), {}) for row in rows]


def began(connection: Connection, campaign: Campaign) -> datetime:
    """When the campaign was started."""
    at: datetime = connection.execute(
        select(CAMPAIGN.c.created_at).where(CAMPAIGN.c.id == campaign.id)
    ).scalar_one()
    return at


def _known(row: Mapping[str, Any], same: Mapping[int, str]) -> KnownTouch:
    debtor: int = row["debtor_id"]
    past = PastTouch(
        row["id"],
        row["reserved_at"],
        CHANNELS[row["channel"]],
        OUTCOMES[row["outcome"]],
        same.get(debtor, debtor),
        row["phone"],
        DIRECTIONS[row["direction"]],
        row["debt"],
        row["creditor"],
        campaign=str(row["campaign_id"] or ""),
        trunk=row["caller_number"],
    )
    told = (row["segment"], row.get("variant", ""), row["step"], row["script"], row.get("why", ""))
    ids = (debtor, row["campaign_id"], row["strategy_version_id"])
    return KnownTouch(past, *ids, *told, row["ended_at"], row["result"])
