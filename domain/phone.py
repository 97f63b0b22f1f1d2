"""Telephone numbers and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

PhoneNumber = NewType("PhoneNumber", str)
"""A number in E.164 form with its plus sign, e.g. ``+79161234567``."""


class PhoneStatus(StrEnum):
    """What talks have shown about a phone."""

    UNVERIFIED = "unverified"
    CONFIRMED = "confirmed"
    WRONG = "wrong"
    THIRD_PARTY = "third_party"
    DEAD = "dead"


DIALLABLE = frozenset({PhoneStatus.UNVERIFIED, PhoneStatus.CONFIRMED})


class PhoneSource(StrEnum):
    """Where a phone came from: the creditor's file or the agency's contact search."""

    CLIENT = "client"
    SEARCH = "search"


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone of one debtor; ``position`` is its order in the debtor's list, from 0."""

    number: PhoneNumber
    status: PhoneStatus = PhoneStatus.UNVERIFIED
    source: PhoneSource = PhoneSource.CLIENT
    position: int = 0

    @property
    def diallable(self) -> bool:
        """Whether an automatic call may go to it at all."""
        return self.status in DIALLABLE


def mask(number: str) -> str:
    """The number as logs may show it: country and area stay, the subscriber's middle digits go."""
    return f"{number[:5]}***{number[-2:]}" if len(number) > 8 else "***"
