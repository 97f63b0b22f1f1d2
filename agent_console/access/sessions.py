"""Sessions of browsers: they begin, are found by the cookie's secret, last while they are used, and end."""

from __future__ import annotations

from fastapi import Request

from agent_console.access.cookies import secret_of
from agent_console.access.visitor import Visitor
from agent_console.page import services_of
from dialer.tokens import digest_of
from domain.user import SEEN_EVERY, SESSION_LASTS
from ledger.books import Transaction


def address_of(request: Request) -> str:
    """Where it comes from; a proxy in front must be one that uvicorn trusts."""
    return request.client.host if request.client else ""


async def visitor_of(request: Request, *, renew: bool = True) -> Visitor | None:
    """Who is signed in with this browser. His session lasts another while; a page that only stays open does not
    ``renew`` it.
    """
    services = services_of(request)
    secret = secret_of(request, services.settings)
    if not secret:
        return None
    now, digest, address = services.now(), digest_of(secret), address_of(request)

    def look(tx: Transaction) -> Visitor | None:
        session = tx.sessions.find(digest, now)
        user = session and tx.users.get(session.user)
        return Visitor(user, session, address) if session and user and user.active else None

    visitor = await services.read(look)
    if renew and visitor is not None and now - visitor.session.seen_at >= SEEN_EVERY:
        id = visitor.session.id
        await services.write(lambda tx: tx.sessions.seen(id, now, now + SESSION_LASTS))
    return visitor
