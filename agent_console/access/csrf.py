"""Was a request sent by a page of ours? Other sites can make a browser send its cookies along."""

from __future__ import annotations

from secrets import compare_digest
from urllib.parse import urlsplit

from fastapi import Request

FIELD, HEADER = "csrf", "X-CSRF-Token"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def of_this_site(request: Request) -> bool:
    """Whether the browser says that a page of this host sent it; what is no browser says nothing, and has no cookies
    that it was not given.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


async def has_token(request: Request, csrf: str) -> bool:
    """Whether it carries the token of its session, as a header or as a field of a form."""
    sent: object = request.headers.get(HEADER)
    if sent is None and request.headers.get("content-type", "").startswith(FORMS):
        sent = (await request.form()).get(FIELD)
    return isinstance(sent, str) and compare_digest(sent.encode(), csrf.encode())
