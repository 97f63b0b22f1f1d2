"""``dozvon console``: the web server of the screens."""

from __future__ import annotations

import asyncio
from socket import socket
from typing import Annotated

import typer
import uvicorn
from redis.asyncio import Redis

from agent_console.app import create_app
from agent_console.services import Services
from dialer.bootstrap import open_redis
from dialer.cli.common import open_books
from dialer.cli.console import console as screen
from dialer.clock import SystemClock
from dialer.heartbeat import Heartbeat
from dialer.logs import configure_logs
from dialer.settings import Settings, load_settings
from domain.errors import EnvironmentFault
from ledger.books import Books

STOP_S = 3
"""Screens that hear the feed for ever are cut off after so long; their browsers come back to the next server."""


class Announced(uvicorn.Server):
    """A server that says where it is; with port 0 nobody would know."""

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            screen.print(f"the console is at {'https' if self.config.is_ssl else 'http'}://{host}:{port}/")


def console(
    host: Annotated[str | None, typer.Option(help="Address to serve at; DOZVON_CONSOLE__HOST.")] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Port, 0 for any that is free; DOZVON_CONSOLE__PORT."),
    ] = None,
) -> None:
    """Serve the screens of operators, supervisors and administrators until it is stopped."""
    settings = load_settings()
    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = settings.model_copy(update={"console": settings.console.model_copy(update=chosen)})
    configure_logs(settings.log_level)
    asyncio.run(serve(settings))


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. EnvironmentFault when Redis does not answer or the port is taken."""
    redis = await open_redis(settings.redis_url)
    with open_books(settings) as books:
        await _serve(settings, books, redis)


async def _serve(settings: Settings, books: Books, redis: Redis) -> None:
    clock = SystemClock(settings.clock_ahead)
    beat = asyncio.create_task(Heartbeat("console", clock).run(redis), name="heartbeat")
    try:
        app = create_app(Services(settings, books, redis, clock))
        server = Announced(_plan(settings, app))
        await server.serve()
        if not server.started:
            raise EnvironmentFault(
                f"nothing can be served at {settings.console.host}:{settings.console.port}",
                remedy="look whether the port is taken; DOZVON_CONSOLE__PORT sets another",
            )
    finally:
        beat.cancel()
        await asyncio.gather(beat, return_exceptions=True)
        await redis.aclose()


def _plan(settings: Settings, app: object) -> uvicorn.Config:
    at = settings.console
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        host=at.host,
        port=at.port,
        ssl_certfile=at.certificate,
        ssl_keyfile=at.key,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=STOP_S,
        server_header=False,
    )
