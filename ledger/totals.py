"""A portfolio's totals: how many debtors it has, whom of them we can call, what they owe together.

Kept by whoever writes debtors, debts and phones, in the same transaction: those of a batch are counted before they
change and again after, and what came of it is added once, at the end, so that a long import keeps nobody waiting.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from typing import Any, Self

from sqlalchemy import Connection, delete, func, select

from ledger.bulk import put
from ledger.report_tables import PortfolioTotalRow
from ledger.tables import DebtorRow, DebtRow, PhoneRow, PortfolioRow, table

DEBTOR, DEBT, PHONE = table(DebtorRow), table(DebtRow), table(PhoneRow)
PORTFOLIO, TOTAL = table(PortfolioRow), table(PortfolioTotalRow)
SUMS = ("debtors", "with_phone", "kopecks")


@dataclass(frozen=True, slots=True)
class Total:
    """Debtors, those of them with a phone, and the sum of their debts; or by how much these have changed."""

    debtors: int = 0
    with_phone: int = 0
    kopecks: int = 0

    def __add__(self, other: Self) -> Total:
        return Total(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))

    def __sub__(self, other: Self) -> Total:
        return Total(*(one - less for one, less in zip(astuple(self), astuple(other), strict=True)))


def total(connection: Connection, portfolio_id: int) -> Total:
    """What is kept of a portfolio."""
    row = connection.execute(
        select(*(TOTAL.c[name] for name in SUMS)).where(TOTAL.c.portfolio_id == portfolio_id)
    )
    return Total(*(row.one_or_none() or ()))


def count(connection: Connection, debtor_ids: Collection[int]) -> Total:
    """These debtors counted, who are locked: nobody changes what they owe before the transaction ends."""
    if not debtor_ids:
        return Total()
    hold = select(DEBTOR.c.id).where(DEBTOR.c.id.in_(debtor_ids)).order_by(DEBTOR.c.id)
    ids = connection.scalars(hold.with_for_update(key_share=True)).all()
    with_phone = select(func.count(PHONE.c.debtor_id.distinct())).where(PHONE.c.debtor_id.in_(ids))
    owed = select(func.coalesce(func.sum(DEBT.c.kopecks), 0)).where(DEBT.c.debtor_id.in_(ids))
    return Total(len(ids), connection.scalar(with_phone) or 0, int(connection.scalar(owed) or 0))


def grow(connection: Connection, portfolio_id: int, by: Total) -> None:
    """Add to what is kept."""
    if by != Total():
        row = (portfolio_id, *astuple(by))
        put(connection, TOTAL, ("portfolio_id", *SUMS), [row], key=("portfolio_id",), facts=SUMS, add=True)


@contextmanager
def counted_again(connection: Connection, portfolio_id: int, debtor_ids: Collection[int]) -> Iterator[None]:
    """Whatever is written of these debtors' debts and phones within is in the totals after."""
    before = count(connection, debtor_ids)
    yield
    grow(connection, portfolio_id, count(connection, debtor_ids) - before)


def recount_totals(connection: Connection) -> None:
    """Count every portfolio anew."""
    connection.execute(delete(TOTAL))
    for portfolio_id, found in _from_rows(connection).items():
        grow(connection, portfolio_id, found)


def wrong_totals(connection: Connection) -> dict[int, tuple[Total, Total]]:
    """The portfolios of which something else is kept than their rows say: what is kept, and what is true."""
    pairs = {id: (total(connection, id), found) for id, found in _from_rows(connection).items()}
    return {id: (kept, found) for id, (kept, found) in sorted(pairs.items()) if kept != found}


def _from_rows(connection: Connection) -> dict[int, Total]:
    """All portfolios, counted: a second for each million debtors."""
    of = DEBTOR.c.portfolio_id
    owed = select(of, func.sum(DEBT.c.kopecks)).join_from(DEBTOR, DEBT)
    with_phone = select(PHONE.c.id).where(PHONE.c.debtor_id == DEBTOR.c.id).exists()
    queries = (select(of, func.count()), select(of, func.count()).where(with_phone), owed)
    counts: list[dict[int, Any]] = [dict(connection.execute(one.group_by(of)).all()) for one in queries]
    ids = connection.scalars(select(PORTFOLIO.c.id))
    return {id: Total(*(int(one.get(id, 0)) for one in counts)) for id in ids}
