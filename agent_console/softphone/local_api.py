"""The softphone for other programs of the same machine: ``GET /state`` and ``POST /<command>``.

Who asks shows the token. Pages in a browser are refused altogether: a request that names an origin or another host
comes from one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from secrets import compare_digest
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse

from agent_console.softphone.desk import Desk, Seen
from dialer.serving import serving
from domain.errors import DozvonError, InputError

HOST = "127.0.0.1"
MOST_BYTES = 256
"""The longest argument of a command."""

REMEDY = "take another --port, or 0 for any that is free"


@asynccontextmanager
async def local_api(desk: Desk, port: int, token: str) -> AsyncIterator[int]:
    """While it lasts the desk is commanded at the port that it answers (0 asks for any that is free).

    EnvironmentFault when the port cannot be had.
    """
    async with serving(local_app(desk, token), HOST, port, remedy=REMEDY) as bound:
        yield bound


def local_app(desk: Desk, token: str) -> FastAPI:
    """The routes, for whoever shows the token."""

    def allowed(request: Request) -> None:
        host = request.headers.get("host", "").rpartition(":")[0]
        if "origin" in request.headers or host not in (HOST, "localhost"):
            raise HTTPException(HTTPStatus.FORBIDDEN, "pages in a browser may not command this softphone")
        shown = request.headers.get("authorization", "").encode()
        if not compare_digest(shown, f"Bearer {token}".encode()):
            raise HTTPException(HTTPStatus.UNAUTHORIZED, "show the token: Authorization: Bearer TOKEN")

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, dependencies=[Depends(allowed)])
    app.exception_handler(DozvonError)(_refused)

    @app.get("/state")
    async def state() -> Seen:
        """What phone and call are doing."""
        return desk.seen

    @app.post("/{verb}")
    async def do(verb: str, argument: Annotated[str, Depends(_argument)]) -> Seen:
        """Do it; its argument is the body, as plain text."""
        if verb not in desk.verbs:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"the commands are {', '.join(desk.verbs)}")
        await desk.do(verb, argument)
        return desk.seen

    return app


async def _argument(request: Request) -> str:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {MOST_BYTES} bytes")
    try:
        return body.decode().strip()
    except UnicodeDecodeError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "the body is no UTF-8") from error


async def _refused(_: Request, error: Exception) -> JSONResponse:
    status = 422 if isinstance(error, InputError) else 503
    return JSONResponse({"detail": str(error)}, status)
