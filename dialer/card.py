"""Cards: all that an operator needs to see of a debtor or a bailiff, in the order in which the screen shows it.

What is said to nobody but the debtor himself stands behind the identity check: those fields are made by `private`, and
a card gives them out only when it is told that he has been identified.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from domain.campaign import PlanState
from domain.debtor import PromiseState, Stage
from domain.phone import PhoneSource, PhoneStatus
from domain.proceeding import Bailiff, ProceedingStatus
from domain.rules import Scope
from domain.touch import Channel
from ledger.cards import ShownTouch

BEHIND_IDENTITY = "behind identity"


def private() -> Any:
    """A field that is shown only to an operator who has identified the debtor."""
    return field(metadata={BEHIND_IDENTITY: True})


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask before a debt is spoken of, and the answer that the books expect."""

    ask: str
    expected: str


@dataclass(frozen=True, slots=True)
class ShownDebt:
    """A debt; ``months_overdue`` are whole calendar months since the first that is unpaid."""

    account: str
    service: str
    oldest_unpaid: date
    months_overdue: int
    kopecks: int = private()
    penalty_kopecks: int = private()


@dataclass(frozen=True, slots=True)
class Allowance:
    """How far one limit is used up; ``phone`` is whose, for a limit that looks at a phone, else empty."""

    rule: str
    window: str
    scope: Scope
    phone: str
    used: int
    limit: int
    left: int


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of a channel: every limit on it, and when it is allowed next (None: not within 60 days)."""

    channel: Channel
    next_allowed: datetime | None
    limits: tuple[Allowance, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What the bailiff was asked of a proceeding when it was last spoken of, what he answered, and whether the day by
    which he promised to act has passed.
    """

    at: datetime
    asked: str
    status: ProceedingStatus
    promised_until: date | None
    overdue: bool
    note: str


@dataclass(frozen=True, slots=True)
class ShownProceeding:
    """A proceeding with its bailiff; ``last`` is None while nobody has asked him about it."""

    number: str
    opened_on: date
    document: str
    bailiff: Bailiff
    ended_on: date | None
    end_reason: str
    last: Said | None
    kopecks: int = private()


@dataclass(frozen=True, slots=True)
class ShownPromise:
    """A promise to pay and what became of it."""

    made_at: datetime
    due: date
    state: PromiseState
    kopecks: int | None = private()


@dataclass(frozen=True, slots=True)
class ShownInstalment:
    """The instalment plan; ``runs`` is whether it is in force today."""

    start: date
    until: date | None
    runs: bool
    kopecks_a_month: int | None = private()


@dataclass(frozen=True, slots=True)
class ShownPhone:
    """A phone and what calls have shown of it."""

    number: str
    status: PhoneStatus
    source: PhoneSource
    rung: int
    answered: int


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block that holds now; ``target`` is the phone, debt or creditor that it is about, empty for all."""

    reason: str
    channels: tuple[str, ...]
    target: str
    until: datetime | None
    document: str


@dataclass(frozen=True, slots=True)
class Action:
    """A touch that an operator might want now, and the verdict on it. ``why`` adds words to some of the rules."""

    channel: Channel
    phone: str
    allowed: bool
    refused_by: tuple[str, ...] = ()
    why: Mapping[str, str] = field(default_factory=dict)
    next_allowed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Working:
    """How he is worked: where he stands in which campaign, and what is said to him."""

    campaign: str
    strategy: str
    segment: str
    segment_title: str
    step: str
    state: PlanState
    due_at: datetime
    reason: str
    script: str


@dataclass(frozen=True, slots=True)
class Who:
    """Whom the card is about, and what to ask before a debt is spoken of."""

    debtor_id: int
    key: str
    name: str
    language: str
    portfolio: str
    creditor: str
    region: str
    vulnerable: bool
    identity: tuple[Question, ...]
    address: str = private()


@dataclass(frozen=True, slots=True)
class DebtorCard:
    """A debtor's card. ``at`` is the instant at which all of it held, UTC; ``local`` the same on his clock."""

    at: datetime
    local: datetime
    who: Who
    stage: Stage
    months_overdue: int
    debts: tuple[ShownDebt, ...]
    budgets: tuple[Budget, ...]
    proceedings: tuple[ShownProceeding, ...]
    touches: Sequence[ShownTouch]
    promises: tuple[ShownPromise, ...]
    instalment: ShownInstalment | None
    phones: tuple[ShownPhone, ...]
    blocks: tuple[ShownBlock, ...]
    actions: tuple[Action, ...]
    working: Working | None
    kopecks: int = private()
    penalty_kopecks: int = private()

    def document(self, *, identified: bool = False) -> dict[str, Any]:
        """As JSON would have it. What stands behind the identity check is null until he is ``identified``."""
        shown: dict[str, Any] = _shown(self, identified)
        return shown | {"identified": identified, "behind_identity": sorted(set(_private(self)))}


@dataclass(frozen=True, slots=True)
class Enquiry:
    """What a campaign's step wants to hear from a bailiff, and since when."""

    since: datetime
    ask: str
    campaign: str


@dataclass(frozen=True, slots=True)
class Run:
    """A proceeding that a bailiff runs, against whom, and what waits to be asked of it (None: nothing does)."""

    debtor: str
    debtor_name: str
    creditor: str
    proceeding: ShownProceeding
    enquiry: Enquiry | None = None


@dataclass(frozen=True, slots=True)
class BailiffCard:
    """A bailiff's card: all the proceedings that he runs or ran, first those that he is to be asked about
    (``enquiries``), then the other open ones.

    ``open`` and ``kopecks`` count and sum up those that are open; ``overdue`` counts those of them for which the day by
    which he promised to act has passed.
    """

    name: str
    department: str
    address: str
    phones: tuple[str, ...]
    open: int
    overdue: int
    kopecks: int
    proceedings: tuple[Run, ...]
    enquiries: int = 0

    def document(self) -> dict[str, Any]:
        """As JSON would have it. He is a party to what he runs: nothing of it is masked."""
        shown: dict[str, Any] = _shown(self, identified=True)
        return shown


@cache
def _parts(kind: type[Any]) -> tuple[tuple[str, bool], ...]:
    """The fields of a card or a part of it, each with whether it stands behind the identity check; none of a value."""
    return (
        tuple((one.name, BEHIND_IDENTITY in one.metadata) for one in fields(kind))
        if is_dataclass(kind)
        else ()
    )


def _shown(value: Any, identified: bool) -> Any:
    """A card or a part of it as dictionaries and lists."""
    if isinstance(value, tuple | list):
        if hasattr(value, "_asdict"):
            return value._asdict()
        return [_shown(one, identified) for one in value]
    if parts := _parts(value.__class__):
        return {
            name: None if hidden and not identified else _shown(getattr(value, name), identified)
            for name, hidden in parts
        }
    return value


def _private(value: Any, path: str = "") -> Iterator[str]:
    """The paths of all fields behind the identity check, such as ``debts.kopecks``."""
    for name, hidden in _parts(value.__class__):
        inner = getattr(value, name)
        if hidden:
            yield path + name
        elif isinstance(inner, tuple | list):
            for part in inner:
                yield from _private(part, f"{path}{name}.")
        else:
            yield from _private(inner, f"{path}{name}.")
