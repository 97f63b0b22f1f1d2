"""Campaigns: their caps, their state, their version, and the fence that keeps two owners apart."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, insert, or_, select, update

from domain.campaign import UNDER_WAY, Campaign, CampaignStatus, Planning
from domain.errors import InputError, LeaseLost
from ledger.tables import CampaignRow, TouchRow, table

CAMPAIGN, TOUCH = table(CampaignRow), table(TouchRow)


@dataclass(frozen=True)
class Campaigns:
    """Repository of campaigns."""

    connection: Connection

    def create(self, name: str, *, version_id: int, now: datetime, **values: Any) -> Campaign:
        """A new campaign, running unless another ``status`` is given; an InputError if the name is taken."""
        if self.connection.scalar(select(CAMPAIGN.c.id).where(CAMPAIGN.c.name == name)) is not None:
            raise InputError(f"campaign {name!r} exists already", remedy="choose another name, or resume it")
        row = {"name": name, "status": CampaignStatus.RUNNING.value, "fence": 0, "created_at": now}
        row |= {"strategy_version_id": version_id, "wanted_version_id": version_id}
        self.connection.execute(insert(CAMPAIGN).values(row | values))
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

    def began(self, campaign_id: int) -> datetime:
        """When the campaign was made."""
        at: datetime = self.connection.execute(
            select(CAMPAIGN.c.created_at).where(CAMPAIGN.c.id == campaign_id)
        ).scalar_one()
        return at

    def get(self, campaign_id: int) -> Campaign:
        """The campaign with that id."""
        return _campaign(self.connection.execute(select(CAMPAIGN).where(CAMPAIGN.c.id == campaign_id)).one())

    def under_way(self, portfolio_id: int | None = None) -> list[Campaign]:
        """The running and paused campaigns, of all portfolios or of one."""
        wanted = select(CAMPAIGN).where(CAMPAIGN.c.status.in_(UNDER_WAY)).order_by(CAMPAIGN.c.id)
        if portfolio_id is not None:
            wanted = wanted.where(CAMPAIGN.c.portfolio_id == portfolio_id)
        return [_campaign(row) for row in self.connection.execute(wanted)]

    def all(self) -> list[Campaign]:
        """Every campaign: those under way first, the newest before the others."""
        order = (CAMPAIGN.c.status.in_(UNDER_WAY).desc(), CAMPAIGN.c.id.desc())
        return [_campaign(row) for row in self.connection.execute(select(CAMPAIGN).order_by(*order))]

    def names(self) -> list[str]:
        """All campaigns, those under way first and of these the newest."""
        order = (CAMPAIGN.c.status.in_(UNDER_WAY).desc(), CAMPAIGN.c.id.desc())
        return list(self.connection.scalars(select(CAMPAIGN.c.name).order_by(*order)))

    def latest(self, portfolio_id: int) -> Campaign | None:
        """The campaign that speaks for a portfolio: the newest one under way, else the newest of all."""
        mine = select(CAMPAIGN).where(CAMPAIGN.c.portfolio_id == portfolio_id)
        order = (CAMPAIGN.c.status.in_(UNDER_WAY).desc(), CAMPAIGN.c.id.desc())
        row = self.connection.execute(mine.order_by(*order).limit(1)).one_or_none()
        return _campaign(row) if row else None

    def wanting(self, nodes: Collection[str], ours: Collection[int] = ()) -> list[Campaign]:
        """All campaigns that want an owner: first those that run, then those stopped with calls left open on these
        nodes, which count for ever unless somebody settles them; and in any case ``ours``.
        """
        running = CAMPAIGN.c.status == CampaignStatus.RUNNING.value
        left_open = exists().where(
            TOUCH.c.campaign_id == CAMPAIGN.c.id, TOUCH.c.outcome.is_(None), TOUCH.c.node.in_(list(nodes))
        )
        wanted = select(CAMPAIGN).where(or_(running, left_open, CAMPAIGN.c.id.in_(list(ours))))
        wanted = wanted.order_by(running.desc(), CAMPAIGN.c.id)
        return [_campaign(row) for row in self.connection.execute(wanted)]

    def take_version(self, campaign_id: int, version_id: int) -> None:
        """From now on the campaign runs this version."""
        self._set(campaign_id, strategy_version_id=version_id)

    def set_planning(self, campaign_id: int, planning: Planning) -> None:
        """Write down how far planning has come."""
        at, version, to = planning.at, planning.version_id, planning.to
        self._set(campaign_id, planned_at=at, planned_version_id=version, planned_to=to)

    def _set(self, campaign_id: int, **values: Any) -> None:
        self.connection.execute(update(CAMPAIGN).where(CAMPAIGN.c.id == campaign_id).values(**values))

    def set_status(self, name: str, status: CampaignStatus) -> Campaign:
        """Pause, resume, stop or finish a campaign; its owner obeys at its next tick."""
        campaign = self.named(name)
        self._set(campaign.id, status=status.value)
        return self.named(name)

    def set_caps(self, name: str, **caps: Any) -> Campaign:
        """Change ``max_channels``, ``max_calls_per_second`` or ``call_limit`` of a campaign."""
        campaign = self.named(name)
        self._set(campaign.id, **caps)
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
        wanted_version_id=row.wanted_version_id,
        status=CampaignStatus(row.status),
        caller_number=row.caller_number,
        max_channels=row.max_channels,
        max_calls_per_second=row.max_calls_per_second,
        call_limit=row.call_limit,
        fence=row.fence,
        planning=Planning(row.planned_at, row.planned_version_id, row.planned_to),
    )
