"""Persons: which debtors, of whatever portfolios, are one human being (LAW.md 1.3: limits protect him)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select

from domain.debtor import Debtor
from ledger.tables import DebtorRow, table

DEBTOR = table(DebtorRow)
_OF = select(DEBTOR.c.id, DEBTOR.c.person).where(DEBTOR.c.person.in_(bindparam("persons", expanding=True)))


def same_persons(connection: Connection, debtors: Iterable[Debtor]) -> dict[int, str]:
    """Every debtor of the persons that these debtors are, with his person; a debtor without one is not among them.

    Where none of them has a person nothing is asked.
    """
    known = {debtor.id: debtor.person for debtor in debtors if debtor.person}
    if not known:
        return known
    rows = connection.execute(_OF, {"persons": sorted(set(known.values()))})
    return dict(rows.all()) | known
