"""Figures of a period, from the counts that are kept while touches end: no query here reads the log of touches.

Periods are cut at half hours; the day of every zone that keeps whole or half hours from UTC is exact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, case, func, select

from domain.debtor import PromiseState
from domain.touch import CHANNEL_GROUPS, LIVE_ANSWERS, Channel, Direction, Outcome
from ledger.fact_tables import PromiseRow
from ledger.inbound_tables import OWED, CallbackRow
from ledger.report_tables import PulseRow, RefusalRow, TallyRow
from ledger.tables import CampaignRow, TouchRow, table
from ledger.tally import SLOT_S, begins, half_hours, slot

TALLY, PULSE, REFUSAL = table(TallyRow), table(PulseRow), table(RefusalRow)
CALLBACK, CAMPAIGN = table(CallbackRow), table(CampaignRow)
PROMISE, TOUCH = table(PromiseRow), table(TouchRow)
CALLS = CHANNEL_GROUPS["call"]
HEARD = frozenset({Outcome.TALK_DEBTOR, Outcome.MSG_DELIVERED})
NO_CAMPAIGN = 0
"""What the counts have for touches of no campaign: those that came in."""


class Cell(NamedTuple):
    """Touches that ended alike within a period, with their begun minutes of talk."""

    campaign_id: int
    direction: Direction
    channel: Channel
    version_id: int
    segment: str
    variant: str
    step: str
    outcome: Outcome
    touches: int
    answered: int
    talk_ms: int
    minutes: int

    @property
    def left_us(self) -> bool:
        """Whether they were outbound and may have reached somebody."""
        return self.direction is Direction.OUT and self.outcome is not Outcome.NOT_PLACED

    @property
    def call(self) -> bool:
        """Whether they are outbound calls that were placed."""
        return self.left_us and self.channel in CALLS

    @property
    def contact(self) -> bool:
        """Whether the debtor was reached by voice: he talked to us, or heard a robot's message."""
        return self.call and self.outcome in HEARD

    @property
    def for_operator(self) -> bool:
        """Whether somebody answered a call that was meant for an operator: what the abandon rate is a share of."""
        return self.call and _live_for_operator(self.channel, self.outcome)

    @property
    def abandoned(self) -> bool:
        """Whether he got none."""
        return self.for_operator and self.outcome is Outcome.ABANDONED


class Slot(NamedTuple):
    """Outbound touches over one channel, reserved in the five minutes that begin at ``at``, that ended so."""

    at: datetime
    channel: Channel
    outcome: Outcome
    touches: int

    @property
    def call(self) -> bool:
        """As of `Cell`."""
        return self.channel in CALLS and self.outcome is not Outcome.NOT_PLACED

    @property
    def contact(self) -> bool:
        """As of `Cell`."""
        return self.call and self.outcome in HEARD

    @property
    def for_operator(self) -> bool:
        """As of `Cell`."""
        return _live_for_operator(self.channel, self.outcome)

    @property
    def abandoned(self) -> bool:
        """As of `Cell`."""
        return self.for_operator and self.outcome is Outcome.ABANDONED


def _live_for_operator(channel: Channel, outcome: Outcome) -> bool:
    return channel is Channel.CALL_HUMAN and outcome in LIVE_ANSWERS


def campaigns_of(connection: Connection, campaign: str = "", portfolio_id: int | None = None) -> list[int]:
    """The ids of the campaigns of that name or portfolio; of all, and `NO_CAMPAIGN`, if neither is told."""
    wanted = select(CAMPAIGN.c.id).order_by(CAMPAIGN.c.id)
    if campaign:
        return list(connection.scalars(wanted.where(CAMPAIGN.c.name == campaign)))
    if portfolio_id is not None:
        return list(connection.scalars(wanted.where(CAMPAIGN.c.portfolio_id == portfolio_id)))
    return [NO_CAMPAIGN, *connection.scalars(wanted)]


def cells(connection: Connection, campaigns: Collection[int], since: datetime, until: datetime) -> list[Cell]:
    """What ended in these campaigns of what was reserved within ``[since, until)``."""
    by = [TALLY.c[name] for name in Cell._fields[:8]]
    sums = [func.sum(TALLY.c[name]) for name in Cell._fields[8:]]
    first, end = half_hours(since, until)
    rows = (
        select(*by, *sums)
        .where(
            TALLY.c.campaign_id.in_(campaigns),
            TALLY.c.half_hour >= first,
            TALLY.c.half_hour < end,
        )
        .group_by(*by)
    )
    return [
        Cell(
            *(row[0], Direction(row[1]), Channel(row[2]), *row[3:7], Outcome(row[7])),
            *(int(figure) for figure in row[8:]),
        )
        for row in connection.execute(rows)
        if row[8]
    ]


def slots(connection: Connection, campaigns: Collection[int], since: datetime, until: datetime) -> list[Slot]:
    """Outbound touches by five minutes, within ``[since, until)``, in order of time."""
    by = (PULSE.c.slot, PULSE.c.channel, PULSE.c.outcome)
    rows = (
        select(*by, func.sum(PULSE.c.touches))
        .where(
            PULSE.c.slot >= slot(since),
            PULSE.c.slot < slot(until),
            PULSE.c.campaign_id.in_(campaigns),
            PULSE.c.direction == Direction.OUT.value,
            PULSE.c.touches != 0,
        )
        .group_by(*by)
        .order_by(*by)
    )
    return [
        Slot(begins(number, SLOT_S), Channel(channel), Outcome(outcome), int(touches))
        for number, channel, outcome, touches in connection.execute(rows)
    ]


def promises_made(
    connection: Connection, since: datetime, until: datetime
) -> dict[int, dict[PromiseState, int]]:
    """Promises made within ``[since, until)`` by campaign (`NO_CAMPAIGN`: in calls that came in) and state."""
    campaign = func.coalesce(TOUCH.c.campaign_id, NO_CAMPAIGN)
    rows = (
        select(campaign.label("of"), PROMISE.c.state, func.count())
        .select_from(PROMISE.outerjoin(TOUCH, TOUCH.c.id == PROMISE.c.touch_id))
        .where(PROMISE.c.made_at >= since, PROMISE.c.made_at < until)
        .group_by(TOUCH.c.campaign_id, PROMISE.c.state)
    )
    found: defaultdict[int, dict[PromiseState, int]] = defaultdict(dict)
    for of, state, count in connection.execute(rows):
        found[of][PromiseState(state)] = count
    return dict(found)


def refusals(
    connection: Connection, campaigns: Collection[int], since: datetime, until: datetime
) -> dict[str, int]:
    """How often each rule refused a touch within ``[since, until)``, the most frequent first."""
    times, (first, end) = func.sum(REFUSAL.c.times), half_hours(since, until)
    rows = (
        select(REFUSAL.c.rule, times)
        .where(
            REFUSAL.c.campaign_id.in_(campaigns),
            REFUSAL.c.half_hour >= first,
            REFUSAL.c.half_hour < end,
        )
        .group_by(REFUSAL.c.rule)
        .order_by(times.desc(), REFUSAL.c.rule)
    )
    return {rule: int(count) for rule, count in connection.execute(rows)}


def abandons(
    connection: Connection, campaigns: Collection[int], since: datetime, until: datetime
) -> dict[int, tuple[int, int]]:
    """Of calls for operators, by campaign, within ``[since, until)`` in slots of five minutes: how many got none though
    somebody answered, and how many somebody answered.
    """
    touches = func.sum(PULSE.c.touches)
    abandoned = func.sum(case((PULSE.c.outcome == Outcome.ABANDONED.value, PULSE.c.touches), else_=0))
    rows = (
        select(PULSE.c.campaign_id, abandoned, touches)
        .where(
            PULSE.c.slot >= slot(since),
            PULSE.c.slot < slot(until),
            PULSE.c.campaign_id.in_(campaigns),
            PULSE.c.direction == Direction.OUT.value,
            PULSE.c.channel == Channel.CALL_HUMAN.value,
            PULSE.c.outcome.in_(LIVE_ANSWERS),
        )
        .group_by(PULSE.c.campaign_id)
    )
    return {id: (int(lost), int(live)) for id, lost, live in connection.execute(rows)}


def calls_back_owed(connection: Connection) -> int:
    """How many callers whom nobody served are still to be called back."""
    return connection.scalar(select(func.count()).select_from(CALLBACK).where(OWED)) or 0
