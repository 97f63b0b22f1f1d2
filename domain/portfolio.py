"""Portfolios: one creditor's debts handed over together, or the bailiffs who enforce them; the right to work them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """The contract or assignment that entitles us to contact debtors, valid in ``[valid_from, valid_to)``.

    Without one in force nobody is dialled: whether an agency may collect utility debts at all is
    contested (Russia: 214-FZ, Housing Code art. 155), so the document is asked for, never assumed.
    """

    document: str
    valid_from: datetime
    valid_to: datetime | None = None

    def in_force(self, now: datetime) -> bool:
        """Whether the basis covers this instant."""
        return self.valid_from <= now and (self.valid_to is None or now < self.valid_to)


class PortfolioKind(StrEnum):
    """Who is contacted."""

    DEBTORS = "debtors"
    BAILIFFS = "bailiffs"
    """Made of the proceedings of all other portfolios, never imported."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """A creditor's portfolio; ``creditor`` is the name spoken to debtors."""

    id: int
    name: str
    creditor: str
    contact_phone: str
    basis: LegalBasis | None = None
    kind: PortfolioKind = PortfolioKind.DEBTORS
