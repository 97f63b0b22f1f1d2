"""Debtors: who they are, with the facts that were asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, union_all, update

from domain.debtor import Debtor, Want
from domain.errors import InputError
from domain.phone import PhoneSource, PhoneStatus
from ledger.facts import whole
from ledger.tables import DebtorRow, PhoneRow, table
from ledger.totals import counted_again

DEBTOR, PHONE = table(DebtorRow), table(PhoneRow)
PROBES = 32


@dataclass(frozen=True)
class Debtors:
    """Repository of debtors."""

    connection: Connection

    def load(self, ids: Collection[int], want: Collection[Want] = ()) -> dict[int, Debtor]:
        """The debtors with these ids, in id order, with debts, phones, and the facts that are wanted; the number
        of queries depends on ``want`` alone.
        """
        return {debtor.id: debtor for debtor in whole(self.connection, sorted(ids), want)}

    def page(self, portfolio_id: int, *, after: int, size: int, want: Collection[Want] = ()) -> list[Debtor]:
        """Up to ``size`` debtors of the portfolio with ids above ``after``, in id order, as `load` gives them."""
        return whole(self.connection, self.ids(portfolio_id, after=after, size=size), want)

    def ids(self, portfolio_id: int, *, after: int, size: int) -> Sequence[int]:
        """Up to ``size`` ids of the portfolio's debtors above ``after``, in order."""
        mine = select(DEBTOR.c.id).where(DEBTOR.c.portfolio_id == portfolio_id, DEBTOR.c.id > after)
        return self.connection.scalars(mine.order_by(DEBTOR.c.id).limit(size)).all()

    def main_zone(self, portfolio_id: int) -> str:
        """The time zone (IANA) that most of the portfolio's debtors live in, told from some of them all over it; UTC
        where there is nobody.
        """
        mine = DEBTOR.c.portfolio_id == portfolio_id
        first, last = (
            self.connection.scalar(select(end(DEBTOR.c.id)).where(mine)) for end in (func.min, func.max)
        )
        if first is None or last is None:
            return "UTC"
        probes = (first + (last - first) * step // PROBES for step in range(PROBES))
        some = select(DEBTOR.c.zones).where(mine).order_by(DEBTOR.c.id).limit(1)
        found = union_all(*(select(some.where(DEBTOR.c.id >= probe).subquery()) for probe in probes))
        zones = Counter(zones.split(",")[0] for zones in self.connection.scalars(found))
        return zones.most_common(1)[0][0] or "UTC"

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

    def mark(self, debtor_id: int, vulnerable: bool, tags: Collection[str]) -> None:
        """Write whether he needs help, and what else sets him apart."""
        facts = {"vulnerable": vulnerable, "tags": ",".join(sorted(tags))}
        self.connection.execute(update(DEBTOR).where(DEBTOR.c.id == debtor_id).values(facts))

    def add_phone(self, debtor_id: int, number: str) -> bool:
        """A number that we have found, the last of his; False when it is known already."""
        his = PHONE.c.debtor_id == debtor_id
        if self.connection.scalar(select(PHONE.c.id).where(his, PHONE.c.number == number)) is not None:
            return False
        last = self.connection.scalar(select(func.max(PHONE.c.position)).where(his))
        row = {"debtor_id": debtor_id, "number": number, "status": PhoneStatus.UNVERIFIED.value}
        row |= {"source": PhoneSource.SEARCH.value, "position": 0 if last is None else last + 1}
        of = select(DEBTOR.c.portfolio_id).where(DEBTOR.c.id == debtor_id)
        whose = self.connection.execute(of).scalar_one()
        with counted_again(self.connection, whose, [debtor_id]):
            self.connection.execute(insert(PHONE).values(row))
        return True

    def mark_phone(self, debtor_id: int, number: str, status: PhoneStatus) -> None:
        """Write what a talk has shown about one phone of one debtor."""
        mine = (PHONE.c.debtor_id == debtor_id, PHONE.c.number == number)
        self.connection.execute(update(PHONE).where(*mine).values(status=status.value))
