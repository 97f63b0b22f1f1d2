"""An operator on the floor as a fold over what is heard of his phone and asked by himself.

What is kept are facts (signed in, legs of his phone, pause, wrap-up); the state is read off them, so there is no
order of events that could leave him in a state that the facts do not bear. Events may come twice, late or out of order:
`advance_operator` is idempotent, and a leg that has ended never comes back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.operator_events import (
    AnyOperatorEvent,
    Called,
    LegEnded,
    MadeReady,
    OfferMissed,
    OperatorId,
    PauseAfterCallAsked,
    PauseAsked,
    PhoneSeen,
    PickedUp,
    SignedIn,
    SignedOut,
    WrappedUp,
    WrapUpExtended,
)

COMMON_DESK = "operators"
"""The desk of calls that any operator can take."""

MISSED_OFFER = "missed offer"
"""The pause of one whose phone rang in vain: he takes no calls until he says that he is there."""

MICROPHONE_LOST = "microphone lost"
"""The pause of one whom his phone's own page takes out: nobody would hear him."""

TAKEN_OUT = frozenset({MISSED_OFFER, MICROPHONE_LOST})
"""Pauses that he did not ask for, and is told of."""

NO_PHONE = "phone not registered"

_REMEMBERED = 16
"""Ended legs that are remembered against late events of theirs."""


class OperatorState(StrEnum):
    """What an operator is doing; only who is ``ready`` is offered calls."""

    OFFLINE = "offline"
    READY = "ready"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"
    PHONE_LOST = "phone_lost"


@dataclass(frozen=True, slots=True)
class Operator:
    """Who talks to debtors. ``skills`` begin with what he is best at; 0 s of wrap-up are none at all."""

    id: OperatorId
    login: str
    name: str = ""
    skills: tuple[str, ...] = ()
    wrap_up_s: int = 30

    @property
    def desks(self) -> tuple[str, ...]:
        """Where he sits: one desk for each skill, and at last the one of calls that need none."""
        return tuple(dict.fromkeys((*self.skills, COMMON_DESK)))


@dataclass(frozen=True, slots=True)
class Leg:
    """A call to his phone, by its channel's id."""

    id: str
    touch: str = ""
    up_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OnFloor:
    """What is known of one operator; he has been in ``state`` since ``since``."""

    operator: OperatorId
    since: datetime
    wrap_up_s: int = 30
    signed_in: bool = False
    reachable: bool = False
    pause: str = ""
    """Why he takes no calls, from the end of a call on if he is in one; empty when he takes them."""
    pause_after_call: str = ""
    legs: tuple[Leg, ...] = ()
    ended: tuple[str, ...] = ()
    wrap_up_since: datetime | None = None
    wrap_up_touch: str = ""
    wrap_up_more_s: float = 0.0
    """What he was given on top of his wrap-up, once."""

    @property
    def state(self) -> OperatorState:
        """What he is doing."""
        if self.legs:
            return OperatorState.TALKING if self.talk else OperatorState.RINGING
        if not self.signed_in:
            return OperatorState.OFFLINE
        if self.wrap_up_since:
            return OperatorState.WRAP_UP
        if self.pause:
            return OperatorState.PAUSED
        return OperatorState.READY if self.reachable else OperatorState.PHONE_LOST

    @property
    def reason(self) -> str:
        """Why, where the state has more than one cause."""
        state = self.state
        if state is OperatorState.PHONE_LOST:
            return NO_PHONE
        return self.pause if state is OperatorState.PAUSED else ""

    @property
    def talk(self) -> Leg | None:
        """The call that he is talking in, the first if there are several."""
        return next((leg for leg in self.legs if leg.up_at), None)

    @property
    def touch(self) -> str:
        """The touch that he is called for, talks in, or writes down."""
        leg = self._leg
        return leg.touch if leg else self.wrap_up_touch

    @property
    def leg(self) -> str:
        """The channel of the call that his phone is in."""
        leg = self._leg
        return leg.id if leg else ""

    @property
    def _leg(self) -> Leg | None:
        return self.talk or next(iter(self.legs), None)

    @property
    def wrap_up_ends(self) -> datetime | None:
        """When his wrap-up will be over by itself."""
        return self.wrap_up_since and self.wrap_up_since + timedelta(
            seconds=self.wrap_up_s + self.wrap_up_more_s
        )

    @property
    def held_back(self) -> str:
        """Why the queues may not offer him the next call, empty when they may. A talk counts from its first moment, so
        that he gets no call between its end and our hearing of it.
        """
        if self.talk:
            return "talk"
        return "wrap-up" if self.wrap_up_since else self.pause


@dataclass(frozen=True, slots=True)
class StateChange:
    """A line of the operators' log: he entered ``state`` at ``at``, after ``was_s`` seconds of ``was``."""

    operator: OperatorId
    at: datetime
    state: OperatorState
    reason: str
    touch: str
    leg: str
    was: OperatorState
    was_s: float


def advance_operator(on_floor: OnFloor, event: AnyOperatorEvent) -> OnFloor:
    """Fold one event in; one of another operator changes nothing."""
    if event.operator != on_floor.operator:
        return on_floor
    after = _fold(on_floor, event)
    if _shown(after) == _shown(on_floor):
        return after
    return replace(after, since=max(on_floor.since, event.at))


def change_of(before: OnFloor, after: OnFloor) -> StateChange | None:
    """What the log says of a step of the fold; None when nobody would see a difference."""
    if _shown(before) == _shown(after):
        return None
    was_s = (after.since - before.since).total_seconds()
    return StateChange(
        after.operator, after.since, after.state, after.reason, after.touch, after.leg, before.state, was_s
    )


def resumed(operator: Operator, last: StateChange | None, now: datetime) -> OnFloor:
    """What the last line of his log tells to whoever takes over the floor; what came after it is folded in next."""
    if last is None or last.state is OperatorState.OFFLINE:
        return OnFloor(operator.id, last.at if last else now, operator.wrap_up_s)
    known = OnFloor(operator.id, last.at, operator.wrap_up_s, signed_in=True, reachable=True)
    match last.state:
        case OperatorState.RINGING:
            return replace(known, legs=(Leg(last.leg, last.touch),))
        case OperatorState.TALKING:
            return replace(known, legs=(Leg(last.leg, last.touch, up_at=last.at),))
        case OperatorState.WRAP_UP:
            return replace(known, wrap_up_since=last.at, wrap_up_touch=last.touch)
        case OperatorState.PAUSED:
            return replace(known, pause=last.reason)
        case OperatorState.PHONE_LOST:
            return replace(known, reachable=False)
    return known


def to_be_told_again(on_floor: OnFloor, leg: str) -> OnFloor:
    """Only the end of a leg was heard, not its beginning: whoever knows the whole of it may tell it from there."""
    return replace(on_floor, ended=tuple(id for id in on_floor.ended if id != leg))


def due(on_floor: OnFloor, now: datetime) -> WrappedUp | None:
    """What time alone has brought about by ``now``: the end of a wrap-up, at its own instant."""
    ends = on_floor.wrap_up_ends
    return WrappedUp(on_floor.operator, ends) if ends and ends <= now else None


def _shown(on_floor: OnFloor) -> tuple[OperatorState, str, str]:
    return on_floor.state, on_floor.reason, on_floor.touch


def _fold(known: OnFloor, event: AnyOperatorEvent) -> OnFloor:
    match event:
        case SignedIn():
            return known if known.signed_in else _rested(replace(known, signed_in=True))
        case SignedOut():
            return _rested(replace(known, signed_in=False))
        case MadeReady():
            return _rested(known)
        case PauseAsked(reason=reason):
            return replace(_written_down(known), pause=reason, pause_after_call="")
        case PauseAfterCallAsked(reason=reason):
            return replace(known, pause_after_call=reason)
        case WrappedUp():
            return _written_down(known)
        case WrapUpExtended(by_s=more) if known.wrap_up_since and not known.wrap_up_more_s:
            return replace(known, wrap_up_more_s=more)
        case WrapUpExtended():
            return known
        case OfferMissed():
            return replace(known, pause=known.pause or MISSED_OFFER)
        case PhoneSeen(reachable=reachable):
            return replace(known, reachable=reachable)
        case _:
            return _fold_leg(known, event)


def _fold_leg(known: OnFloor, event: Called | PickedUp | LegEnded) -> OnFloor:
    match event:
        case Called(leg=id, touch=touch) if id not in _legs_of(known):
            return replace(known, legs=(*known.legs, Leg(id, touch)))
        case PickedUp(leg=id, touch=touch, at=at) if id not in known.ended:
            others = tuple(leg for leg in known.legs if leg.id != id)
            mine = next((leg for leg in known.legs if leg.id == id), Leg(id, touch))
            return replace(known, legs=(*others, replace(mine, up_at=mine.up_at or at)))
        case LegEnded(leg=id, at=at, refused=refused) if id not in known.ended:
            pause = known.pause or MISSED_OFFER if refused else known.pause
            return _hang_up(replace(known, pause=pause), id, at)
    return known


def _hang_up(known: OnFloor, id: str, at: datetime) -> OnFloor:
    """A leg ends; if it was the last talk, the wrap-up begins, and behind it the pause that was asked for."""
    talk, left = known.talk, tuple(leg for leg in known.legs if leg.id != id)
    after = replace(known, legs=left, ended=(*known.ended, id)[-_REMEMBERED:])
    if not talk or after.talk:
        return after
    after = replace(after, pause=known.pause or known.pause_after_call, pause_after_call="")
    if not known.signed_in or not known.wrap_up_s:
        return after
    return replace(after, wrap_up_since=at, wrap_up_touch=talk.touch, wrap_up_more_s=0.0)


def _legs_of(known: OnFloor) -> set[str]:
    return {*known.ended, *(leg.id for leg in known.legs)}


def _written_down(known: OnFloor) -> OnFloor:
    return replace(known, wrap_up_since=None, wrap_up_touch="", wrap_up_more_s=0.0)


def _rested(known: OnFloor) -> OnFloor:
    return replace(_written_down(known), pause="", pause_after_call="")
