"""Campaigns: their caps, their state, and the fence that keeps two owners apart."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, insert, or_, select, update

from domain.campaign import Campaign, CampaignStatus
from domain.errors import InputError, LeaseLost
from ledger.tables import CampaignRow, StrategyVersionRow, TouchRow, table

CAMPAIGN, VERSION, TOUCH = table(CampaignRow), table(StrategyVersionRow), table(TouchRow)


@dataclass(frozen=True)
class Campaigns:
    """Repository of campaigns and of the strategy versions they run."""

    connection: Connection

    def publish(self, name: str, *, body: str, digest: str, now: datetime) -> int:
        """The id of this strategy text as an immutable version; the same text is the same version."""
        same = select(VERSION.c.id).where(VERSION.c.name == name, VERSION.c.digest == digest)
        found = self.connection.scalar(same)
        if found is not None:
            return int(found)
        row = insert(VERSION).values(name=name, body=body, digest=digest, published_at=now)
        return int(self.connection.execute(row.returning(VERSION.c.id)).scalar_one())

    def strategy_body(self, version_id: int) -> tuple[str, str]:
        """Name and text of a published strategy."""
        row = self.connection.execute(
            select(VERSION.c.name, VERSION.c.body).where(VERSION.c.id == version_id)
        ).one()
        return row.name, row.body

    def create(self, name: str, *, now: datetime, **values: Any) -> Campaign:
        """A new running campaign; an InputError if the name is taken."""
        if self.connection.scalar(select(CAMPAIGN.c.id).where(CAMPAIGN.c.name == name)) is not None:
            raise InputError(f"campaign {name!r} exists already", remedy="choose another name, or resume it")
        row = {"name": name, "status": CampaignStatus.RUNNING.value, "fence": 0, "created_at": now, **values}
        self.connection.execute(insert(CAMPAIGN).values(**row))
        return self.named(name)

    def named(self, name: str) -> Campaign:
        """The campaign of that name, or an InputError that lists those there are."""
        row = self.connection.execute(select(CAMPAIGN).where(CAMPAIGN.c.name == name)).one_or_none()
        if row is None:
            known = (
                ", ".join(self.connection.scalars(select(CAMPAIGN.c.name).order_by(CAMPAIGN.c.name)))
                or "none yet"
            )
            raise InputError(f"no campaign {name!r}", remedy=f"campaigns: {known}")
        return _campaign(row)

    def wanting(self, nodes: Collection[str]) -> list[Campaign]:
        """All campaigns that want an owner: first those that run, then those stopped with calls left open on these
        nodes, which count for ever unless somebody settles them.
        """
        running = CAMPAIGN.c.status == CampaignStatus.RUNNING.value
        left_open = exists().where(
            TOUCH.c.campaign_id == CAMPAIGN.c.id, TOUCH.c.outcome.is_(None), TOUCH.c.node.in_(list(nodes))
        )
        wanted = select(CAMPAIGN).where(or_(running, left_open)).order_by(running.desc(), CAMPAIGN.c.id)
        return [_campaign(row) for row in self.connection.execute(wanted)]

    def set_status(self, name: str, status: CampaignStatus) -> Campaign:
        """Pause, resume, stop or finish a campaign; its owner obeys at its next tick."""
        campaign = self.named(name)
        self.connection.execute(
            update(CAMPAIGN).where(CAMPAIGN.c.id == campaign.id).values(status=status.value)
        )
        return self.named(name)

    def set_caps(self, name: str, **caps: Any) -> Campaign:
        """Change ``max_channels``, ``max_calls_per_second`` or ``call_limit`` of a campaign."""
        campaign = self.named(name)
        self.connection.execute(update(CAMPAIGN).where(CAMPAIGN.c.id == campaign.id).values(**caps))
        return self.named(name)

    def take_over(self, campaign_id: int) -> int:
        """Raise the fence and return it: from this commit on, earlier owners' writes are refused."""
        mine = CAMPAIGN.c.id == campaign_id
        self.connection.execute(update(CAMPAIGN).where(mine).values(fence=CAMPAIGN.c.fence + 1))
        return int(self.connection.execute(select(CAMPAIGN.c.fence).where(mine)).scalar_one())

    def owned(self, campaign_id: int, fence: int) -> Campaign:
        """The campaign as it is now, locked; LeaseLost when somebody else has taken it over."""
        row = self.connection.execute(
            select(CAMPAIGN).where(CAMPAIGN.c.id == campaign_id).with_for_update()
        ).one()
        if row.fence != fence:
            raise LeaseLost(
                f"campaign {row.name!r} has a newer owner (fence {row.fence}, ours {fence})",
                remedy="this dialler stops; nothing to do",
            )
        return _campaign(row)


def _campaign(row: Any) -> Campaign:
    return Campaign(
        id=row.id,
        name=row.name,
        portfolio_id=row.portfolio_id,
        strategy_version_id=row.strategy_version_id,
        status=CampaignStatus(row.status),
        caller_number=row.caller_number,
        max_channels=row.max_channels,
        max_calls_per_second=row.max_calls_per_second,
        call_limit=row.call_limit,
        fence=row.fence,
    )
