"""The same answer to every fault: a page for people, a problem document (RFC 9457) for programs."""

from __future__ import annotations

from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from agent_console.named import N_
from agent_console.page import page, say_of, told
from domain.errors import DozvonError, EnvironmentFault, InputError

log = structlog.get_logger(__name__)

API = "/api/"
OUR_FAULT = N_("This is a fault of ours. It is in the log; what was stored before is not lost.")
NOT_UNDERSTOOD = N_("The address holds something that cannot be")


def answer_faults(app: FastAPI) -> None:
    """Everything that goes wrong in a request of this application."""
    app.exception_handler(HTTPException)(_not_done)
    app.exception_handler(RequestValidationError)(_not_understood)
    app.exception_handler(DozvonError)(_refused)
    app.exception_handler(Exception)(_broken)


def fault(request: Request, status: int, what: str) -> Response:
    """One fault, as whoever asks can read it."""
    if request.url.path.startswith(API):
        return problem(status, what)
    return page(request, "error.html.j2", status=status, title=str(status), what=what)


def problem(status: int, what: str) -> JSONResponse:
    """One fault, for a program."""
    document = {"title": HTTPStatus(status).phrase, "status": status, "detail": what}
    return JSONResponse(document, status, media_type="application/problem+json")


async def _not_done(request: Request, error: Exception) -> Response:
    """What the web server itself refuses: a page that is not there, a method that it has not."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    answer = fault(request, status, str(getattr(error, "detail", "")))
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer


async def _not_understood(request: Request, error: Exception) -> Response:
    """A page at an address that none can have; a query or a body of the wrong kind, of a program's which part of it."""
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {"loc": (), "msg": ""}
    if request.url.path.startswith(API):
        return fault(request, 422, f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
    if first["loc"][:1] == ("path",):
        return fault(request, 404, "")
    return fault(request, 422, told(request, NOT_UNDERSTOOD))


async def _refused(request: Request, error: Exception) -> Response:
    """What the house refuses, in its own one line: 422 wrong input, 503 something is not there."""
    if isinstance(error, EnvironmentFault):
        log.warning("page_not_served", path=request.url.path, error=str(error))
    api = request.url.path.startswith(API)
    what = error.in_words(say_of(request)) if isinstance(error, DozvonError) and not api else str(error)
    return fault(request, 422 if isinstance(error, InputError) else 503, what)


async def _broken(request: Request, error: Exception) -> Response:
    """What nobody thought of. The web server writes the trace to the log behind this answer."""
    log.error("page_broken", path=request.url.path, error=type(error).__name__)
    return fault(request, 500, told(request, OUR_FAULT))
