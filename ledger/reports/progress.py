"""The progress table of a campaign, with the rows of the reference project.

An automatic call is an IVR call whether it plays a message or holds a dialogue. Touches are those that left us: an
attempt that provably did not (`Outcome.NOT_PLACED`) is in the table of outcomes only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from domain.campaign import Campaign
from domain.touch import Channel, Direction, Outcome
from ledger.reports.figures import Cell, cells
from ledger.reports.money import Received, first_payment, received, sum_received
from ledger.reports.table import ReportRow, share
from ledger.tables import CampaignRow, TouchRow, table
from ledger.totals import total

CAMPAIGN, TOUCH = table(CampaignRow), table(TouchRow)
EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
MONTH = timedelta(days=365.25 / 12)
IVR = frozenset({Channel.VOICE_MSG, Channel.CALL_AGENT})


class OutcomeCount(NamedTuple):
    """How many outbound touches ended so, and their share of all that ended."""

    outcome: Outcome
    touches: int
    share: float


@dataclass(frozen=True, slots=True)
class Progress:
    """The figures; sums in kopecks, times aware UTC. ``calls`` are outbound calls that ended."""

    campaign: str
    portfolio_kopecks: int
    debtors: int
    debtors_with_phone: int
    first_touch_at: datetime | None
    last_touch_at: datetime | None
    ivr_calls: int
    sms: int
    messenger: int
    touches: int
    open_touches: int
    calls: int
    answered: int
    talk_ms: int
    inbound_calls: int
    debtors_who_called: int
    outcomes: tuple[OutcomeCount, ...]
    paid_before: float | None = None
    """Kopecks a month before the campaign."""
    paid: Received | None = None
    """What came in since it began; None where no payment of the portfolio is known."""

    @property
    def average_kopecks(self) -> float | None:
        """The mean debt of a debtor."""
        return share(self.portfolio_kopecks, self.debtors)

    @property
    def months(self) -> float:
        """Months from the first touch to the last."""
        if self.first_touch_at is None or self.last_touch_at is None:
            return 0.0
        return (self.last_touch_at - self.first_touch_at) / MONTH

    @property
    def answer_rate(self) -> float | None:
        """Answered calls, by person or machine, as a share of the calls that ended."""
        return share(self.answered, self.calls)

    @property
    def mean_talk_s(self) -> float | None:
        """Seconds from answer to end of an answered call."""
        return share(self.talk_ms / 1000, self.answered)

    def a_month(self, number: int) -> float | None:
        """A count as a monthly rate; None before a month is over, since nobody knows it then."""
        return number / self.months if self.months >= 1 else None

    def rows(self) -> list[ReportRow]:
        """The reference project's table, in its order."""
        return [
            ReportRow("portfolio", self.portfolio_kopecks / 100, "RUB"),
            ReportRow("debtors", self.debtors),
            ReportRow("average debt", _divided(self.average_kopecks, 100), "RUB"),
            ReportRow("payments a month before start", _divided(self.paid_before, 100), "RUB"),
            ReportRow("debtors with a phone", share(self.debtors_with_phone, self.debtors), "share"),
            ReportRow("duration", self.months, "months"),
            *self._counted("IVR calls", self.ivr_calls),
            *self._counted("SMS", self.sms),
            *self._counted("messenger messages", self.messenger),
            *self._counted("all touches", self.touches),
            ReportRow("touches per debtor", share(self.touches, self.debtors)),
            ReportRow("touches per debtor and month", _divided(self.a_month(self.touches), self.debtors)),
            ReportRow("inbound calls", self.inbound_calls),
            ReportRow("debtors who called in", self.debtors_who_called),
            ReportRow("debtors who called in, of all", share(self.debtors_who_called, self.debtors), "share"),
            ReportRow("receipts", self.paid and self.paid.kopecks / 100, "RUB"),
            ReportRow("debtors who paid", self.paid and self.paid.payers),
            ReportRow("debtors who paid in full", self.paid and self.paid.in_full),
            ReportRow("answer rate of calls", self.answer_rate, "share"),
            ReportRow("mean talk", self.mean_talk_s, "s"),
        ]

    def to_json(self) -> dict[str, Any]:
        """The document that `dozvon report progress` prints; null is what nobody has measured yet."""
        return {
            "campaign": self.campaign,
            "first_touch_at": self.first_touch_at and self.first_touch_at.isoformat(),
            "last_touch_at": self.last_touch_at and self.last_touch_at.isoformat(),
            "open_touches": self.open_touches,
            "table": [row._asdict() for row in self.rows()],
            "outcomes": [one._asdict() for one in self.outcomes],
        }

    def _counted(self, label: str, number: int) -> list[ReportRow]:
        return [ReportRow(label, number), ReportRow(f"{label} a month", self.a_month(number))]


def progress(
    connection: Connection, campaign: Campaign, since: datetime | None = None, until: datetime | None = None
) -> Progress:
    """Count a campaign's progress, of all its days or of those within ``[since, until)``.

    Inbound calls are those of its portfolio's debtors since it began, receipts what was paid since then.
    """
    from ledger.reports.per_debtor import callers  # its numpy loads for as long as a command may take

    began = connection.execute(select(CAMPAIGN.c.created_at).where(CAMPAIGN.c.id == campaign.id)).scalar_one()
    begins, ends = since or EARLIEST, until or LATEST
    out = [cell for cell in cells(connection, [campaign.id], begins, ends) if cell.direction is Direction.OUT]
    still_open = _open(connection, campaign.id, begins, ends)
    placed = [cell for cell in out if cell.left_us]
    calls = [cell for cell in placed if cell.call]
    touched = Counter({channel: _count(placed, {channel}) for channel in Channel}) + still_open
    inbound, people = callers(connection, campaign.portfolio_id, since or began, until)
    portfolio = total(connection, campaign.portfolio_id)
    paid = received(connection, campaign.portfolio_id, (since or began).date(), ends.date())
    return Progress(
        campaign=campaign.name,
        portfolio_kopecks=portfolio.kopecks,
        debtors=portfolio.debtors,
        debtors_with_phone=portfolio.with_phone,
        first_touch_at=_edge(connection, campaign.id, begins, ends, TOUCH.c.reserved_at.asc()),
        last_touch_at=_edge(connection, campaign.id, begins, ends, TOUCH.c.reserved_at.desc()),
        ivr_calls=sum(touched[channel] for channel in IVR),
        sms=touched[Channel.SMS],
        messenger=touched[Channel.MESSENGER],
        touches=touched.total(),
        open_touches=still_open.total(),
        calls=_count(calls),
        answered=sum(cell.answered for cell in calls),
        talk_ms=sum(cell.talk_ms for cell in calls),
        inbound_calls=inbound,
        debtors_who_called=people,
        outcomes=_outcomes(out),
        paid_before=_paid_before(connection, campaign.portfolio_id, began),
        paid=paid,
    )


def _count(some: Sequence[Cell], channels: Collection[Channel] = tuple(Channel)) -> int:
    return sum(cell.touches for cell in some if cell.channel in channels)


def _open(connection: Connection, campaign_id: int, since: datetime, until: datetime) -> Counter[Channel]:
    """Touches without an end yet, by channel."""
    mine = (TOUCH.c.campaign_id == campaign_id, TOUCH.c.outcome.is_(None))
    period = (TOUCH.c.reserved_at >= since, TOUCH.c.reserved_at < until)
    rows = select(TOUCH.c.channel, func.count()).where(*mine, *period).group_by(TOUCH.c.channel)
    return Counter({Channel(channel): count for channel, count in connection.execute(rows)})


def _edge(
    connection: Connection, campaign_id: int, since: datetime, until: datetime, order: Any
) -> datetime | None:
    """The first or the last touch of a period that may have left us."""
    left_us = TOUCH.c.outcome.is_distinct_from(Outcome.NOT_PLACED.value)
    period = (TOUCH.c.reserved_at >= since, TOUCH.c.reserved_at < until)
    touches = select(TOUCH.c.reserved_at).where(TOUCH.c.campaign_id == campaign_id, *period, left_us)
    found: datetime | None = connection.scalar(touches.order_by(order).limit(1))
    return found


def _outcomes(out: Sequence[Cell]) -> tuple[OutcomeCount, ...]:
    """By outcome, the most frequent first."""
    counts = Counter[Outcome]()
    for cell in out:
        counts[cell.outcome] += cell.touches
    return tuple(
        OutcomeCount(outcome, number, number / counts.total()) for outcome, number in counts.most_common()
    )


def _paid_before(connection: Connection, portfolio_id: int, began: datetime) -> float | None:
    """Kopecks a month that came in before the campaign; None where no month of it is known."""
    first = first_payment(connection, portfolio_id)
    months = (began.date() - first) / MONTH if first else 0.0
    if first is None or months < 1:
        return None
    return sum_received(connection, portfolio_id, first, began.date()) / months


def _divided(number: float | None, by: float) -> float | None:
    return None if number is None else share(number, by)
