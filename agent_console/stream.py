"""Server-sent events: how a page is told of what changes, for as long as it is open."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from fastapi.responses import StreamingResponse
from starlette.types import Send


class EventStream(StreamingResponse):
    """Events, each as it comes: a proxy in front must not gather them. When the page is gone they end at once, and with
    them whatever they listen to; nobody waits for the garbage collector.
    """

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes, None]) -> None:
        super().__init__(events, headers={"X-Accel-Buffering": "no"})
        self._events = events

    async def stream_response(self, send: Send) -> None:
        """Send them as they come."""
        async with aclosing(self._events):
            await super().stream_response(send)
