"""The funnel's figures: how a campaign's plans stand, and of those that are due what decides about them together.

A portfolio is too large to be judged debtor by debtor. What holds for one debtor at a step holds for all of the same
zones and region, but for those who are named one by one: the blocked, and those who may be at a limit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Select, and_, func, not_, or_, select, union_all

from domain.campaign import Campaign, PlanState, Why
from domain.rules import Count, LimitRule, Scope
from domain.touch import Channel, Outcome
from ledger.history import OF_THE_HOUSE
from ledger.reports.tally import tally
from ledger.tables import (
    BlockRow,
    CampaignRow,
    ConsentRow,
    DebtorRow,
    PhoneRow,
    PlanRow,
    TouchRow,
    table,
)

BLOCK, CAMPAIGN, DEBTOR = table(BlockRow), table(CampaignRow), table(DebtorRow)
CONSENT = table(ConsentRow)
PHONE, PLAN, TOUCH = table(PhoneRow), table(PlanRow), table(TouchRow)


class Alike(NamedTuple):
    """What debtors who are due have in common when one verdict is true of all of them."""

    segment: str
    variant: str
    step: str
    zones: tuple[str, ...]
    region: str


class Blocked(NamedTuple):
    """A debtor who is due, and the channels that blocks of him close now."""

    alike: Alike
    channels: frozenset[Channel]


@dataclass(frozen=True, slots=True)
class FunnelRows:
    """Reads one campaign's plans as they stand at ``now``."""

    connection: Connection
    campaign: Campaign
    now: datetime

    def unplanned(self) -> int:
        """Debtors of the portfolio who have no plan yet."""
        mine = select(func.count()).where(DEBTOR.c.portfolio_id == self.campaign.portfolio_id)
        planned = select(func.count()).where(PLAN.c.campaign_id == self.campaign.id)
        return (self.connection.scalar(mine) or 0) - (self.connection.scalar(planned) or 0)

    def standing(self) -> Iterator[tuple[PlanState, Why, int]]:
        """State and reason of the plans that are not due now, and how many there are; read from an index alone."""
        rows = select(PLAN.c.state, PLAN.c.why).where(
            PLAN.c.campaign_id == self.campaign.id, not_(self._due())
        )
        for (state, why), count in tally(self.connection, rows).items():
            yield PlanState(state), Why(why), count

    def due(self) -> dict[Alike, int]:
        """Debtors who are due now."""
        rows = select(*_ALIKE).select_from(PLAN.join(DEBTOR)).where(self._due())
        return {_alike(row): count for row, count in tally(self.connection, rows).items()}

    def blocked(self) -> dict[int, Blocked]:
        """Those who are due and blocked now, whatever phone is rung."""
        rows = (
            select(*_ALIKE, PLAN.c.debtor_id, BLOCK.c.channels)
            .select_from(PLAN.join(DEBTOR).join(BLOCK, BLOCK.c.debtor_id == PLAN.c.debtor_id))
            .where(self._due(), self._holds(BLOCK), BLOCK.c.scope == Scope.DEBTOR.value)
        )
        found: dict[int, Blocked] = {}
        for *alike, debtor, names in self.connection.execute(rows):
            channels = frozenset(map(Channel, names.split(",")))
            known = found.get(debtor)
            found[debtor] = Blocked(_alike(alike), channels | known.channels if known else channels)
        return found

    def narrowly_blocked(self) -> set[int]:
        """Those who are due and have a block of one phone, debt or creditor."""
        own = BLOCK.c.debtor_id == PLAN.c.debtor_id
        narrow = select(PLAN.c.debtor_id).join(BLOCK, own).where(BLOCK.c.scope != Scope.DEBTOR.value)
        whose = (PHONE.c.debtor_id == PLAN.c.debtor_id, PHONE.c.number == BLOCK.c.target)
        of_phones = (
            select(PLAN.c.debtor_id)
            .select_from(BLOCK.join(PHONE, whose[1]).join(PLAN, whose[0]))
            .where(BLOCK.c.debtor_id.is_(None))
        )
        queries = (query.where(self._due(), self._holds(BLOCK)) for query in (narrow, of_phones))
        return {debtor for query in queries for debtor in self.connection.scalars(query)}

    def consenting(self) -> set[int]:
        """Those who are due and have agreed to something that holds now."""
        agreed = select(CONSENT.c.debtor_id).where(self._holds(CONSENT))
        due = select(PLAN.c.debtor_id).where(self._due(), PLAN.c.debtor_id.in_(agreed))
        return set(self.connection.scalars(due))

    def elsewhere(self) -> set[int]:
        """Those who are due and whose person is several debtors: what was done to the others counts for them."""
        known = select(DEBTOR.c.person).where(DEBTOR.c.person.is_not(None))
        several = known.group_by(DEBTOR.c.person).having(func.count() > 1).subquery()
        theirs = several.join(DEBTOR, DEBTOR.c.person == several.c.person)
        due = theirs.join(PLAN, PLAN.c.debtor_id == DEBTOR.c.id)
        return set(self.connection.scalars(select(PLAN.c.debtor_id).select_from(due).where(self._due())))

    def near_limits(self, limits: Collection[LimitRule], zones: Collection[ZoneInfo]) -> set[int]:
        """Those who are due and have so many touches that one of the limits may be reached.

        A limit of the house counts everybody's touches and so decides for all alike; one that counts debtors does not
        count whom it has counted already.
        """
        found: set[int] = set()
        campaigns = self.connection.scalars(select(CAMPAIGN.c.id)).all()
        for limit in limits:
            if limit.scope in OF_THE_HOUSE and limit.count is Count.TOUCHES:
                continue
            since = min((limit.window.begins(self.now, zone) for zone in zones), default=self.now)
            found.update(self.connection.scalars(self._at_limit(limit, since, campaigns)))
        return found

    def _at_limit(self, limit: LimitRule, since: datetime, campaigns: Sequence[int]) -> Select[Any]:
        of_phone = limit.scope is Scope.PHONE
        key = TOUCH.c.phone if of_phone else TOUCH.c.debtor_id
        counted = union_all(
            *(
                select(key.label("key")).where(where, TOUCH.c.reserved_at >= since)
                for where in _counted(limit, campaigns)
            )
        ).subquery()
        least = 1 if limit.scope in OF_THE_HOUSE else limit.max
        full = select(counted.c.key).group_by(counted.c.key).having(func.count() >= least).subquery()
        whose = full.join(PHONE, PHONE.c.number == full.c.key) if of_phone else full
        debtor = PHONE.c.debtor_id if of_phone else full.c.key
        return (
            select(PLAN.c.debtor_id)
            .select_from(whose.join(PLAN, PLAN.c.debtor_id == debtor))
            .where(self._due())
        )

    def _due(self) -> ColumnElement[bool]:
        return and_(
            PLAN.c.campaign_id == self.campaign.id,
            PLAN.c.state == PlanState.DUE.value,
            PLAN.c.due_at <= self.now,
        )

    def _holds(self, row: Any) -> ColumnElement[bool]:
        return and_(row.c.starts_at <= self.now, or_(row.c.ends_at.is_(None), row.c.ends_at > self.now))


_ALIKE = (PLAN.c.segment, PLAN.c.variant, PLAN.c.step, DEBTOR.c.zones, DEBTOR.c.region)


def _alike(row: Sequence[Any]) -> Alike:
    segment, variant, step, zones, region = row[:5]
    return Alike(segment, variant, step, tuple(filter(None, zones.split(","))), region)


def _counted(limit: LimitRule, campaigns: Sequence[int]) -> Iterator[ColumnElement[bool]]:
    """Touches that the limit may count, in parts that one index answers each; open ones count as anything."""
    ended = TOUCH.c.outcome.in_([outcome.value for outcome in limit.outcomes | {Outcome.UNKNOWN}])
    for of_campaign in (TOUCH.c.campaign_id.in_(campaigns), TOUCH.c.campaign_id.is_(None)):
        yield and_(of_campaign, ended)
        yield and_(of_campaign, TOUCH.c.outcome.is_(None))
