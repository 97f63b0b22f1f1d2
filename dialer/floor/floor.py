"""The floor: what every operator is doing, and what the queues of Asterisk are told of it.

One dialler at a time drives it. Phones' events and operators' commands are folded (`domain.operator`), what changes is
logged, and `Seating` tells the queues. Nothing here decides about calls: `facts` are for the pacing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog

from asterisk.ami.messages import AmiMessage
from asterisk.operator_events import to_operator_event
from dialer.clock import Clock
from dialer.floor.log import FloorLog
from dialer.floor.seating import NOWHERE, Seat, Seating
from domain.errors import EnvironmentFault, InputError
from domain.operator import (
    OnFloor,
    Operator,
    OperatorState,
    StateChange,
    advance_operator,
    change_of,
    due,
    resumed,
    to_be_told_again,
)
from domain.operator_events import (
    AnyOperatorEvent,
    Called,
    LegEnded,
    MadeReady,
    OperatorId,
    PauseAfterCallAsked,
    PauseAsked,
    PickedUp,
    SignedIn,
    SignedOut,
    WrappedUp,
    WrapUpExtended,
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FloorFacts:
    """The operators of one desk as a pacer is told of them: when each entered his state, by the event loop's clock."""

    idle_since: list[float] = field(default_factory=list)
    ringing_since: list[float] = field(default_factory=list)
    talking_since: list[float] = field(default_factory=list)
    wrapping_since: list[float] = field(default_factory=list)


class Floor:
    """The operators; empty while another dialler drives the floor. ``listeners`` hear of every change of a state."""

    def __init__(self, record: FloorLog, clock: Clock) -> None:
        self.driving = False
        self.term = 0
        """How often it has become ours."""
        self.verbs: dict[str, Callable[[OperatorId, str], Awaitable[OnFloor]]] = {}
        """What other parts of the dialler do for an operator who asks, by name; the second argument is his reason."""
        self.known_of_call: Callable[[str], dict[str, Any]] = lambda touch: {}
        """What is known of a call beside its operator, by its touch, as JSON values."""
        self.shown_to: Callable[[OperatorId], dict[str, Any] | None] = lambda operator: None
        """Whom an operator is shown before the call, as JSON values."""
        self.heard_by: Callable[[OperatorId], dict[str, str]] = lambda operator: {}
        """Who listens to an operator's talk: how, by login."""
        self.listeners: list[Callable[[StateChange], None]] = []
        self.seating = Seating(self._seat)
        self._log, self._clock = record, clock
        self._staff: dict[OperatorId, Operator] = {}
        self._known: dict[OperatorId, OnFloor] = {}
        self._entered: dict[OperatorId, float] = {}
        self._wants: dict[str, int] = {}

    # ------------------------------------------------------------ who is there
    def operators(self) -> list[tuple[Operator, OnFloor]]:
        """Everybody who works here, with what he is doing."""
        return [(operator, self._known[id]) for id, operator in self._staff.items()]

    def operator(self, id: int) -> OnFloor:
        """What an operator is doing. InputError when nobody here has the number, EnvironmentFault while another
        dialler drives the floor.
        """
        if not self.driving:
            raise EnvironmentFault("this dialler does not drive the floor", remedy="ask the one that does")
        if OperatorId(id) not in self._known:
            raise InputError(f"there is no operator {id} on the floor")
        return self._known[OperatorId(id)]

    def id_of(self, login: str) -> OperatorId:
        """The operator with this login; InputError when he does not work here."""
        for id, operator in self._staff.items():
            if operator.login == login:
                return id
        raise InputError(f"there is no operator {login!r}", remedy="`dozvon operator list` shows them")

    def want(self, desk: str, priority: int) -> None:
        """A desk needs operators: who can sit at several is counted for the one of the highest priority."""
        self._wants[desk] = priority

    def unwant(self, desk: str) -> None:
        """A desk needs nobody any more."""
        self._wants.pop(desk, None)

    def desk_of(self, operator: Operator) -> str:
        """The desk that he is counted for now; among equals the one that he is best at."""
        return max(operator.desks, key=lambda desk: self._wants.get(desk, -1))

    def facts(self, desk: str) -> FloorFacts:
        """The operators counted for a desk; one who will take no call after this one is not among them."""
        facts = FloorFacts()
        of_state = {
            OperatorState.READY: facts.idle_since,
            OperatorState.RINGING: facts.ringing_since,
            OperatorState.TALKING: facts.talking_since,
            OperatorState.WRAP_UP: facts.wrapping_since,
        }
        for id, known in self._known.items():
            leaves = known.pause or known.pause_after_call or not known.signed_in
            if known.state in of_state and not leaves and self.desk_of(self._staff[id]) == desk:
                of_state[known.state].append(self._entered[id])
        return facts

    # ------------------------------------------------------------ what happens
    def hear(self, message: AmiMessage, at: datetime) -> None:
        """Any manager message, from any node."""
        self.seating.hear(message)
        if self._known and (event := to_operator_event(message, at)):
            self.take(event)

    def take(self, event: AnyOperatorEvent) -> None:
        """Fold one event in, log what it changes and have the queues told."""
        before = self._known.get(event.operator)
        if before is None:
            return
        after = self._known[event.operator] = advance_operator(before, event)
        if change := change_of(before, after):
            self._enter(after)
            self._log.add(change)
            for listener in self.listeners:
                listener(change)
        self.seating.change(event.operator)
        if event.operator not in self._staff and after.state is OperatorState.OFFLINE:
            del self._known[event.operator], self._entered[event.operator]

    def end_wrap_ups(self) -> None:
        """Wrap-ups whose time is over are."""
        now = self._clock.now()
        for known in list(self._known.values()):
            if event := due(known, now):
                self.take(event)

    def replay(self, events: Collection[Called | PickedUp | LegEnded]) -> None:
        """What a node's log tells of legs that were not heard: those known to be up, and those that came later."""
        for event in events:
            known = self._known.get(event.operator)
            if known is None:
                continue
            is_new = isinstance(event, Called) and event.at > known.since
            if is_new:
                self._known[event.operator] = to_be_told_again(known, event.leg)
            if is_new or event.leg in {leg.id for leg in known.legs}:
                self.take(event)

    # ------------------------------------------------------------ commands
    async def sign_in(self, id: int) -> OnFloor:
        """He takes calls from now on."""
        return await self._command(SignedIn(OperatorId(id), self._clock.now()))

    async def sign_out(self, id: int) -> OnFloor:
        """He takes no more calls; his talk goes on."""
        return await self._command(SignedOut(OperatorId(id), self._clock.now()))

    async def ready(self, id: int) -> OnFloor:
        """His pause or wrap-up ends; one who is not there yet is signed in."""
        signed_in = self.operator(id).signed_in
        return await self._command((MadeReady if signed_in else SignedIn)(OperatorId(id), self._clock.now()))

    async def pause(self, id: int, reason: str) -> OnFloor:
        """He takes no calls, from the end of a call on if he is in one. InputError without a reason, or signed out."""
        return await self._command(PauseAsked(self._at_work(id), self._clock.now(), _said(reason)))

    async def pause_after_call(self, id: int, reason: str) -> OnFloor:
        """He pauses after the call that he is in, or the next one. Errors as of `pause`."""
        return await self._command(PauseAfterCallAsked(self._at_work(id), self._clock.now(), _said(reason)))

    async def wrapped_up(self, id: int) -> OnFloor:
        """He has written down the result of his talk."""
        return await self._command(WrappedUp(OperatorId(id), self._clock.now()))

    async def extend(self, id: int, seconds: float) -> OnFloor:
        """He needs so many seconds more to write it down, once a talk. InputError when he writes nothing down, or had
        more time already.
        """
        known = self.operator(id)
        if known.state is not OperatorState.WRAP_UP:
            raise InputError("he writes nothing down now", remedy="ask while the wrap-up lasts")
        if known.wrap_up_more_s:
            raise InputError("his wrap-up was made longer once", remedy="pause him instead")
        return await self._command(WrapUpExtended(OperatorId(id), self._clock.now(), seconds))

    async def _command(self, event: AnyOperatorEvent) -> OnFloor:
        """Answers when the log and the queues know of it."""
        self.operator(event.operator)
        self.take(event)
        await asyncio.gather(self._log.flush(), self.seating.settled(event.operator))
        return self.operator(event.operator)

    def _at_work(self, id: int) -> OperatorId:
        if not self.operator(id).signed_in:
            login = self._staff[OperatorId(id)].login
            raise InputError(f"operator {login} is not signed in", remedy=f"`dozvon operator ready {login}`")
        return OperatorId(id)

    # ------------------------------------------------------------ whose it is
    def begin(self, staff: Collection[Operator], last: dict[OperatorId, StateChange]) -> None:
        """Drive it from now on, from where the log ends."""
        now = self._clock.now()
        self._staff = {operator.id: operator for operator in staff}
        self._known = {operator.id: resumed(operator, last.get(operator.id), now) for operator in staff}
        for known in self._known.values():
            self._enter(known)
        self.driving, self.term = True, self.term + 1

    def let_go(self) -> None:
        """Leave it to another dialler."""
        self.driving = False
        self._staff, self._known, self._entered = {}, {}, {}

    def employ(self, staff: Collection[Operator]) -> None:
        """Who works here has changed: who left is signed out, and gone behind his talk; who is new is not there."""
        now = self._clock.now()
        self._staff = {operator.id: operator for operator in staff}
        for id in self._known.keys() - self._staff.keys():
            self.take(SignedOut(id, now))
        for operator in staff:
            known = self._known.get(operator.id, resumed(operator, None, now))
            self._known[operator.id] = replace(known, wrap_up_s=operator.wrap_up_s)
            if operator.id not in self._entered:
                self._enter(known)
            self.seating.change(operator.id)

    def _enter(self, known: OnFloor) -> None:
        """When he entered his state by the loop's clock, which nobody sets back; what is learned late was long ago."""
        ago = (self._clock.now() - known.since).total_seconds()
        self._entered[known.operator] = asyncio.get_running_loop().time() - max(0.0, ago)

    def _seat(self, id: OperatorId) -> Seat:
        """Where he should sit."""
        known, operator = self._known.get(id), self._staff.get(id)
        if known is None or operator is None or not known.signed_in:
            return NOWHERE
        return Seat({desk: penalty for penalty, desk in enumerate(operator.desks)}, known.held_back)


def _said(reason: str) -> str:
    if not reason.strip():
        raise InputError("a pause needs a reason", remedy="say which, e.g. lunch")
    return reason.strip()
