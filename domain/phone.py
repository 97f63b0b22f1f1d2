"""Telephone numbers and what is known of them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from domain.touch import LIVE_ANSWERS, Outcome

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


DEAD_AFTER = 3
"""A phone is dead after so many calls in a row that the carrier refused as no number of anybody."""


def phone_after(status: PhoneStatus, outcome: Outcome, invalid_in_a_row: int = 0) -> PhoneStatus:
    """What is known of a phone after a call; ``invalid_in_a_row`` counts ``invalid_number``, this call included."""
    match outcome:
        case Outcome.TALK_DEBTOR:
            return PhoneStatus.CONFIRMED
        case Outcome.TALK_WRONG_PERSON:
            return PhoneStatus.WRONG
        case Outcome.TALK_THIRD_PARTY if status is not PhoneStatus.CONFIRMED:  # a relative may take his phone
            return PhoneStatus.THIRD_PARTY
        case Outcome.INVALID_NUMBER if invalid_in_a_row >= DEAD_AFTER:
            return PhoneStatus.DEAD
        case _:
            return status


REACHED = LIVE_ANSWERS - {Outcome.TALK_WRONG_PERSON}
"""Outcomes after which `Tried.answered` grows: somebody who is not a stranger answered; machines do not count."""

RANG = REACHED | {
    Outcome.INVALID_NUMBER,
    Outcome.UNAVAILABLE,
    Outcome.BUSY,
    Outcome.NO_ANSWER,
    Outcome.REJECTED,
    Outcome.MACHINE_NO_MSG,
    Outcome.MACHINE_MSG,
    Outcome.TALK_WRONG_PERSON,
}
"""Outcomes after which `Tried.rung` grows: those that tell of the phone, not of our trunk or our caller number."""

HOUR_BANDS = (0, 11, 14, 18)
"""The local hours at which the bands of a day begin: morning, noon, afternoon, evening."""


def hour_band(hour: int) -> int:
    """The index of the band that a local hour (0 to 23) lies in."""
    return bisect_right(HOUR_BANDS, hour) - 1


@dataclass(frozen=True, slots=True)
class Tried:
    """How often a phone was rung in an hour band, and how often somebody answered."""

    band: int
    rung: int
    answered: int


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone of one debtor; ``position`` is its order in the debtor's list, from 0. ``extension`` is what a
    switchboard that answers wants dialled.

    ``tried`` is what past calls tell, there only when whoever loaded the phone asked for it.
    """

    number: PhoneNumber
    status: PhoneStatus = PhoneStatus.UNVERIFIED
    source: PhoneSource = PhoneSource.CLIENT
    position: int = 0
    tried: tuple[Tried, ...] = ()
    extension: str = ""

    @property
    def diallable(self) -> bool:
        """Whether an automatic call may go to it at all."""
        return self.status in DIALLABLE


def mask(number: str) -> str:
    """The number as logs may show it: country and area stay, the subscriber's middle digits go."""
    return f"{number[:5]}***{number[-2:]}" if len(number) > 8 else "***"
