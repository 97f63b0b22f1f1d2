"""Plans: what is next for each debtor of a campaign."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, tuple_, update

from domain.campaign import UNDER_WAY, Mode, Plan, PlanState, Why
from domain.touch import TouchId
from ledger.assignments import note_assignments
from ledger.bulk import instant, put
from ledger.tables import CampaignRow, DebtorRow, PlanRow, table

CAMPAIGN, DEBTOR, PLAN = table(CampaignRow), table(DebtorRow), table(PlanRow)

FACTS = (
    *("state", "segment", "variant", "step", "attempts", "round", "turn", "avoid", "priority"),
    *("desk", "mode", "due_at", "touch_id", "why", "reason", "asked_at"),
)
KEY = ("campaign_id", "debtor_id")
PLACE = {"place": "(SELECT region || ' ' || zones FROM debtor WHERE id = {debtor_id})"}

# A lookup costs a fifth of an enumeration's constructor, and planning reads a million rows.
PLAN_STATES = {state.value: state for state in PlanState}
WHYS = {why.value: why for why in Why}
MODES: dict[str, Mode | None] = {"": None, **{mode.value: mode for mode in Mode}}


@dataclass(frozen=True)
class Plans:
    """Repository of plan rows."""

    connection: Connection

    def take_due(
        self,
        campaign_id: int,
        now: datetime,
        limit: int,
        desk: str = "",
        mode: Mode | None = None,
        debtor: int | None = None,
    ) -> list[Plan]:
        """Up to ``limit`` due plans, locked, the highest priority first and the longest due first within one: those
        that need no operator, or those of a desk that are dialled so; of one ``debtor`` only, if told.

        One index range per priority: a sort over all priorities would read every plan that is not due yet.
        """
        due: list[Plan] = []
        priority: int | None = None
        waiting = _waiting(campaign_id, desk, mode)
        if debtor is not None:
            waiting += (PLAN.c.debtor_id == debtor,)
        while len(due) < limit and (priority := self._next_priority(waiting, priority)) is not None:
            rows = self.connection.execute(
                select(PLAN)
                .where(*waiting, PLAN.c.priority == priority, PLAN.c.due_at <= now)
                .order_by(PLAN.c.due_at)
                .limit(limit - len(due))
                .with_for_update(skip_locked=True)
            )
            due.extend(map(_plan, rows))
        return due

    def _next_priority(self, waiting: tuple[Any, ...], above: int | None) -> int | None:
        """The highest priority that plans wait with, below the one that was ``above``. Plans of an earlier version
        of the strategy may have one that the present version does not know.
        """
        lower = waiting if above is None else (*waiting, PLAN.c.priority < above)
        highest_first = select(PLAN.c.priority).where(*lower).order_by(PLAN.c.priority.desc())
        return self.connection.scalar(highest_first.limit(1))

    def due(
        self, campaign_id: int, now: datetime, desk: str, mode: Mode | None, at_most: int
    ) -> tuple[int, int]:
        """How many plans of a desk are due, counted up to ``at_most``, and their highest priority (0 if none is)."""
        found, highest, priority = 0, 0, None
        waiting = _waiting(campaign_id, desk, mode)
        while found < at_most and (priority := self._next_priority(waiting, priority)) is not None:
            due = select(PLAN.c.due_at).where(*waiting, PLAN.c.priority == priority, PLAN.c.due_at <= now)
            some = due.limit(at_most - found).subquery()
            count = self.connection.scalar(select(func.count()).select_from(some)) or 0
            highest = highest if found else priority
            found += count
        return found, highest if found else 0

    def due_until(self, campaign_id: int, ends: Sequence[datetime]) -> list[int]:
        """How many plans fall due up to each of these instants (in order), or have: an index range for each lane and
        step from one to the next.
        """
        waiting = (PLAN.c.campaign_id == campaign_id, PLAN.c.state == PlanState.DUE.value)
        lane, counts = (PLAN.c.desk, PLAN.c.mode, PLAN.c.priority), [0] * len(ends)
        next_lane = select(*lane).where(*waiting).order_by(*lane).limit(1)
        known = self.connection.execute(next_lane).one_or_none()
        while known is not None:
            here = tuple_(*lane) == tuple_(*known)
            for place, end in enumerate(ends):
                due = select(func.count()).where(*waiting, here, PLAN.c.due_at <= end)
                due = due.where(PLAN.c.due_at > ends[place - 1]) if place else due
                counts[place] += self.connection.scalar(due) or 0
            known = self.connection.execute(next_lane.where(tuple_(*lane) > tuple_(*known))).one_or_none()
        return list(accumulate(counts))

    def next_due(self, campaign_id: int) -> datetime | None:
        """When the first plan of a campaign falls due, or fell; None when all are done or in a touch."""
        waiting = (PLAN.c.campaign_id == campaign_id, PLAN.c.state == PlanState.DUE.value)
        found: datetime | None = self.connection.scalar(select(func.min(PLAN.c.due_at)).where(*waiting))
        return found

    def save(self, campaign_id: int, plans: Sequence[Plan]) -> None:
        """Write plans, new ones and changed ones."""
        dialect = self.connection.dialect.name
        rows = [
            (
                *(campaign_id, plan.debtor_id),
                *(plan.state.value, plan.segment, plan.variant, plan.step),
                *(plan.attempts, plan.round, plan.turn, plan.avoid, plan.priority),
                *(plan.desk, plan.mode.value if plan.mode else ""),
                *(instant(plan.due_at, dialect), plan.touch_id, plan.why.value, plan.reason),
                plan.asked_at and instant(plan.asked_at, dialect),
            )
            for plan in plans
        ]
        put(self.connection, PLAN, (*KEY, *FACTS), rows, key=KEY, facts=(*FACTS, *PLACE), found=PLACE)
        note_assignments(self.connection, campaign_id, plans)

    def move(self, portfolio_id: int, debtor_ids: Collection[int]) -> None:
        """Note in their plans where these debtors live now. Plans that another transaction has locked are left out, as
        `claim` leaves them out: they tell it when they are saved next.
        """
        campaigns = select(CAMPAIGN.c.id).where(CAMPAIGN.c.portfolio_id == portfolio_id)
        place = DEBTOR.c.region + " " + DEBTOR.c.zones
        moved = (
            select(PLAN.c.campaign_id.label("of"), PLAN.c.debtor_id.label("whose"), place.label("to"))
            .join(DEBTOR)
            .where(PLAN.c.campaign_id.in_(campaigns), PLAN.c.debtor_id.in_(debtor_ids), PLAN.c.place != place)
            .with_for_update(of=PLAN, skip_locked=True)
        )
        if rows := [row._asdict() for row in self.connection.execute(moved)]:
            self.connection.execute(_MOVE, rows)

    def claim(self, campaign_id: int, debtor_ids: Collection[int]) -> dict[int, Plan | None]:
        """The plans of these debtors, locked; None for a debtor who has none yet. Those whose plan another transaction
        has locked are left out: whoever waited for it while holding debtors would wait for ever.
        """
        mine = PLAN.c.campaign_id == campaign_id
        rows = select(PLAN).where(mine, PLAN.c.debtor_id.in_(debtor_ids)).with_for_update(skip_locked=True)
        claimed: dict[int, Plan | None] = {row.debtor_id: _plan(row) for row in self.connection.execute(rows)}
        if missing := set(debtor_ids) - claimed.keys():
            locked = select(PLAN.c.debtor_id).where(mine, PLAN.c.debtor_id.in_(missing))
            claimed |= dict.fromkeys(sorted(missing - set(self.connection.scalars(locked))))
        return claimed

    def load(self, campaign_id: int, debtor_ids: Sequence[int]) -> dict[int, Plan]:
        """The plans of these debtors in the campaign."""
        rows = self.connection.execute(
            select(PLAN).where(PLAN.c.campaign_id == campaign_id, PLAN.c.debtor_id.in_(debtor_ids))
        )
        return {row.debtor_id: _plan(row) for row in rows}

    def asking(self, debtor_ids: Collection[int]) -> list[tuple[int, Plan]]:
        """The plans of these debtors that wait for a bailiff's word, each with its campaign, which is under way; those
        that have waited longest first.
        """
        waits = (PLAN.c.debtor_id.in_(debtor_ids), PLAN.c.asked_at.is_not(None))
        rows = select(PLAN).join(CAMPAIGN).where(*waits, CAMPAIGN.c.status.in_(UNDER_WAY))
        found = self.connection.execute(rows.order_by(PLAN.c.asked_at, PLAN.c.campaign_id, PLAN.c.debtor_id))
        return [(row.campaign_id, _plan(row)) for row in found]

    def counts(self, campaign_id: int) -> dict[PlanState, int]:
        """How many debtors are in each state."""
        rows = self.connection.execute(
            select(PLAN.c.state, func.count()).where(PLAN.c.campaign_id == campaign_id).group_by(PLAN.c.state)
        )
        return {PlanState(state): count for state, count in rows}


def _waiting(campaign_id: int, desk: str, mode: Mode | None) -> tuple[Any, ...]:
    lane = (PLAN.c.desk == desk, PLAN.c.mode == (mode.value if mode else ""))
    return (PLAN.c.campaign_id == campaign_id, PLAN.c.state == PlanState.DUE.value, *lane)


_MOVE = (
    update(PLAN)
    .where(PLAN.c.campaign_id == bindparam("of"), PLAN.c.debtor_id == bindparam("whose"))
    .values(place=bindparam("to"))
)


def _plan(row: Any) -> Plan:
    return Plan(
        debtor_id=row.debtor_id,
        due_at=row.due_at,
        state=PLAN_STATES[row.state],
        segment=row.segment,
        variant=row.variant,
        step=row.step,
        attempts=row.attempts,
        round=row.round,
        turn=row.turn,
        avoid=row.avoid,
        priority=row.priority,
        desk=row.desk,
        mode=MODES[row.mode],
        touch_id=TouchId(row.touch_id) if row.touch_id else None,
        why=WHYS[row.why],
        reason=row.reason,
        asked_at=row.asked_at,
    )
