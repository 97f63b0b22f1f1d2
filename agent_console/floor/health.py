"""Health: each part of the house at one look, the worst first."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from agent_console.page import page, services_of
from dialer.handlers.health import State, health

router = APIRouter()

WORST = (State.DOWN, State.WARNING, State.OK)


@router.get("/health")
async def show(request: Request) -> Response:
    """Every part's state, version, last error and figures; htmx asks again every few seconds."""
    services = services_of(request)
    seen = await to_thread.run_sync(health, services.settings.redis_url, services.books, services.now())
    parts = sorted(seen.parts, key=lambda part: WORST.index(part.state))
    template = "floor/health_parts.html.j2" if "HX-Request" in request.headers else "floor/health.html.j2"
    return page(request, template, health=seen, parts=parts)
