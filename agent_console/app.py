"""The web application: every router, one table of who may use which, and the same answer to every fault."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import APIRouter, Depends, FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent_console import answers, api, debtors, home, inbox, pay, recordings
from agent_console.access import routes as access
from agent_console.access.dependencies import check_routes, guard
from agent_console.admin import audit, tokens, users
from agent_console.assets import STATIC, Assets
from agent_console.desk import card, commands, disposition, events, knowledge, own_day, phone, views
from agent_console.desk import page as desk
from agent_console.faults import answer_faults
from agent_console.floor import (
    campaigns,
    health,
    hearing,
    holidays,
    lines,
    numbers,
    operator,
    operators,
    publishing,
    reports,
    scripts,
    settings,
    shifts,
    strategies,
    subscriptions,
    wallboard,
)
from agent_console.floor.hub import Hub
from agent_console.floor.starting import Starts
from agent_console.services import Services

POLICY = (
    "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; style-src 'self'; script-src 'self'; "
    "connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""No script, style or frame from anywhere else; a browser's telephone may speak to its Asterisk."""

ROUTERS: tuple[APIRouter, ...] = (
    home.router,
    access.router,
    pay.router,
    knowledge.router,
    desk.router,
    events.router,
    commands.router,
    card.router,
    phone.router,
    views.router,
    disposition.router,
    own_day.router,
    inbox.router,
    answers.router,
    recordings.router,
    debtors.router,
    wallboard.router,
    operators.router,
    hearing.router,
    operator.router,
    reports.router,
    health.router,
    settings.router,
    lines.router,
    numbers.router,
    shifts.router,
    holidays.router,
    subscriptions.router,
    campaigns.router,
    strategies.router,
    scripts.router,
    publishing.router,
    users.router,
    audit.router,
    tokens.router,
)

LONGEST_BODY = 4 << 20
"""Bytes: a body is read before anybody looks at who sends it. A route that takes files tells a limit of its own."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}


class Guarded:
    """Every answer carries the headers that keep other sites out of ours; a page is never kept by a browser."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def create_app(services: Services) -> FastAPI:
    """The application over these services."""
    app = FastAPI(
        title="Dozvon",
        version=version("dozvon"),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(guard)],
        max_body_size=LONGEST_BODY,
    )
    app.state.services, app.state.hub, app.state.starts = services, Hub(services), Starts()
    for router in (*ROUTERS, *api.ROUTERS):
        app.include_router(router)
    app.mount("/static", Assets(directory=STATIC), name="static")
    app.add_middleware(Guarded)
    answer_faults(app)
    check_routes(app)
    return app
