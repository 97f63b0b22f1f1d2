"""The intensity of a campaign: how many touches how many debtors had, and who waits for which rule.

Counted are outbound touches that left us or may have; open ones too. Days and weeks (from Monday) are the
debtor's own: of his first zone, if he may live in several.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, literal_column, select

from domain.campaign import Campaign, PlanState
from ledger.reports.table import ReportRow, share
from ledger.tables import PlanRow, table

PLAN = table(PlanRow)
HAS_REASON = PLAN.c.reason != literal_column("''")
"""Written out: an index of some rows only is not used for what a parameter says."""


@dataclass(frozen=True, slots=True)
class Intensity:
    """``distribution`` is touches -> debtors who had so many, from 0 on; ``waiting`` reason -> debtors not yet due."""

    campaign: str
    distribution: dict[int, int]
    most_a_day: int
    most_a_week: int
    waiting: dict[str, int]

    @property
    def debtors(self) -> int:
        """Debtors of the campaign."""
        return sum(self.distribution.values())

    @property
    def touches(self) -> int:
        """Touches of all of them."""
        return sum(number * debtors for number, debtors in self.distribution.items())

    @property
    def most(self) -> int:
        """The most touches that one debtor had."""
        return max(self.distribution, default=0)

    def rows(self) -> list[ReportRow]:
        """The table: the distribution, its maxima, and why debtors wait."""
        return [
            *(ReportRow(f"debtors with {n} touches", debtors) for n, debtors in self.distribution.items()),
            ReportRow("touches per debtor", share(self.touches, self.debtors)),
            ReportRow("most touches of one debtor", self.most),
            ReportRow("most on one day", self.most_a_day),
            ReportRow("most in one week", self.most_a_week),
            *(
                ReportRow(f"waiting: {reason}", debtors, "debtors")
                for reason, debtors in self.waiting.items()
            ),
        ]

    def to_json(self) -> dict[str, Any]:
        """The document that `dozvon report intensity` prints."""
        return {
            "campaign": self.campaign,
            "debtors": self.debtors,
            "touches": self.touches,
            "distribution": [{"touches": n, "debtors": count} for n, count in self.distribution.items()],
            "most_per_debtor": self.most,
            "most_per_debtor_and_day": self.most_a_day,
            "most_per_debtor_and_week": self.most_a_week,
            "waiting": self.waiting,
        }


def intensity(
    connection: Connection, campaign: Campaign, since: datetime | None = None, until: datetime | None = None
) -> Intensity:
    """Count a campaign's intensity, of all its touches or of those within ``[since, until)``: a second for 3 x 10^7."""
    from ledger.reports.per_debtor import touches_of_each  # its numpy loads for as long as a command may take

    found = touches_of_each(connection, campaign.id, since, until)
    touched = {touches: debtors for touches, debtors in enumerate(found.distribution) if touches and debtors}
    planned = select(func.count()).select_from(PLAN).where(PLAN.c.campaign_id == campaign.id)
    untouched = (connection.scalar(planned) or 0) - sum(touched.values())
    return Intensity(
        campaign=campaign.name,
        distribution={0: untouched, **touched} if untouched > 0 else touched,
        most_a_day=found.most_a_day,
        most_a_week=found.most_a_week,
        waiting=_waiting(connection, campaign.id),
    )


def _waiting(connection: Connection, campaign_id: int) -> dict[str, int]:
    """Debtors who are due by and by, by the reason that their plan gives."""
    reasons = (
        select(PLAN.c.reason, func.count().label("debtors"))
        .where(PLAN.c.campaign_id == campaign_id, PLAN.c.state == PlanState.DUE.value, HAS_REASON)
        .group_by(PLAN.c.reason)
        .order_by(func.count().desc(), PLAN.c.reason)
    )
    return dict(connection.execute(reasons).all())
