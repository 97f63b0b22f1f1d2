"""Calls through the simulator, for tests to place and follow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from asterisk.ami import OriginateRequest
from asterisk.events import to_call_event
from asterisk.town.roles import Role
from domain.call import Call, advance
from domain.touch import TouchId
from tests.asterisk.ami.scripted import Inbox, take

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
FAST = 0.002
"""Of real time: the longest ring of a town takes a tenth of a second."""


class Clock:
    """Half a second passes whenever somebody looks."""

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self) -> datetime:
        self.looks += 1
        return datetime.fromtimestamp(NOON.timestamp() + self.looks / 2, UTC)


def touch_of(number: int) -> TouchId:
    """An id like a UUIDv7."""
    return TouchId(f"0199d3c2-7a1b-7cde-8f00-{number:012x}")


def call_to(role: Role, number: int = 0) -> OriginateRequest:
    """A call to somebody who plays the role."""
    phone = f"+7{number:04d}9990{list(Role).index(role):02d}"
    return OriginateRequest(touch_of(number), f"PJSIP/{phone}@carrier", "ivr-hello-v1", 90.0)


async def followed(inbox: Inbox, touches: Iterable[TouchId]) -> dict[TouchId, Call]:
    """The calls of these touches when all are over."""
    calls = {touch: Call(touch) for touch in touches}
    while not all(call.over for call in calls.values()):
        message = await take(inbox)
        if isinstance(message, dict) and (event := to_call_event(message, NOON)):
            calls[event.touch] = advance(calls[event.touch], event)
    return calls


async def next_event(inbox: Inbox, name: str) -> dict[str, str]:
    """The next event of this name."""
    while True:
        message = await take(inbox)
        if isinstance(message, dict) and message.get("Event") == name:
            return message
