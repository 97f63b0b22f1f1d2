"""The debtor as strategies and scripts see him: facts at one instant, no personal data beyond need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from domain.phone import Phone
from domain.proceeding import Enforcement

PAYMENT_KNOWN_AFTER = timedelta(days=3)
"""How long a payment may be on its way from the bank into the creditor's file."""


class Stage(StrEnum):
    """How far the law has gone."""

    PRE_COURT = "pre_court"
    JUDGMENT = "judgment"
    ENFORCEMENT = "enforcement"


class PropertyClass(StrEnum):
    """The class of the building; people of each pay differently (FIELD.md)."""

    ECONOMY = "economy"
    COMFORT = "comfort"
    BUSINESS = "business"
    PREMIUM = "premium"


class PromiseState(StrEnum):
    """What became of a promise to pay."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"


class Want(StrEnum):
    """Groups of facts that are loaded only for a strategy that looks at them."""

    PAYMENTS = "payments"
    PROMISES = "promises"
    INSTALMENT = "instalment"
    ENFORCEMENT = "enforcement"
    HISTORY = "history"
    """Past touches; they are given beside the debtor."""
    QUALITY = "quality"
    """`Phone.tried` of each phone."""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in for a debtor's debts, in kopecks, on a day of the creditor's books."""

    on: date
    kopecks: int


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise to pay by ``due``; ``kopecks`` is None when no sum was named."""

    made_at: datetime
    due: date
    kopecks: int | None = None
    state: PromiseState = PromiseState.OPEN

    def judged(self, payments: Iterable[Payment], owed: int, today: date) -> PromiseState:
        """Whether it was kept, by the debtor's payments and the kopecks that he still owes.

        Kept: the sum named came in between the promise and its day, any sum where none was named, or nothing is owed
        any more. Broken: not kept, and payments of that day would be known by now.
        """
        made_on = self.made_at.date()
        paid = sum(payment.kopecks for payment in payments if made_on <= payment.on <= self.due)
        if owed == 0 or paid >= (self.kopecks or 1):
            return PromiseState.KEPT
        return PromiseState.BROKEN if today > self.due + PAYMENT_KNOWN_AFTER else PromiseState.OPEN


@dataclass(frozen=True, slots=True)
class Instalment:
    """A plan to pay ``kopecks_a_month`` from ``start`` to ``until``; None: no end is agreed."""

    start: date
    until: date | None = None
    kopecks_a_month: int | None = None

    def runs(self, today: date) -> bool:
        """Whether it is in force on this day, its last one included."""
        return self.start <= today and (self.until is None or today <= self.until)


@dataclass(frozen=True, slots=True)
class Debt:
    """A debt on one account: the overdue sum in kopecks, and the first day of its oldest unpaid month.

    ``penalty_kopecks`` have grown on it and are no part of the sum.
    """

    account: str
    service: str
    kopecks: int
    oldest_unpaid: date
    penalty_kopecks: int = 0

    def months_overdue(self, today: date) -> int:
        """Whole calendar months from the oldest unpaid month to today's month, at least 0."""
        months = (today.year - self.oldest_unpaid.year) * 12 + today.month - self.oldest_unpaid.month
        return max(0, months)


@dataclass(frozen=True, slots=True)
class Debtor:
    """A person with debts and phones; a call must be lawful in all ``zones`` (IANA) that he may live in.

    ``built`` is the year of the building. ``person`` is the same for all debtors who are one human being, in whichever
    portfolio; empty where nobody has told, then he is only himself. Payments, promises, the instalment plan, tags and
    enforcements are there only when whoever loaded the debtor asked for them (`Want`).
    """

    id: int
    external_id: str
    portfolio_id: int
    zones: tuple[str, ...]
    region: str = ""
    language: str = "ru"
    vulnerable: bool = False
    debts: tuple[Debt, ...] = ()
    phones: tuple[Phone, ...] = ()
    creditor: str = ""
    stage: Stage = Stage.PRE_COURT
    property_class: PropertyClass | None = None
    built: int | None = None
    tags: frozenset[str] = frozenset()
    payments: tuple[Payment, ...] = ()
    promises: tuple[Promise, ...] = ()
    instalment: Instalment | None = None
    person: str = ""
    enforcements: tuple[Enforcement, ...] = ()

    @property
    def counted_as(self) -> int | str:
        """Whose touches limits count together with his: his person's where known, else his own."""
        return self.person or self.id

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
