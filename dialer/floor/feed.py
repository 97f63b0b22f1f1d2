"""The feed: what an operator's screen must know at once, in a Redis stream of his own.

The board is what is true; the feed tells that it has changed, and how. Both are written in one step, so whoever has
read his row reads the stream on from where it stood then, and misses nothing. Nothing here waits for the ledger.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from dialer.cancelled import cancelled
from dialer.clock import Clock
from dialer.floor.floor import Floor
from dialer.floor.told import told, told_all
from domain.operator import TAKEN_OUT, OnFloor, OperatorState, StateChange
from domain.operator_events import OperatorId

BOARD = "dozvon:floor:board"
BOARD_KEPT_S = 15
STREAM_KEPT_S = 86_400
MOST_OF_ONE = 200
"""Entries kept in the stream of an operator."""
MOST_WAITING = 5_000
SHOW_S = 0.25


class FeedKind(StrEnum):
    """What happened. The facts of ``STATE`` are the operator's whole row, those of the next three his call's."""

    STATE = "state"
    OFFER = "offer"
    CONNECTED = "connected"
    ENDED = "ended"
    PREVIEW = "preview"
    MESSAGE = "message"
    TAKEN_OUT = "taken_out"
    CARD = "card"
    """His own page changed what his screens show: whom of several he took, whom he identified."""


@dataclass(frozen=True, slots=True)
class InCall:
    """The call that an operator was last seen in; ``facts`` as his row told them."""

    leg: str
    talked: bool
    facts: dict[str, Any]


def stream_of(operator: int) -> str:
    """The Redis key of an operator's stream."""
    return f"dozvon:feed:op:{operator}"


class Feed:
    """Writes the feed and the board of a floor; ``run`` is one task of the dialler that drives it."""

    def __init__(self, redis: Redis, floor: Floor, clock: Clock) -> None:
        self._redis, self._floor, self._clock = redis, floor, clock
        self._waiting: deque[tuple[OperatorId, dict[str, str | bytes]]] = deque(maxlen=MOST_WAITING)
        self._in_call: dict[OperatorId, InCall] = {}
        self._wake = asyncio.Event()
        self._term = 0
        floor.listeners.append(self._changed)

    def tell(self, operator: OperatorId, kind: FeedKind, facts: dict[str, Any]) -> None:
        """Something that his screen must know; it is written within milliseconds, or as soon as Redis is there."""
        at = self._clock.now().isoformat()
        text = orjson.dumps({"operator": operator, **facts})
        self._waiting.append((operator, {"kind": kind.value, "at": at, "facts": text}))
        self._wake.set()

    def refresh(self, id: OperatorId) -> None:
        """Something in his row has changed that is no state of his."""
        for operator, known in self._floor.operators():
            if operator.id == id:
                self.tell(id, FeedKind.STATE, told(self._floor, operator, known))

    async def run(self) -> None:
        """Write what is told as it comes, and the board several times a second; for ever."""
        while not cancelled():
            with suppress(TimeoutError):
                async with asyncio.timeout(SHOW_S):
                    await self._wake.wait()
            self._wake.clear()
            if self._floor.driving:
                self._begin()
                await self._write()
            else:
                self._waiting.clear()

    def _begin(self) -> None:
        """The floor is ours: screens learn what everybody does, and whose call goes on."""
        if self._term == self._floor.term:
            return
        self._term, self._in_call = self._floor.term, {}
        for operator, known in self._floor.operators():
            if known.leg:
                self._in_call[operator.id] = self._seen(known)
            self.tell(operator.id, FeedKind.STATE, told(self._floor, operator, known))

    async def _write(self) -> None:
        """One step for the board and all that waits; what could not be written waits on."""
        entries = list(self._waiting)
        async with self._redis.pipeline(transaction=True) as step:
            for operator, entry in entries:
                step.xadd(stream_of(operator), entry, maxlen=MOST_OF_ONE, approximate=True)  # type: ignore[arg-type]
                step.expire(stream_of(operator), STREAM_KEPT_S)
            step.set(BOARD, orjson.dumps(told_all(self._floor)), ex=BOARD_KEPT_S)
            try:
                await step.execute()
            except RedisError:
                await asyncio.sleep(SHOW_S)
                return
        for _ in entries:
            self._waiting.popleft()

    def _changed(self, change: StateChange) -> None:
        found = next((one for one in self._floor.operators() if one[0].id == change.operator), None)
        if found is None:
            return
        operator, known = found
        before, now = self._in_call.pop(operator.id, None), self._seen(known) if known.leg else None
        if before and (now is None or now.leg != before.leg):
            self._ended(operator.id, before, change)
        if now:
            self._in_call[operator.id] = now
            if before is None or before.leg != now.leg:
                self.tell(operator.id, FeedKind.OFFER, now.facts)
            if now.talked and not (before and before.talked and before.leg == now.leg):
                self.tell(operator.id, FeedKind.CONNECTED, now.facts)
        if change.state is OperatorState.PHONE_LOST or change.reason in TAKEN_OUT:
            self.tell(operator.id, FeedKind.TAKEN_OUT, {"reason": change.reason})
        self.tell(operator.id, FeedKind.STATE, told(self._floor, operator, known))

    def _seen(self, known: OnFloor) -> InCall:
        facts = self._floor.known_of_call(known.touch) | {"touch": known.touch, "leg": known.leg}
        return InCall(known.leg, known.state is OperatorState.TALKING, facts)

    def _ended(self, operator: OperatorId, call: InCall, change: StateChange) -> None:
        """His part in the call is over; what came of it as things stand, where he talked."""
        seconds = round(change.was_s, 3) if call.talked else 0.0
        facts = call.facts | self._floor.known_of_call(call.facts["touch"])
        if not call.talked:
            facts |= {"outcome": None, "outcome_reason": ""}
        self.tell(operator, FeedKind.ENDED, facts | {"talked": call.talked, "seconds": seconds})
