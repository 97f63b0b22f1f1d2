"""A small HTTP server beside other work on one event loop: `dozvon messages` hears webhooks by it, and the softphone
the programs of its machine.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

import uvicorn
from fastapi import FastAPI

from domain.errors import EnvironmentFault


@asynccontextmanager
async def serving(
    app: FastAPI, host: str, port: int, *, remedy: str, grace_s: int | None = None
) -> AsyncIterator[int]:
    """While it lasts, the app is served at the port that it answers; port 0 asks for any that is free.

    What is not answered ``grace_s`` after its end is cut off; None waits for ever. EnvironmentFault, with that
    remedy, when the port cannot be had.
    """
    with _socket(host, port, remedy) as bound:
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level="warning",
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=grace_s,
        )
        server = _Server(config)
        answering = asyncio.create_task(server.serve([bound]))
        try:
            yield int(bound.getsockname()[1])
        finally:
            server.should_exit = True
            await answering


class _Server(uvicorn.Server):
    """Signals are heard by whoever runs it."""

    def capture_signals(self) -> nullcontext[None]:  # type: ignore[override]
        """None of them."""
        return nullcontext()


def _socket(host: str, port: int, remedy: str) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise EnvironmentFault(
            f"nothing can be served at {host}:{port} ({error.strerror})", remedy=remedy
        ) from error
