"""Who waits at the desks now, so that an operator who becomes free is offered a caller at once.

A caller in `app_queue` looks for a free operator once a second, which is half of what somebody who has just answered
waits at all. A digit wakes him: it means nothing there, and he looks again.
"""

from __future__ import annotations

from collections.abc import Collection

from asterisk.ami.messages import AmiMessage
from asterisk.operators import QUEUE_PREFIX


class WaitingCallers:
    """Channels by node and desk, the longest waiting first. Whom nobody told of looks by himself."""

    def __init__(self) -> None:
        self._channels: dict[tuple[str, str], dict[str, None]] = {}

    def hear(self, message: AmiMessage) -> None:
        """Somebody joins or leaves a queue; other messages change nothing."""
        match message.get("Event"):
            case "QueueCallerJoin":
                self._at(message)[message.get("Channel", "")] = None
            case "QueueCallerLeave":
                self._at(message).pop(message.get("Channel", ""), None)

    def longest(self, node: str, desks: Collection[str]) -> list[str]:
        """At each of the desks, the channel that waits longest."""
        return [next(iter(waiting)) for desk in desks if (waiting := self._channels.get((node, desk)))]

    def forget(self, node: str) -> None:
        """The node's messages are not heard any more."""
        self._channels = {key: waiting for key, waiting in self._channels.items() if key[0] != node}

    def _at(self, message: AmiMessage) -> dict[str, None]:
        desk = message.get("Queue", "").removeprefix(QUEUE_PREFIX)
        return self._channels.setdefault((message.get("SystemName", ""), desk), {})
