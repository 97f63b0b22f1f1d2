"""Debtors with their debts and phones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select, update

from domain.debtor import Debt, Debtor
from domain.errors import InputError
from domain.phone import Phone, PhoneNumber, PhoneSource, PhoneStatus
from ledger.tables import DebtorRow, DebtRow, PhoneRow, table

DEBTOR, DEBT, PHONE = table(DebtorRow), table(DebtRow), table(PhoneRow)


@dataclass(frozen=True)
class Debtors:
    """Repository of debtors."""

    connection: Connection

    def load(self, ids: Sequence[int]) -> dict[int, Debtor]:
        """The debtors with these ids, whole; three queries whatever the number."""
        return self._whole(DEBTOR.c.id.in_(ids), DEBT.c.debtor_id.in_(ids), PHONE.c.debtor_id.in_(ids))

    def page(self, portfolio_id: int, *, after: int, size: int) -> list[Debtor]:
        """Up to ``size`` debtors of the portfolio with ids above ``after``, in id order."""
        ids = self.connection.scalars(
            select(DEBTOR.c.id)
            .where(DEBTOR.c.portfolio_id == portfolio_id, DEBTOR.c.id > after)
            .order_by(DEBTOR.c.id)
            .limit(size)
        ).all()
        return list(self.load(ids).values())

    def count(self, portfolio_id: int) -> int:
        """How many debtors the portfolio has."""
        counted = select(func.count()).select_from(DEBTOR).where(DEBTOR.c.portfolio_id == portfolio_id)
        return self.connection.scalar(counted) or 0

    def keyed(self, external_id: str, portfolio_id: int | None = None) -> Debtor:
        """The debtor with that key; an InputError when there is none, or several in different portfolios."""
        wanted = select(DEBTOR.c.id).where(DEBTOR.c.external_id == external_id)
        if portfolio_id is not None:
            wanted = wanted.where(DEBTOR.c.portfolio_id == portfolio_id)
        ids = self.connection.scalars(wanted.limit(2)).all()
        if len(ids) != 1:
            what = "no debtor has" if not ids else "several portfolios have a debtor with"
            raise InputError(
                f"{what} the key {external_id!r}", remedy="tell the key, and --portfolio if needed"
            )
        return self.load(ids)[ids[0]]

    def mark_phone(self, debtor_id: int, number: str, status: PhoneStatus) -> None:
        """Write what a talk has shown about one phone of one debtor."""
        mine = (PHONE.c.debtor_id == debtor_id, PHONE.c.number == number)
        self.connection.execute(update(PHONE).where(*mine).values(status=status.value))

    def _whole(self, these: Any, their_debts: Any, their_phones: Any) -> dict[int, Debtor]:
        debts: defaultdict[int, list[Debt]] = defaultdict(list)
        phones: defaultdict[int, list[Phone]] = defaultdict(list)
        columns = (DEBT.c.debtor_id, DEBT.c.account, DEBT.c.service, DEBT.c.kopecks, DEBT.c.oldest_unpaid)
        for owner, *debt in self.connection.execute(select(*columns).where(their_debts).order_by(DEBT.c.id)):
            debts[owner].append(Debt(*debt))
        columns = (PHONE.c.debtor_id, PHONE.c.number, PHONE.c.status, PHONE.c.source, PHONE.c.position)
        for owner, number, status, source, position in self.connection.execute(
            select(*columns).where(their_phones).order_by(PHONE.c.debtor_id, PHONE.c.position, PHONE.c.id)
        ):
            phones[owner].append(
                Phone(PhoneNumber(number), PhoneStatus(status), PhoneSource(source), position)
            )
        return {
            row.id: Debtor(
                id=row.id,
                external_id=row.external_id,
                portfolio_id=row.portfolio_id,
                zones=tuple(filter(None, row.zones.split(","))),
                region=row.region,
                language=row.language,
                vulnerable=row.vulnerable,
                debts=tuple(debts[row.id]),
                phones=tuple(phones[row.id]),
            )
            for row in self.connection.execute(select(DEBTOR).where(these).order_by(DEBTOR.c.id))
        }
