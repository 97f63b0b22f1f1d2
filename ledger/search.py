"""Search: debtors by what a person has at hand, the key, an account, a phone, a proceeding's number or a name."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, select

from ledger.fact_tables import ProceedingRow
from ledger.imports.phones import normalise
from ledger.tables import DebtorRow, DebtRow, PhoneRow, PortfolioRow, table

DEBTOR, DEBT, PHONE, PORTFOLIO = table(DebtorRow), table(DebtRow), table(PhoneRow), table(PortfolioRow)
PROCEEDING = table(ProceedingRow)
SHORTEST = 2
"""Fewer letters of a name would list half of the books."""
LAST = "\uffff"
"""Comes after every letter by code points, in which names are ordered: the end of those that begin with something."""


class FoundBy(StrEnum):
    """What of a debtor was found."""

    KEY = "key"
    ACCOUNT = "account"
    PHONE = "phone"
    PROCEEDING = "proceeding"
    NAME = "name"


class Hit(NamedTuple):
    """A debtor who was found."""

    debtor_id: int
    key: str
    name: str
    portfolio_id: int
    portfolio: str
    found_by: FoundBy


@dataclass(frozen=True)
class Search:
    """Repository of searches. Each question goes through an index, whatever the size of the books."""

    connection: Connection

    def find(self, text: str, *, portfolios: Collection[int] | None = None, limit: int = 20) -> list[Hit]:
        """At most ``limit`` debtors, what fits exactly before names that begin so; of all portfolios, or of these."""
        hits: dict[int, Hit] = {}
        for found_by, which in _questions(text.replace("\0", "").strip()):  # no database takes one
            if len(hits) >= limit:
                break
            for row in self._rows(which, portfolios, limit):
                hits.setdefault(row[0], Hit(*row, found_by=found_by))
        return list(hits.values())[:limit]

    def _rows(
        self, which: ColumnElement[bool], portfolios: Collection[int] | None, limit: int
    ) -> list[tuple[int, str, str, int, str]]:
        columns = (DEBTOR.c.id, DEBTOR.c.external_id, DEBTOR.c.name, DEBTOR.c.portfolio_id, PORTFOLIO.c.name)
        rows = select(*columns).join(PORTFOLIO, PORTFOLIO.c.id == DEBTOR.c.portfolio_id).where(which)
        if portfolios is not None:
            rows = rows.where(DEBTOR.c.portfolio_id.in_(portfolios))
        return [tuple(row) for row in self.connection.execute(rows.limit(limit))]


def _questions(text: str) -> Iterator[tuple[FoundBy, ColumnElement[bool]]]:
    if not text:
        return
    yield FoundBy.KEY, DEBTOR.c.external_id == text
    yield FoundBy.ACCOUNT, DEBTOR.c.id.in_(select(DEBT.c.debtor_id).where(DEBT.c.account == text))
    numbered = select(PROCEEDING.c.debtor_id).where(PROCEEDING.c.number == text)
    yield FoundBy.PROCEEDING, DEBTOR.c.id.in_(numbered)
    if number := _number(text):
        having = select(PHONE.c.debtor_id).where(PHONE.c.number == number)
        yield FoundBy.PHONE, DEBTOR.c.id.in_(having)
    if len(text) >= SHORTEST and not any(character.isdigit() for character in text):
        for written in dict.fromkeys((text, text.title(), text.upper())):
            yield FoundBy.NAME, and_(DEBTOR.c.name >= written, DEBTOR.c.name <= written + LAST)


def _number(text: str) -> str:
    try:
        return normalise(text)
    except ValueError:
        return ""
