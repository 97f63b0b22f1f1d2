"""Portfolios and the legal basis to work them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from domain.errors import InputError
from domain.portfolio import LegalBasis, Portfolio, PortfolioKind
from ledger.locks import hold
from ledger.tables import PortfolioRow, table

PORTFOLIO = table(PortfolioRow)


@dataclass(frozen=True)
class Portfolios:
    """Repository of portfolios."""

    connection: Connection

    def put(self, name: str, *, creditor: str, contact_phone: str, basis: LegalBasis | None) -> Portfolio:
        """Make the portfolio, or bring its creditor, phone and basis up to date."""
        values = {
            "creditor": creditor,
            "contact_phone": contact_phone,
            "basis_document": basis.document if basis else None,
            "basis_from": basis.valid_from if basis else None,
            "basis_to": basis.valid_to if basis else None,
        }
        hold(self.connection, ["portfolios"])  # two who make the same
        changed = self.connection.execute(update(PORTFOLIO).where(PORTFOLIO.c.name == name).values(values))
        if changed.rowcount == 0:
            self.connection.execute(insert(PORTFOLIO).values(name=name, **values))
        return self.named(name)

    def named(self, name: str) -> Portfolio:
        """The portfolio of that name, or an InputError that lists those there are."""
        row = self.connection.execute(select(PORTFOLIO).where(PORTFOLIO.c.name == name)).one_or_none()
        if row is None:
            known = (
                ", ".join(self.connection.scalars(select(PORTFOLIO.c.name).order_by(PORTFOLIO.c.name)))
                or "none yet"
            )
            raise InputError(f"no portfolio {name!r}", remedy=f"portfolios: {known}")
        return portfolio_of(row)

    def all(self) -> list[Portfolio]:
        """All portfolios by name."""
        return [
            portfolio_of(row) for row in self.connection.execute(select(PORTFOLIO).order_by(PORTFOLIO.c.name))
        ]

    def get(self, id: int) -> Portfolio:
        """The portfolio with that id."""
        return portfolio_of(self.connection.execute(select(PORTFOLIO).where(PORTFOLIO.c.id == id)).one())


def portfolio_of(row: Any) -> Portfolio:
    """The portfolio of a row."""
    basis = None
    if row.basis_document is not None and row.basis_from is not None:
        basis = LegalBasis(row.basis_document, row.basis_from, row.basis_to)
    return Portfolio(row.id, row.name, row.creditor, row.contact_phone, basis, PortfolioKind(row.kind))
