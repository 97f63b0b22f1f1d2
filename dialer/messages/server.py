"""The port at which `dozvon messages` hears webhooks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from dialer.messages.settings import MessageSettings
from dialer.messages.webhooks import Webhooks
from dialer.serving import serving

GRACE_S = 2
"""A webhook that is not in the books by then is not thanked for, and comes again; nobody is left to keep it."""

REMEDY = "stop the program that holds the port, or set DOZVON_MESSAGES__PORT"


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
    async with serving(app, settings.host, settings.port, remedy=REMEDY, grace_s=GRACE_S) as port:
        yield port
