"""The funnel's figures: how a campaign's plans stand, and of those that are due what decides about them together.

A portfolio is too large to be judged debtor by debtor. What holds for one debtor at a step holds for all of the same
zones and region, but for those who are named one by one: the blocked, and those who may be at a limit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select, union_all

from domain.campaign import Campaign, PlanState, Why
from domain.rules import Count, LimitRule, Scope
from domain.touch import Channel, Outcome
from ledger.contact_counts import windows_of
from ledger.history import OF_THE_HOUSE
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
from ledger.totals import total

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


class AlikePlans(NamedTuple):
    """Plans that are alike: how many, and how many of them are due now."""

    state: PlanState
    why: Why
    alike: Alike
    plans: int
    due: int


class Blocked(NamedTuple):
    """A debtor who is due, and the channels that blocks of him close now."""

    alike: Alike
    channels: frozenset[Channel]


class _Counted(NamedTuple):
    """What limits count that are asked together: touches of phones or debtors, with these outcomes."""

    of_phone: bool
    outcomes: frozenset[Outcome]


@dataclass(frozen=True, slots=True)
class FunnelRows:
    """Reads one campaign's plans as they stand at ``now``."""

    connection: Connection
    campaign: Campaign
    now: datetime

    def debtors(self) -> int:
        """Debtors of the portfolio, with a plan or without."""
        return total(self.connection, self.campaign.portfolio_id).debtors

    def plans(self) -> Iterator[AlikePlans]:
        """All plans, those together that are alike; one index holds them in this order."""
        alike = (PLAN.c.state, *_ALIKE, PLAN.c.why)
        due = func.sum(case((self._due(), 1), else_=0))
        rows = select(*alike, func.count(), due).where(PLAN.c.campaign_id == self.campaign.id)
        for state, *common, why, count, now in self.connection.execute(rows.group_by(*alike)):
            yield AlikePlans(PlanState(state), Why(why), _alike(common), count, now)

    def members(self, some: AlikePlans, *, due: bool) -> Iterator[int]:
        """Whose plans these are, read as they are asked for: those that are due, or the others."""
        alike, place = some.alike, f"{some.alike.region} {','.join(some.alike.zones)}"
        kind = (alike.segment, alike.variant, alike.step, place)
        theirs = select(PLAN.c.debtor_id).where(
            PLAN.c.campaign_id == self.campaign.id,
            PLAN.c.state == some.state.value,
            *(column == value for column, value in zip(_ALIKE, kind, strict=True)),
            PLAN.c.why == some.why.value,
        )
        if due:
            theirs = theirs.where(PLAN.c.due_at <= self.now)
        elif some.state is PlanState.DUE:
            theirs = theirs.where(PLAN.c.due_at > self.now)
        yield from self.connection.execute(theirs.order_by(PLAN.c.due_at, PLAN.c.debtor_id)).scalars()

    def not_planned(self, first: int, most: int) -> list[int]:
        """Debtors of the portfolio without a plan, by id."""
        here = (PLAN.c.campaign_id == self.campaign.id, PLAN.c.debtor_id == DEBTOR.c.id)
        mine = select(DEBTOR.c.id).where(DEBTOR.c.portfolio_id == self.campaign.portfolio_id)
        nobody = mine.where(~select(PLAN.c.debtor_id).where(*here).exists())
        return list(self.connection.scalars(nobody.order_by(DEBTOR.c.id).offset(first).limit(most)))

    def blocked(self) -> dict[int, Blocked]:
        """Those who are due and blocked now, whatever phone is rung."""
        rows = (
            select(*_ALIKE, PLAN.c.debtor_id, BLOCK.c.channels)
            .join(BLOCK, BLOCK.c.debtor_id == PLAN.c.debtor_id)
            .where(self._due(), self._holds(BLOCK), BLOCK.c.scope == Scope.DEBTOR.value)
        )
        found: dict[int, Blocked] = {}
        for *alike, debtor, names in self.connection.execute(rows):
            channels = _channels(names)
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
        count whom it has counted already. An open touch is counted nowhere yet, so whoever has one is among them.
        """
        least = defaultdict[_Counted, dict[datetime, int]](dict)
        queries: list[Select[Any]] = []
        for limit in limits:
            if limit.scope in OF_THE_HOUSE and limit.count is Count.TOUCHES:
                continue
            if windows := windows_of(limit, self.campaign.portfolio_id, self.now, zones):
                queries.append(self._contacted(windows.at_least(limit.max)))
                continue
            since = min((limit.window.begins(self.now, zone) for zone in zones), default=self.now)
            allowed = least[_Counted(limit.scope is Scope.PHONE, limit.outcomes)]
            allowed[since] = min(
                allowed.get(since, limit.max), 1 if limit.scope in OF_THE_HOUSE else limit.max
            )
        campaigns = self.connection.scalars(select(CAMPAIGN.c.id)).all()
        queries += (self._at_limits(what, allowed, campaigns) for what, allowed in least.items())
        if queries:
            queries.append(self._contacted(select(TOUCH.c.debtor_id).where(TOUCH.c.outcome.is_(None))))
        return {debtor for query in queries for debtor in self.connection.scalars(query)}

    def _contacted(self, whom: Select[Any]) -> Select[Any]:
        """Those of these debtors who are due."""
        some = whom.subquery()
        theirs = some.join(PLAN, PLAN.c.debtor_id == some.c.debtor_id)
        return select(PLAN.c.debtor_id).select_from(theirs).where(self._due())

    def _at_limits(
        self, what: _Counted, least: Mapping[datetime, int], campaigns: Sequence[int]
    ) -> Select[Any]:
        """``least``: since when so many touches may reach a limit."""
        key = TOUCH.c.phone if what.of_phone else TOUCH.c.debtor_id
        counted = union_all(
            *(
                select(key.label("key"), TOUCH.c.reserved_at).where(where, TOUCH.c.reserved_at >= min(least))
                for where in _parts(what.outcomes, campaigns)
            )
        ).subquery()
        reached = (
            func.sum(case((counted.c.reserved_at >= since, 1), else_=0)) >= touches
            for since, touches in least.items()
        )
        full = select(counted.c.key).group_by(counted.c.key).having(or_(*reached)).subquery()
        whose = full.join(PHONE, PHONE.c.number == full.c.key) if what.of_phone else full
        debtor = PHONE.c.debtor_id if what.of_phone else full.c.key
        due = whose.join(PLAN, PLAN.c.debtor_id == debtor)
        return select(PLAN.c.debtor_id).select_from(due).where(self._due())

    def _due(self) -> ColumnElement[bool]:
        return and_(
            PLAN.c.campaign_id == self.campaign.id,
            PLAN.c.state == PlanState.DUE.value,
            PLAN.c.due_at <= self.now,
        )

    def _holds(self, row: Any) -> ColumnElement[bool]:
        return and_(row.c.starts_at <= self.now, or_(row.c.ends_at.is_(None), row.c.ends_at > self.now))


_ALIKE = (PLAN.c.segment, PLAN.c.variant, PLAN.c.step, PLAN.c.place)


def _alike(row: Sequence[str]) -> Alike:
    segment, variant, step, place = row
    region, _, zones = place.partition(" ")
    return Alike(segment, variant, step, tuple(filter(None, zones.split(","))), region)


@lru_cache
def _channels(names: str) -> frozenset[Channel]:
    return frozenset(map(Channel, names.split(",")))


def _parts(outcomes: Collection[Outcome], campaigns: Sequence[int]) -> Iterator[ColumnElement[bool]]:
    """Touches that count with these outcomes, in parts that one index answers each; open ones count as anything."""
    ended = TOUCH.c.outcome.in_([outcome.value for outcome in {*outcomes, Outcome.UNKNOWN}])
    for of_campaign in (TOUCH.c.campaign_id.in_(campaigns), TOUCH.c.campaign_id.is_(None)):
        yield and_(of_campaign, ended)
        yield and_(of_campaign, TOUCH.c.outcome.is_(None))
