"""Whom the rows of a file are about: a debtor by his key, or by the account of one of his debts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, select

from ledger.imports.cells import RowReader
from ledger.imports.columns import KNOWN_HEADERS
from ledger.imports.rejects import Rejects
from ledger.imports.source import Row
from ledger.imports.values import label
from ledger.tables import DebtorRow, DebtRow, table

DEBTOR, DEBT = table(DebtorRow), table(DebtRow)
BY_KEY, BY_ACCOUNT = "external_id", "account"
WHO = {BY_KEY: KNOWN_HEADERS[BY_KEY], BY_ACCOUNT: KNOWN_HEADERS[BY_ACCOUNT]}
"""The columns that may say it; the key is the surer one."""


class Named(Protocol):
    """A record with the field that names the debtor, its text, and the line of the file."""

    @property
    def known_by(self) -> str:
        """`BY_KEY` or `BY_ACCOUNT`."""
        ...

    @property
    def who(self) -> str:
        """The key or the account."""
        ...

    @property
    def row(self) -> int:
        """The line."""
        ...


N = TypeVar("N", bound=Named)
R = TypeVar("R")


class NamedReader(RowReader[R]):
    """Reads rows that name a debtor."""

    def _who(self, row: Row) -> tuple[str, str]:
        """The field that names him, and its text; a row with neither is refused."""
        external_id = self._must(row, BY_KEY, label)
        account = self._must(row, BY_ACCOUNT, label)
        if not external_id and not account:
            self._refuse(row, BY_KEY, "", "neither a debtor's key nor an account")
        return (BY_KEY, external_id) if external_id else (BY_ACCOUNT, account)


class People:
    """The debtors of a portfolio."""

    def __init__(self, connection: Connection, portfolio_id: int, rejects: Rejects) -> None:
        self._connection = connection
        self._portfolio_id = portfolio_id
        self._rejects = rejects

    def of(self, groups: Sequence[Sequence[N]]) -> dict[int, list[N]]:
        """Records by the debtor's id; those about nobody of the portfolio, or about several, are refused."""
        found = self._named(groups, BY_KEY, DEBTOR.c.external_id)
        found |= self._named(groups, BY_ACCOUNT, DEBT.c.account)
        records = defaultdict[int, list[N]](list)
        for group in groups:
            ids = found.get((group[0].known_by, group[0].who), set())
            if len(ids) == 1:
                records[next(iter(ids))].extend(group)
                continue
            reason = "several debtors of the portfolio have it; tell the debtor's key"
            for record in group:
                self._rejects.add(
                    record.row,
                    record.known_by,
                    record.who,
                    reason if ids else "no debtor of the portfolio has it",
                )
        return records

    def _named(
        self, groups: Iterable[Sequence[N]], known_by: str, column: ColumnElement[str]
    ) -> dict[tuple[str, str], set[int]]:
        names = [group[0].who for group in groups if group[0].known_by == known_by]
        if not names:
            return {}
        people = DEBTOR.join(DEBT) if known_by == BY_ACCOUNT else DEBTOR
        rows = self._connection.execute(
            select(column, DEBTOR.c.id)
            .select_from(people)
            .where(DEBTOR.c.portfolio_id == self._portfolio_id, column.in_(names))
        )
        found = defaultdict[tuple[str, str], set[int]](set)
        for name, id in rows.all():
            found[known_by, name].add(id)
        return found
