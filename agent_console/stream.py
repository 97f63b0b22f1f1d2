"""Server-sent events: how a page is told of what changes, for as long as it is open."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi.responses import StreamingResponse


def event_stream(events: AsyncIterator[bytes]) -> StreamingResponse:
    """These events, each as it comes: a proxy in front must not gather them."""
    return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
