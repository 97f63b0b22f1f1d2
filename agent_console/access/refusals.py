"""What a request that may not pass is answered, by what asked: a page, a part of one (htmx), or a program."""

from __future__ import annotations

import re
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from agent_console.faults import problem
from agent_console.page import page, told

SIGN_IN = "/sign-in"
LOCAL = re.compile(r"/(?![/\\])[\w\-./?&=%+~:,;@!$'()*]*")
"""A path and a query; browsers take two slashes, of either kind, for another site."""

HOST = re.compile(r"^https?://[^/]*")


class NotSignedIn(Exception):
    """Nobody is signed in, or his session is over."""


class Refused(Exception):
    """He, or the program, may not do this; the message is English and in the catalogues."""


class BadToken(Exception):
    """A program showed no token that is in force."""


class PasswordDue(Exception):
    """He must choose a password of his own first."""


def answer_refusals(app: FastAPI) -> None:
    """Have the application answer what the guard raises."""
    app.exception_handler(NotSignedIn)(_to_sign_in)
    app.exception_handler(Refused)(_refuse)
    app.exception_handler(BadToken)(_ask_token)
    app.exception_handler(PasswordDue)(_to_password)


def local_path(text: str) -> str:
    """A path of ours to go to; the first page for anything that could lead elsewhere."""
    return text if LOCAL.fullmatch(text) else "/"


def _of_a_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


async def _to_sign_in(request: Request, error: Exception) -> Response:
    del error
    if shown := request.headers.get("hx-current-url"):
        here = local_path(HOST.sub("", shown))
        return _htmx_to(f"{SIGN_IN}?next={quote(here)}")
    if not _of_a_page(request):
        return problem(401, "nobody is signed in")
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = f"?next={quote(here)}" if request.method == "GET" and here != "/" else ""
    return RedirectResponse(SIGN_IN + back, 303)


async def _to_password(request: Request, error: Exception) -> Response:
    del error
    if "hx-request" in request.headers:
        return _htmx_to("/password")
    if not _of_a_page(request):
        return problem(403, "the password must be changed first")
    return RedirectResponse("/password", 303)


async def _ask_token(request: Request, error: Exception) -> Response:
    del request, error
    answer = problem(401, "a token in force is needed")
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


async def _refuse(request: Request, error: Exception) -> Response:
    if not _of_a_page(request) and "hx-request" not in request.headers:
        return problem(403, str(error))
    return page(request, "error.html.j2", status=403, title="403", what=told(request, str(error)))


def _htmx_to(address: str) -> Response:
    """htmx leaves the page for that one."""
    return Response(status_code=401, headers={"HX-Redirect": address})
