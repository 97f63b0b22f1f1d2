"""Who fell into which variant of a campaign first: what an effect is measured against."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from domain.campaign import Plan, Why
from ledger.bulk import put
from ledger.report_tables import AssignmentRow
from ledger.tables import table

ENTERED = frozenset({Why.FIRST, Why.CONTROL, Why.EXIT, Why.NO_PHONE, Why.FACTS_CHANGED, Why.STRATEGY_CHANGED})
"""Why a plan is as it is when its debtor has just entered a segment."""


def note_assignments(connection: Connection, campaign_id: int, plans: Iterable[Plan]) -> None:
    """Remember those who enter a split segment for the first time in the campaign; others stay as they are."""
    key, facts = ("campaign_id", "debtor_id"), ("segment", "variant", "control")
    rows = [
        (campaign_id, plan.debtor_id, plan.segment, plan.variant, plan.why is Why.CONTROL)
        for plan in plans
        if plan.variant and plan.why in ENTERED
    ]
    put(connection, table(AssignmentRow), (*key, *facts), rows, key=key, facts=())
