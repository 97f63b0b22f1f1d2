"""Enforcement proceedings, the bailiffs who run them, and what a bailiff said of each when he was last called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.touch import TouchId


@dataclass(frozen=True, slots=True)
class Bailiff:
    """The official who runs proceedings. He is known by his name and department: his phone may be the department's,
    with his ``extension``.
    """

    name: str
    department: str = ""
    address: str = ""
    phone: str = ""
    extension: str = ""


@dataclass(frozen=True, slots=True)
class Proceeding:
    """A bailiff's case against a debtor: ``kopecks`` are still to be recovered by the ``document`` of a court."""

    id: int
    debtor_id: int
    number: str
    opened_on: date
    bailiff: Bailiff
    document: str
    kopecks: int
    ended_on: date | None = None
    end_reason: str = ""

    @property
    def open(self) -> bool:
        """Whether the bailiff still works it."""
        return self.ended_on is None


class ProceedingStatus(StrEnum):
    """How a proceeding stands, by what its bailiff said."""

    IN_WORK = "in_work"
    ACCOUNT_ARRESTED = "account_arrested"
    PROPERTY_SEARCH = "property_search"
    INQUIRY_SENT = "inquiry_sent"
    ENDED = "ended"
    REFUSED = "refused"
    """He would not say."""


@dataclass(frozen=True, slots=True)
class ProceedingResult:
    """What a talk with the bailiff brought for one proceeding: what was ``asked`` of him, what he answered, and the day
    by which he promised to do it, if he named one.
    """

    proceeding_id: int
    at: datetime
    status: ProceedingStatus
    asked: str = ""
    promised_until: date | None = None
    note: str = ""
    touch: TouchId | None = None

    def overdue(self, today: date) -> bool:
        """Whether the day that he promised has passed."""
        return self.promised_until is not None and self.promised_until < today


NOTHING = "nothing"
"""What is known of a proceeding whose bailiff has said nothing yet."""


@dataclass(frozen=True, slots=True)
class Enforcement:
    """A debtor's proceeding as strategies see it: whether the bailiff still works it, whether he is one who is called
    (``known``), and all that he has said of it, in order.
    """

    open: bool
    known: bool
    heard: tuple[ProceedingResult, ...] = ()

    def last(self, now: datetime) -> ProceedingResult | None:
        """What he had said of it last by then."""
        return next((one for one in reversed(self.heard) if one.at <= now), None)

    def said(self, now: datetime) -> str:
        """How it stood by then: a `ProceedingStatus`, or `NOTHING`."""
        last = self.last(now)
        return last.status if last else NOTHING

    def overdue(self, now: datetime) -> bool:
        """Whether it is open, and the day by which he last promised to act had passed by then."""
        last = self.last(now)
        return self.open and last is not None and last.overdue(now.date())
