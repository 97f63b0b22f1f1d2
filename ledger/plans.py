"""Plans: what is next for each debtor of a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from domain.campaign import Plan, PlanState, Why
from domain.touch import TouchId
from ledger.tables import PlanRow, table

PLAN = table(PlanRow)

_SAVE = (
    update(PLAN)
    .where(PLAN.c.campaign_id == bindparam("of_campaign"), PLAN.c.debtor_id == bindparam("of_debtor"))
    .values(
        {
            column: bindparam(column)
            for column in (
                "state",
                "segment",
                "variant",
                "step",
                "attempts",
                "round",
                "turn",
                "avoid",
                "priority",
                "due_at",
                "touch_id",
                "why",
                "reason",
            )
        }
    )
)


@dataclass(frozen=True)
class Plans:
    """Repository of plan rows."""

    connection: Connection

    def replace_all(self, campaign_id: int, plans: Sequence[Plan]) -> None:
        """Write the plans of these debtors anew."""
        ids = [plan.debtor_id for plan in plans]
        self.connection.execute(
            delete(PLAN).where(PLAN.c.campaign_id == campaign_id, PLAN.c.debtor_id.in_(ids))
        )
        self.connection.execute(
            insert(PLAN),
            [{"campaign_id": campaign_id, "debtor_id": plan.debtor_id, **_values(plan)} for plan in plans],
        )

    def take_due(self, campaign_id: int, priorities: Sequence[int], now: datetime, limit: int) -> list[Plan]:
        """Up to ``limit`` due plans, locked, the highest priority first and the longest due first within one.

        One index range per priority: a sort over all priorities would read every plan that is not due yet.
        """
        due: list[Plan] = []
        for priority in sorted(set(priorities), reverse=True):
            if len(due) >= limit:
                break
            rows = self.connection.execute(
                select(PLAN)
                .where(
                    PLAN.c.campaign_id == campaign_id,
                    PLAN.c.state == PlanState.DUE.value,
                    PLAN.c.priority == priority,
                    PLAN.c.due_at <= now,
                )
                .order_by(PLAN.c.due_at)
                .limit(limit - len(due))
                .with_for_update(skip_locked=True)
            )
            due.extend(map(_plan, rows))
        return due

    def save(self, campaign_id: int, plans: Sequence[Plan]) -> None:
        """Write back changed plans."""
        if plans:
            rows = [
                {"of_campaign": campaign_id, "of_debtor": plan.debtor_id, **_values(plan)} for plan in plans
            ]
            self.connection.execute(_SAVE, rows)

    def load(self, campaign_id: int, debtor_ids: Sequence[int]) -> dict[int, Plan]:
        """The plans of these debtors in the campaign."""
        rows = self.connection.execute(
            select(PLAN).where(PLAN.c.campaign_id == campaign_id, PLAN.c.debtor_id.in_(debtor_ids))
        )
        return {row.debtor_id: _plan(row) for row in rows}

    def counts(self, campaign_id: int) -> dict[PlanState, int]:
        """How many debtors are in each state."""
        rows = self.connection.execute(
            select(PLAN.c.state, func.count()).where(PLAN.c.campaign_id == campaign_id).group_by(PLAN.c.state)
        )
        return {PlanState(state): count for state, count in rows}

    def next_due(self, campaign_id: int, priorities: Sequence[int]) -> datetime | None:
        """When the earliest plan falls due; None when nothing is planned."""
        earliest = [
            self.connection.scalar(
                select(func.min(PLAN.c.due_at)).where(
                    PLAN.c.campaign_id == campaign_id,
                    PLAN.c.state == PlanState.DUE.value,
                    PLAN.c.priority == priority,
                )
            )
            for priority in set(priorities)
        ]
        return min((due for due in earliest if due is not None), default=None)


def _values(plan: Plan) -> dict[str, Any]:
    return {
        "state": plan.state.value,
        "segment": plan.segment,
        "variant": plan.variant,
        "step": plan.step,
        "attempts": plan.attempts,
        "round": plan.round,
        "turn": plan.turn,
        "avoid": plan.avoid,
        "priority": plan.priority,
        "due_at": plan.due_at,
        "touch_id": plan.touch_id,
        "why": plan.why.value,
        "reason": plan.reason,
    }


def _plan(row: Any) -> Plan:
    return Plan(
        debtor_id=row.debtor_id,
        due_at=row.due_at,
        state=PlanState(row.state),
        segment=row.segment,
        variant=row.variant,
        step=row.step,
        attempts=row.attempts,
        round=row.round,
        turn=row.turn,
        avoid=row.avoid,
        priority=row.priority,
        touch_id=TouchId(row.touch_id) if row.touch_id else None,
        why=Why(row.why),
        reason=row.reason,
    )
