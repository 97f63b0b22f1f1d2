"""Which phone is rung, and at which hour of the day: pure, and the choice carries its reason.

What past calls tell of a phone in a band of hours is a beta-binomial estimate in two levels. A phone's own chance
starts from what its status and source promise; its chance in a band starts from there, moved by how the debtor's
phones do in that band; the calls of that phone in that band move it further. Estimates are clamped, and a phone
that got less than its floor of all calls goes first, so that one bad day rules no phone out for good.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from math import sqrt
from zoneinfo import ZoneInfo

from domain.debtor import Debtor
from domain.phone import HOUR_BANDS, Phone, PhoneSource, PhoneStatus, Tried, hour_band
from domain.said import said


class PhoneOrder(StrEnum):
    """The phone choice rule of a segment."""

    GIVEN = "given"
    CONFIRMED_FIRST = "confirmed_first"
    BEST = "best"


@dataclass(frozen=True, slots=True)
class PhoneChoice:
    """The phone and why; ``not_before`` is a later band of the same day that promises far more than now."""

    phone: Phone
    reason: str
    not_before: datetime | None = None


PROMISED = {
    (PhoneStatus.CONFIRMED, PhoneSource.CLIENT): 0.35,
    (PhoneStatus.CONFIRMED, PhoneSource.SEARCH): 0.35,
    (PhoneStatus.UNVERIFIED, PhoneSource.CLIENT): 0.25,
    (PhoneStatus.UNVERIFIED, PhoneSource.SEARCH): 0.20,
}
"""The chance of an answer before any call, as massed auto-informer calls go; own calls soon outweigh it."""

WEIGHT = 4.0
"""How many calls a prior weighs as much as."""

LOWEST, HIGHEST = 0.02, 0.95
FLOOR = 0.08
"""The share of a debtor's calls under which none of his phones falls."""

WORTH_WAITING = 1.5
"""How many times better a later band must be to wait for it."""

ENOUGH = 4
"""How many calls a debtor must have had before his best hour is waited for."""

BAND_NAMES = (said("in the morning"), said("at noon"), said("in the afternoon"), said("in the evening"))


def choose_phone(
    debtor: Debtor,
    order: PhoneOrder,
    now: datetime,
    *,
    turn: int = 0,
    avoid: str = "",
    learn: bool = True,
    may_ring: Callable[[datetime], bool] | None = None,
) -> PhoneChoice | None:
    """The phone to ring next; None when none may be dialled.

    ``turn`` moves through the phones in their order. ``avoid`` is the phone rung last when another one is wanted:
    it is taken only when it is the only one. Without ``learn`` (or for a debtor whose phones were loaded without
    `Phone.tried`) past calls decide nothing. ``may_ring`` says whether a later instant would do; without it no
    later hour is proposed. Bands are those of the debtor's first zone.
    """
    phones = [phone for phone in debtor.phones if phone.diallable]
    if not phones:
        return None
    if learn and order is PhoneOrder.BEST:
        return _best(phones, avoid, now.astimezone(ZoneInfo(debtor.zones[0])), may_ring)
    return _by_turn(phones, order, turn, avoid)


def _by_turn(phones: list[Phone], order: PhoneOrder, turn: int, avoid: str) -> PhoneChoice:
    if order is PhoneOrder.CONFIRMED_FIRST:
        phones = sorted(phones, key=lambda phone: phone.status is not PhoneStatus.CONFIRMED)
    if len(phones) == 1:
        return PhoneChoice(phones[0], said("the only phone that may be dialled"))
    place = turn % len(phones)
    if phones[place].number == avoid:
        place = (place + 1) % len(phones)
    words = said(
        "%(order)s order, turn %(turn)s of %(phones)s", order=order.value, turn=place + 1, phones=len(phones)
    )
    return PhoneChoice(phones[place], words)


def _best(
    phones: list[Phone], avoid: str, local: datetime, may_ring: Callable[[datetime], bool] | None
) -> PhoneChoice:
    band, quality = hour_band(local.hour), Quality(phones)
    others = [phone for phone in phones if phone.number != avoid] or phones
    neglected = min(others, key=lambda phone: (quality.rung(phone), phone.position))
    if quality.rung(neglected) < FLOOR * quality.all_rung:
        words = said(
            "rung %(rung)s of %(all)s times: tried anew",
            **{"rung": quality.rung(neglected), "all": quality.all_rung},
        )
        return PhoneChoice(neglected, words)
    if may_ring and (later := _later(others, quality, local, may_ring)):
        return later
    best = max(others, key=lambda phone: (quality.hope(phone, band), -phone.position))
    which = said("best of %(phones)s", phones=len(others)) if len(others) > 1 else said("the only one")
    words = said(
        "%(which)s %(band)s: %(chance)s of calls answered",
        **{"which": which, "band": BAND_NAMES[band], "chance": f"{quality.chance(best, band):.0%}"},
    )
    return PhoneChoice(best, words)


def _later(
    phones: list[Phone], quality: Quality, local: datetime, may_ring: Callable[[datetime], bool]
) -> PhoneChoice | None:
    """The best band of the rest of the day, if it is worth waiting for."""
    if quality.all_rung < ENOUGH:
        return None
    found: PhoneChoice | None = None
    band = hour_band(local.hour)
    now = max(quality.chance(phone, band) for phone in phones)
    promise = now * WORTH_WAITING
    for later in range(band + 1, len(HOUR_BANDS)):
        begins = datetime.combine(local.date(), time(HOUR_BANDS[later]), local.tzinfo).astimezone(UTC)
        for phone in phones:
            if quality.chance(phone, later) > promise and may_ring(begins):
                promise = quality.chance(phone, later)
                words = said(
                    "better %(band)s: %(chance)s of calls answered, %(now)s now",
                    **{"band": BAND_NAMES[later], "chance": f"{promise:.0%}", "now": f"{now:.0%}"},
                )
                found = PhoneChoice(phone, words, begins)
    return found


class Quality:
    """What the past calls of one debtor's phones tell."""

    def __init__(self, phones: Sequence[Phone]) -> None:
        self._counts = {(phone.number, tried.band): tried for phone in phones for tried in phone.tried}
        self._phones = phones
        self.all_rung = sum(self.rung(phone) for phone in phones)

    def rung(self, phone: Phone) -> int:
        """How often it was rung, at any hour."""
        return sum(tried.rung for tried in phone.tried)

    def chance(self, phone: Phone, band: int) -> float:
        """The estimated share of calls to this phone in this band that somebody answers."""
        tried = self._counts.get((phone.number, band), Tried(band, 0, 0))
        return _posterior(_clamp(self._own(phone) * self._lift(band)), tried.rung, tried.answered)

    def hope(self, phone: Phone, band: int) -> float:
        """The chance plus its standard deviation: the less is known, the more may be hoped for."""
        tried = self._counts.get((phone.number, band), Tried(band, 0, 0))
        chance = self.chance(phone, band)
        return chance + sqrt(chance * (1 - chance) / (WEIGHT + tried.rung + 1))

    def _own(self, phone: Phone) -> float:
        promised = PROMISED[phone.status, phone.source]
        return _posterior(promised, self.rung(phone), sum(tried.answered for tried in phone.tried))

    def _lift(self, band: int) -> float:
        """How much better than ever the debtor answers in this band, on all of his phones."""
        counts = [self._counts.get((phone.number, band), Tried(band, 0, 0)) for phone in self._phones]
        answered = sum(c.answered for c in counts)
        expected = sum(self._own(phone) * c.rung for phone, c in zip(self._phones, counts, strict=True))
        return (answered + 1) / (expected + 1)


def _posterior(prior: float, rung: int, answered: int) -> float:
    """The mean of a beta distribution of weight `WEIGHT` after these calls."""
    return _clamp((WEIGHT * prior + answered) / (WEIGHT + rung))


def _clamp(chance: float) -> float:
    return min(max(chance, LOWEST), HIGHEST)
