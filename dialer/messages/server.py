"""The port at which `dozvon messages` hears webhooks."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

import uvicorn
from fastapi import FastAPI

from dialer.messages.settings import MessageSettings
from dialer.messages.webhooks import Webhooks
from domain.errors import EnvironmentFault

GRACE_S = 2
"""A webhook that is not in the books by then is not thanked for, and comes again; nobody is left to keep it."""


@asynccontextmanager
async def listening(settings: MessageSettings, webhooks: Webhooks) -> AsyncIterator[int | None]:
    """While it lasts, webhooks are heard at the port that it answers; None where the settings want none.

    EnvironmentFault when the port cannot be had.
    """
    if settings.port is None:
        yield None
        return
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(webhooks.router())
    with _socket(settings.host, settings.port) as bound:
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve([bound]))
        try:
            yield int(bound.getsockname()[1])
        finally:
            server.should_exit = True
            await serving


class _Server(uvicorn.Server):
    """Signals are heard by whoever runs it."""

    def capture_signals(self) -> nullcontext[None]:  # type: ignore[override]
        """None of them."""
        return nullcontext()


def _socket(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise EnvironmentFault(
            f"webhooks cannot be heard at {host}:{port} ({error.strerror})",
            remedy="stop the program that holds the port, or set DOZVON_MESSAGES__PORT",
        ) from error
