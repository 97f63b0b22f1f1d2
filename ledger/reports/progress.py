"""The progress table of a campaign, with the rows of the reference project.

An automatic call is an IVR call whether it plays a message or holds a dialogue. Touches are those that left us: an
attempt that provably did not (`Outcome.NOT_PLACED`) is in the table of outcomes only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, literal_column, select

from domain.campaign import Campaign
from domain.touch import CHANNEL_GROUPS, Channel, Direction, Outcome
from ledger.reports.table import ReportRow, share
from ledger.tables import CampaignRow, DebtorRow, DebtRow, PhoneRow, TouchRow, table

DEBTOR, DEBT, PHONE, TOUCH = table(DebtorRow), table(DebtRow), table(PhoneRow), table(TouchRow)
CAMPAIGN = table(CampaignRow)
INBOUND = TOUCH.c.direction == literal_column(f"'{Direction.IN}'")
"""Written out: an index of some rows only is not used for what a parameter says."""
MONTH = timedelta(days=365.25 / 12)
IVR = frozenset({Channel.VOICE_MSG, Channel.CALL_AGENT})
CALLS = CHANNEL_GROUPS["call"]


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
            ReportRow("payments a month before start", None, "RUB"),
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
            ReportRow("receipts", None, "RUB"),
            ReportRow("debtors who paid", None),
            ReportRow("debtors who paid in full", None),
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


def progress(connection: Connection, campaign: Campaign) -> Progress:
    """Count a campaign's progress; inbound calls are those of its portfolio's debtors since it began."""
    out = _groups(connection, campaign.id)
    placed = [group for group in out if group.outcome != Outcome.NOT_PLACED]
    ended = [group for group in placed if group.outcome is not None and group.channel in CALLS]
    inbound, callers = _inbound(connection, campaign)
    return Progress(
        campaign=campaign.name,
        **_portfolio(connection, campaign.portfolio_id),
        first_touch_at=min((group.first for group in placed), default=None),
        last_touch_at=max((group.last for group in placed), default=None),
        ivr_calls=_count(placed, lambda group: group.channel in IVR),
        sms=_count(placed, lambda group: group.channel == Channel.SMS),
        messenger=_count(placed, lambda group: group.channel == Channel.MESSENGER),
        touches=_count(placed),
        open_touches=_count(placed, lambda group: group.outcome is None),
        calls=_count(ended),
        answered=sum(group.answered for group in ended),
        talk_ms=sum(group.talk_ms for group in ended),
        inbound_calls=inbound,
        debtors_who_called=callers,
        outcomes=_outcomes(out),
    )


class _Group(NamedTuple):
    channel: str
    outcome: str | None
    touches: int
    answered: int
    talk_ms: int
    first: datetime
    last: datetime


def _groups(connection: Connection, campaign_id: int) -> list[_Group]:
    by = (TOUCH.c.channel, TOUCH.c.outcome)
    figures = (
        func.count(),
        func.count(TOUCH.c.answered_at),
        func.sum(TOUCH.c.talk_ms),
        func.min(TOUCH.c.reserved_at),
        func.max(TOUCH.c.reserved_at),
    )
    rows = connection.execute(select(*by, *figures).where(TOUCH.c.campaign_id == campaign_id).group_by(*by))
    return [_Group(*row) for row in rows]


def _count(groups: Sequence[_Group], wanted: Callable[[_Group], bool] = lambda _: True) -> int:
    return sum(group.touches for group in groups if wanted(group))


def _outcomes(out: Sequence[_Group]) -> tuple[OutcomeCount, ...]:
    """By outcome, the most frequent first."""
    ended = sum(group.touches for group in out if group.outcome)
    counts = {
        outcome: number
        for outcome in Outcome
        if (number := sum(group.touches for group in out if group.outcome == outcome))
    }
    frequent = sorted(counts.items(), key=lambda item: -item[1])
    return tuple(OutcomeCount(outcome, number, number / ended) for outcome, number in frequent)


def _portfolio(connection: Connection, portfolio_id: int) -> dict[str, int]:
    mine = DEBTOR.c.portfolio_id == portfolio_id
    owed = select(func.coalesce(func.sum(DEBT.c.kopecks), 0)).select_from(DEBT.join(DEBTOR)).where(mine)
    debtors = select(func.count()).select_from(DEBTOR).where(mine)
    with_phone = debtors.where(select(PHONE.c.id).where(PHONE.c.debtor_id == DEBTOR.c.id).exists())
    return {
        "portfolio_kopecks": int(connection.scalar(owed) or 0),
        "debtors": connection.scalar(debtors) or 0,
        "debtors_with_phone": connection.scalar(with_phone) or 0,
    }


def _inbound(connection: Connection, campaign: Campaign) -> tuple[int, int]:
    """Calls, and debtors who called."""
    calls = select(func.count(), func.count(TOUCH.c.debtor_id.distinct())).select_from(TOUCH.join(DEBTOR))
    began = select(CAMPAIGN.c.created_at).where(CAMPAIGN.c.id == campaign.id).scalar_subquery()
    theirs = (DEBTOR.c.portfolio_id == campaign.portfolio_id, TOUCH.c.reserved_at >= began)
    found = connection.execute(calls.where(INBOUND, *theirs)).one()
    return found[0], found[1]


def _divided(number: float | None, by: float) -> float | None:
    return None if number is None else share(number, by)
