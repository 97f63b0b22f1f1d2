"""The debtor as strategies and scripts see him: facts at one instant, no personal data beyond need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.phone import Phone


@dataclass(frozen=True, slots=True)
class Debt:
    """A debt on one account: the overdue sum in kopecks, and the first day of its oldest unpaid month."""

    account: str
    service: str
    kopecks: int
    oldest_unpaid: date

    def months_overdue(self, today: date) -> int:
        """Whole calendar months from the oldest unpaid month to today's month, at least 0."""
        months = (today.year - self.oldest_unpaid.year) * 12 + today.month - self.oldest_unpaid.month
        return max(0, months)


@dataclass(frozen=True, slots=True)
class Debtor:
    """A person with debts and phones; a call must be lawful in all ``zones`` (IANA) that he may live in."""

    id: int
    external_id: str
    portfolio_id: int
    zones: tuple[str, ...]
    region: str = ""
    language: str = "ru"
    vulnerable: bool = False
    debts: tuple[Debt, ...] = ()
    phones: tuple[Phone, ...] = ()

    @property
    def kopecks(self) -> int:
        """The sum of all debts in kopecks."""
        return sum(debt.kopecks for debt in self.debts)

    @property
    def roubles(self) -> Decimal:
        """The sum of all debts in roubles."""
        return Decimal(self.kopecks) / 100

    def months_overdue(self, today: date) -> int:
        """Months of the oldest debt; 0 when there is none."""
        return max((debt.months_overdue(today) for debt in self.debts), default=0)
