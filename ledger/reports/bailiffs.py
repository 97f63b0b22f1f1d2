"""What a campaign that calls bailiffs has brought: contacts, what they said of each proceeding, what is overdue."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, func, select

from domain.campaign import Campaign
from domain.proceeding import ProceedingStatus
from domain.touch import Outcome
from ledger.fact_tables import ProceedingResultRow, ProceedingRow
from ledger.reports.table import ReportRow, share
from ledger.tables import DebtorRow, TouchRow, table

DEBTOR, TOUCH = table(DebtorRow), table(TouchRow)
PROCEEDING, RESULT = table(ProceedingRow), table(ProceedingResultRow)


class Treated(NamedTuple):
    """A proceeding that was spoken of in the campaign, and what was said of it last; by keys of debtor and bailiff.

    ``overdue`` is whether the day that he promised has passed, and the proceeding is still open.
    """

    number: str
    debtor: str
    bailiff: str
    status: ProceedingStatus
    at: datetime
    promised_until: date | None
    overdue: bool
    ended_on: date | None
    end_reason: str


@dataclass(frozen=True, slots=True)
class BailiffsReport:
    """The figures. ``reached`` bailiffs were talked to; open proceedings are what they still run, in kopecks too."""

    campaign: str
    bailiffs: int
    touched: int
    reached: int
    contacts: int
    outcomes: dict[Outcome, int]
    open: int
    open_kopecks: int
    ended: int
    proceedings: tuple[Treated, ...]

    @property
    def results(self) -> dict[ProceedingStatus, int]:
        """How many proceedings stand how, by what was said last."""
        counts = Counter(one.status for one in self.proceedings)
        return {status: counts[status] for status in ProceedingStatus}

    @property
    def overdue(self) -> tuple[Treated, ...]:
        """The promises that were not kept, the oldest first."""
        late = [one for one in self.proceedings if one.overdue]
        return tuple(sorted(late, key=lambda one: (one.promised_until or date.max, one.number)))

    def rows(self) -> list[ReportRow]:
        """As a person reads them."""
        return [
            ReportRow("bailiffs", self.bailiffs),
            ReportRow("called", self.touched),
            ReportRow("talked to", self.reached),
            ReportRow("talked to, of all", share(self.reached, self.bailiffs), "share"),
            ReportRow("contacts", self.contacts),
            *(ReportRow(f"  {outcome}", count) for outcome, count in self.outcomes.items()),
            ReportRow("open proceedings", self.open),
            ReportRow("still to be recovered", self.open_kopecks / 100, "RUB"),
            ReportRow("ended proceedings", self.ended),
            ReportRow("proceedings spoken of", len(self.proceedings)),
            *(ReportRow(f"  {status}", count) for status, count in self.results.items()),
            ReportRow("overdue promises", len(self.overdue)),
        ]

    def to_json(self) -> dict[str, Any]:
        """The document that `dozvon report bailiffs` prints."""
        figures = ("campaign", "bailiffs", "touched", "reached", "contacts", "open", "open_kopecks", "ended")
        return {
            **{name: getattr(self, name) for name in figures},
            "outcomes": {outcome.value: count for outcome, count in self.outcomes.items()},
            "results": {status.value: count for status, count in self.results.items()},
            "overdue": [one._asdict() for one in self.overdue],
            "proceedings": [one._asdict() for one in self.proceedings],
        }


def bailiffs_report(connection: Connection, campaign: Campaign, today: date) -> BailiffsReport:
    """Count what a campaign over the portfolio of bailiffs has brought until ``today``."""
    outcomes, touched, reached = _contacts(connection, campaign.id)
    theirs = select(func.count()).select_from(DEBTOR).where(DEBTOR.c.portfolio_id == campaign.portfolio_id)
    runs = (
        select(PROCEEDING.c.ended_on.is_(None), func.count(), func.sum(PROCEEDING.c.kopecks))
        .select_from(PROCEEDING.join(DEBTOR, PROCEEDING.c.bailiff_id == DEBTOR.c.id))
        .where(DEBTOR.c.portfolio_id == campaign.portfolio_id)
        .group_by(PROCEEDING.c.ended_on.is_(None))
    )
    by_open = {bool(is_open): (count, int(kopecks)) for is_open, count, kopecks in connection.execute(runs)}
    still_open, kopecks = by_open.get(True, (0, 0))
    return BailiffsReport(
        campaign=campaign.name,
        bailiffs=connection.scalar(theirs) or 0,
        touched=touched,
        reached=reached,
        contacts=sum(outcomes.values()) - outcomes.get(Outcome.NOT_PLACED, 0),
        outcomes=outcomes,
        open=still_open,
        open_kopecks=kopecks,
        ended=by_open.get(False, (0, 0))[0],
        proceedings=tuple(_treated(connection, campaign.id, today)),
    )


def _contacts(connection: Connection, campaign_id: int) -> tuple[dict[Outcome, int], int, int]:
    """Touches by outcome, the most frequent first; how many bailiffs were touched, and how many talked to."""
    mine = (TOUCH.c.campaign_id == campaign_id, TOUCH.c.outcome.is_not(None))
    counted = select(TOUCH.c.outcome, func.count()).where(*mine).group_by(TOUCH.c.outcome)
    counts = Counter({Outcome(outcome): count for outcome, count in connection.execute(counted)})
    whom = select(func.count(TOUCH.c.debtor_id.distinct())).where(*mine)
    talked = whom.where(TOUCH.c.outcome == Outcome.TALK_DEBTOR.value)
    return dict(counts.most_common()), connection.scalar(whom) or 0, connection.scalar(talked) or 0


def _treated(connection: Connection, campaign_id: int, today: date) -> list[Treated]:
    """What was said last of each proceeding in the campaign's touches."""
    bailiff = DEBTOR.alias("bailiff")
    back = func.row_number().over(
        partition_by=RESULT.c.proceeding_id, order_by=(RESULT.c.at.desc(), RESULT.c.id.desc())
    )
    said = (
        select(RESULT, back.label("back"))
        .select_from(RESULT.join(TOUCH, RESULT.c.touch_id == TOUCH.c.id))
        .where(TOUCH.c.campaign_id == campaign_id)
        .subquery()
    )
    facts = (PROCEEDING.c.number, DEBTOR.c.external_id, bailiff.c.external_id.label("bailiff"))
    ends = (PROCEEDING.c.ended_on, PROCEEDING.c.end_reason)
    tables = (
        said.join(PROCEEDING, and_(said.c.proceeding_id == PROCEEDING.c.id, said.c.back == 1))
        .join(DEBTOR, PROCEEDING.c.debtor_id == DEBTOR.c.id)
        .join(bailiff, PROCEEDING.c.bailiff_id == bailiff.c.id)
    )
    last = select(*facts, said.c.status, said.c.at, said.c.promised_until, *ends).select_from(tables)
    return [
        Treated(
            *(number, debtor, who, ProceedingStatus(status), at, until),
            overdue=until is not None and until < today and ended_on is None,
            ended_on=ended_on,
            end_reason=reason,
        )
        for number, debtor, who, status, at, until, ended_on, reason in connection.execute(
            last.order_by(PROCEEDING.c.number, DEBTOR.c.external_id)
        )
    ]
