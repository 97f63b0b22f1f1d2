"""What is heard of an operator's phone, and what he asks for himself; `domain.operator` folds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

OperatorId = NewType("OperatorId", int)


@dataclass(frozen=True, slots=True)
class OperatorEvent:
    """Something that an operator did, or his phone, at the instant ``at`` (aware UTC)."""

    operator: OperatorId
    at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn(OperatorEvent):
    """He came to work and takes calls."""


@dataclass(frozen=True, slots=True)
class SignedOut(OperatorEvent):
    """He takes no more calls; a talk goes on to its end."""


@dataclass(frozen=True, slots=True)
class MadeReady(OperatorEvent):
    """Whatever pause or wrap-up he is in ends, and one that was asked for is forgotten."""


@dataclass(frozen=True, slots=True)
class PauseAsked(OperatorEvent):
    """He takes no calls until `MadeReady`; during a call, from its end on."""

    reason: str


@dataclass(frozen=True, slots=True)
class PauseAfterCallAsked(OperatorEvent):
    """He goes on taking calls, and pauses after the one that he is in or that comes next."""

    reason: str


@dataclass(frozen=True, slots=True)
class WrappedUp(OperatorEvent):
    """The result of his talk is written down, or the time for it is over."""


@dataclass(frozen=True, slots=True)
class WrapUpExtended(OperatorEvent):
    """He needs ``by_s`` seconds more to write it down; a second time changes nothing."""

    by_s: float


@dataclass(frozen=True, slots=True)
class LegEvent(OperatorEvent):
    """Something of one call to his phone; ``touch`` is empty when it belongs to none of our touches."""

    leg: str
    touch: str = ""


@dataclass(frozen=True, slots=True)
class Called(LegEvent):
    """His phone is called."""


@dataclass(frozen=True, slots=True)
class PickedUp(LegEvent):
    """He picked up."""


@dataclass(frozen=True, slots=True)
class LegEnded(LegEvent):
    """He hung up, was hung up on, or never picked up; ``refused`` when his phone would not take it."""

    refused: bool = False


@dataclass(frozen=True, slots=True)
class OfferMissed(OperatorEvent):
    """His phone rang long enough to be answered, and was not."""


@dataclass(frozen=True, slots=True)
class PhoneSeen(OperatorEvent):
    """Whether his phone is registered."""

    reachable: bool


AnyOperatorEvent = (
    SignedIn
    | SignedOut
    | MadeReady
    | PauseAsked
    | PauseAfterCallAsked
    | WrappedUp
    | WrapUpExtended
    | Called
    | PickedUp
    | LegEnded
    | OfferMissed
    | PhoneSeen
)
