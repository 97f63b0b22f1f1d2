"""Who rings us: whom a caller's number leads to, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.phone import PhoneStatus
from domain.proceeding import Bailiff
from domain.touch import Outcome


class CallerKind(StrEnum):
    """What a caller's number tells."""

    DEBTOR = "debtor"
    """One human being, who may owe in several portfolios."""
    SEVERAL = "several"
    """A shared phone: whoever answers must ask who is calling."""
    BAILIFF = "bailiff"
    DEPARTMENT = "department"
    """A switchboard: several bailiffs have this number, or nobody by name."""
    UNKNOWN = "unknown"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class LastTouch:
    """The last touch over a number, whichever side rang; ``outcome`` is None while it is open."""

    at: datetime
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A debtor who has the number. ``blocked`` are the reasons of the blocks that hold for him now."""

    debtor_id: int
    key: str
    name: str
    language: str
    portfolio: str
    creditor: str
    phone: PhoneStatus
    person: str = ""
    last_touch: LastTouch | None = None
    blocked: tuple[str, ...] = ()

    @property
    def human_being(self) -> str | int:
        """Equal for debtors who are known as one person."""
        return self.person or self.debtor_id

    @property
    def reason(self) -> str:
        """Why he is thought of."""
        touch = self.last_touch
        if touch is None:
            return f"{self.phone} phone, no touch over it yet"
        return f"{self.phone} phone, last touch {touch.at:%Y-%m-%d %H:%M} UTC: {touch.outcome or 'open'}"


@dataclass(frozen=True, slots=True)
class Match:
    """Whom a number leads to: ``candidates`` with the likeliest first, ``bailiffs`` by name, and the reason."""

    kind: CallerKind
    number: str
    reason: str
    candidates: tuple[Candidate, ...] = ()
    bailiffs: tuple[Bailiff, ...] = ()


MOST_CANDIDATES = 20
"""A number that more debtors have tells nothing: a column that somebody filled with the office's own phone."""

_LIKELY = {
    PhoneStatus.CONFIRMED: 0,
    PhoneStatus.UNVERIFIED: 1,
    PhoneStatus.DEAD: 2,
    PhoneStatus.THIRD_PARTY: 3,
}
"""A phone thought dead that rings us lives. One that is known as a stranger's names nobody."""


def match_caller(number: str, having: tuple[Candidate, ...], bailiffs: tuple[Bailiff, ...] = ()) -> Match:
    """Judge who calls from ``number``, by the debtors and the bailiffs who have it.

    Confirmed phones come before others, and those that were touched later before earlier ones. An empty number is
    one that was not shown.
    """
    if not number:
        return Match(CallerKind.HIDDEN, number, "the number is not shown")
    likely = sorted((one for one in having if one.phone in _LIKELY), key=_likeliest)
    human_beings = {one.human_being for one in likely}
    found = (tuple(likely[:MOST_CANDIDATES]), bailiffs)
    match len(human_beings), len(bailiffs):
        case 0, 0:
            strangers = "known as a stranger's" if having else "nobody has this number"
            return Match(CallerKind.UNKNOWN, number, strangers)
        case 0, 1 if bailiffs[0].name:
            return Match(CallerKind.BAILIFF, number, "the bailiff's phone in his proceedings", *found)
        case 0, _:
            names = ", ".join(filter(None, dict.fromkeys(one.department for one in bailiffs)))
            return Match(
                CallerKind.DEPARTMENT, number, f"the number of {names or 'several bailiffs'}", *found
            )
        case 1, 0:
            return Match(CallerKind.DEBTOR, number, likely[0].reason, *found)
        case debtors, officials:
            told = _many("debtor", debtors) + (f" and {_many('bailiff', officials)}" if officials else "")
            return Match(CallerKind.SEVERAL, number, f"{told} have this number", *found)


def _likeliest(one: Candidate) -> tuple[int, float, int]:
    touched = one.last_touch.at.timestamp() if one.last_touch else 0.0
    return _LIKELY[one.phone], -touched, one.debtor_id


def _many(what: str, count: int) -> str:
    if count > MOST_CANDIDATES:
        return f"more than {MOST_CANDIDATES} {what}s"
    return f"{count} {what}{'s' if count > 1 else ''}"
