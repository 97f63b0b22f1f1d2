"""The OpenAPI document of the API alone: the pages are nobody's contract."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

router = APIRouter(prefix="/api/v1", tags=["document"])

PREFIX = "/api/v1/"
PROBLEMS = {
    "401": "no token, or one that is not in force",
    "403": "the token does not include this",
    "422": "what was asked cannot be: `detail` says what, where and what to do",
    "503": "something that it needs is not running",
}


@router.get("/openapi.json", summary="This document", include_in_schema=False)
async def openapi(request: Request) -> dict[str, Any]:
    """Made once for each process."""
    app: FastAPI = request.app
    if not hasattr(app.state, "openapi"):
        app.state.openapi = make_document(app)
    document: dict[str, Any] = app.state.openapi
    return document


def make_document(app: FastAPI) -> dict[str, Any]:
    """Routes, models, the bearer token and the problems that every route may answer."""
    routes = [route for route in app.routes if _is_ours(route)]
    document = get_openapi(title="Dozvon", version=app.version, routes=routes, description=__doc__)
    schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
    schemes["token"] = {"type": "http", "scheme": "bearer"}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    document["components"].setdefault("schemas", {})["Problem"] = {
        "type": "object",
        "required": ["title", "status", "detail"],
        "properties": {
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        },
    }
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["security"] = [{"token": []}]
            operation["responses"] |= {
                status: {"description": what, "content": problem} for status, what in PROBLEMS.items()
            }
    return document


def _is_ours(route: object) -> bool:
    return any(str(one.path).startswith(PREFIX) for one in iter_route_contexts([route]))  # type: ignore[list-item]
