"""Money that came in, by the days on which it was paid, and after which touch it came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, func, literal_column, select

from domain.debtor import PromiseState
from domain.touch import Channel, Direction, Outcome
from ledger.fact_tables import PaymentRow, PromiseRow
from ledger.report_tables import AssignmentRow
from ledger.tables import DebtRow, TouchRow, table

ASSIGNED, DEBT = table(AssignmentRow), table(DebtRow)
PAYMENT, PROMISE, TOUCH = table(PaymentRow), table(PromiseRow), table(TouchRow)
FOLLOWS_WITHIN = timedelta(days=30)
"""A payment is told of the last touch before it, if that was no longer ago."""


class Received(NamedTuple):
    """Payments of a period: their sum in kopecks, who paid, and who of them owes nothing any more."""

    kopecks: int
    payments: int
    payers: int
    in_full: int


class Group(NamedTuple):
    """A segment's debtors who are worked, or those left alone: how many they are and what they paid."""

    segment: str
    control: bool
    debtors: int
    payers: int
    kopecks: int


@dataclass(frozen=True, slots=True)
class AfterTouch:
    """Payments whose debtors were touched last so; all empty: nobody had touched them within 30 days."""

    segment: str
    version_id: int | None
    channel: Channel | None
    payments: int
    kopecks: int


def received(connection: Connection, portfolio_id: int, since: date, until: date) -> Received | None:
    """What came in on the days ``[since, until)``; None where no payment of the portfolio is known at all."""
    paid = (PAYMENT.c.portfolio_id == portfolio_id, PAYMENT.c.paid_on >= since, PAYMENT.c.paid_on < until)
    of_period = select(
        PAYMENT.c.debtor_id, func.sum(PAYMENT.c.kopecks).label("kopecks"), func.count().label("n")
    )
    each = of_period.where(*paid).group_by(PAYMENT.c.debtor_id).subquery()
    owes = select(DEBT.c.id).where(DEBT.c.debtor_id == each.c.debtor_id, DEBT.c.kopecks > 0).exists()
    sums = (func.coalesce(func.sum(each.c.kopecks), 0), func.coalesce(func.sum(each.c.n), 0), func.count())
    found = connection.execute(select(*sums, func.count().filter(~owes)).select_from(each)).one()
    known = select(PAYMENT.c.id).where(PAYMENT.c.portfolio_id == portfolio_id).limit(1)
    if not found[1] and connection.scalar(known) is None:
        return None
    return Received(*(int(figure) for figure in found))


def sum_received(connection: Connection, portfolio_id: int, since: date, until: date) -> int:
    """Kopecks that came in on the days ``[since, until)``: one range of an index."""
    paid = (PAYMENT.c.portfolio_id == portfolio_id, PAYMENT.c.paid_on >= since, PAYMENT.c.paid_on < until)
    return int(connection.scalar(select(func.coalesce(func.sum(PAYMENT.c.kopecks), 0)).where(*paid)) or 0)


def first_payment(connection: Connection, portfolio_id: int) -> date | None:
    """The day of the first payment of a portfolio that we know of."""
    found: date | None = connection.scalar(
        select(func.min(PAYMENT.c.paid_on)).where(PAYMENT.c.portfolio_id == portfolio_id)
    )
    return found


def groups(
    connection: Connection, campaign_id: int, portfolio_id: int, since: date, until: date
) -> list[Group]:
    """The debtors of split segments, worked and left alone, with what they paid on the days ``[since, until)``."""
    by = (ASSIGNED.c.segment, ASSIGNED.c.control)
    mine = ASSIGNED.c.campaign_id == campaign_id
    sizes = connection.execute(select(*by, func.count()).where(mine).group_by(*by).order_by(*by)).all()
    paid = (PAYMENT.c.portfolio_id == portfolio_id, PAYMENT.c.paid_on >= since, PAYMENT.c.paid_on < until)
    total = func.sum(PAYMENT.c.kopecks).label("kopecks")
    each = select(PAYMENT.c.debtor_id, total).where(*paid).group_by(PAYMENT.c.debtor_id).subquery()
    whose = and_(mine, ASSIGNED.c.debtor_id == each.c.debtor_id)
    payers = select(*by, func.count(), func.sum(each.c.kopecks)).select_from(each.join(ASSIGNED, whose))
    known = {(row[0], row[1]): row[2:] for row in connection.execute(payers.group_by(*by))}
    return [
        Group(segment, control, debtors, int(count), int(kopecks))
        for segment, control, debtors in sizes
        for count, kopecks in [known.get((segment, control), (0, 0))]
    ]


def after_touches(
    connection: Connection, campaign_id: int, portfolio_id: int, since: date, until: date
) -> list[AfterTouch]:
    """Payments of the days ``[since, until)`` by the campaign's last touch before each, the largest sum first."""
    paid = (PAYMENT.c.portfolio_id == portfolio_id, PAYMENT.c.paid_on >= since, PAYMENT.c.paid_on < until)
    last = (
        select(TOUCH.c.id)
        .where(
            TOUCH.c.debtor_id == PAYMENT.c.debtor_id,
            TOUCH.c.reserved_at < _day_after(connection),
            TOUCH.c.reserved_at >= _days_before(connection),
            TOUCH.c.campaign_id == campaign_id,
            TOUCH.c.direction == Direction.OUT.value,
            TOUCH.c.outcome != Outcome.NOT_PLACED.value,
        )
        .order_by(TOUCH.c.reserved_at.desc())
        .limit(1)
        .correlate(PAYMENT)
        .scalar_subquery()
    )
    each = select(last.label("touch"), PAYMENT.c.kopecks).where(*paid).subquery()
    by = (TOUCH.c.segment, TOUCH.c.strategy_version_id, TOUCH.c.channel)
    total = func.sum(each.c.kopecks)
    rows = (
        select(*by, func.count(), total)
        .select_from(each.outerjoin(TOUCH, TOUCH.c.id == each.c.touch))
        .group_by(*by)
        .order_by(total.desc(), *by)
    )
    return [
        AfterTouch(segment or "", version, Channel(channel) if channel else None, count, int(kopecks))
        for segment, version, channel, count, kopecks in connection.execute(rows)
    ]


def promised(
    connection: Connection, campaign_id: int, since: datetime, until: datetime
) -> dict[tuple[str, Channel], dict[PromiseState, int]]:
    """Promises made in the campaign's touches within ``[since, until)``, by segment and channel."""
    by = (TOUCH.c.segment, TOUCH.c.channel, PROMISE.c.state)
    rows = (
        select(*by, func.count())
        .select_from(PROMISE.join(TOUCH, TOUCH.c.id == PROMISE.c.touch_id))
        .where(PROMISE.c.made_at >= since, PROMISE.c.made_at < until, TOUCH.c.campaign_id == campaign_id)
        .group_by(*by)
    )
    found: dict[tuple[str, Channel], dict[PromiseState, int]] = {}
    for segment, channel, state, count in connection.execute(rows):
        found.setdefault((segment, Channel(channel)), {})[PromiseState(state)] = count
    return found


def _day_after(connection: Connection) -> Any:
    """The end of a payment's day, as a time of touches."""
    if connection.dialect.name == "sqlite":
        return func.date(PAYMENT.c.paid_on, literal_column("'+1 day'"))
    return PAYMENT.c.paid_on + literal_column("1")


def _days_before(connection: Connection) -> Any:
    days = FOLLOWS_WITHIN.days
    if connection.dialect.name == "sqlite":
        return func.date(PAYMENT.c.paid_on, literal_column(f"'-{days} day'"))
    return PAYMENT.c.paid_on - literal_column(str(days))
