"""The guard: the one dependency of the whole application, which lets a request pass or not by `ROUTES`."""

from __future__ import annotations

from fastapi import FastAPI, HTTPException, Request

from agent_console.access.audit import noted
from agent_console.access.csrf import has_token, of_this_site
from agent_console.access.refusals import BadToken, NotSignedIn, PasswordDue, Refused, answer_refusals
from agent_console.access.roles import PUBLIC, Rule, rule_of, unlisted
from agent_console.access.sessions import visitor_of
from agent_console.access.visitor import Visitor
from agent_console.named import N_
from agent_console.page import services_of
from dialer.tokens import digest_of
from domain.audit import AuditAction, Subject
from domain.user import SEEN_EVERY, ApiToken, TokenScope

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
WITHOUT_OWN_PASSWORD = frozenset({"/password", "/sign-out", "/language"})

UNATTENDED = "X-Unattended"
"""What a page asks by itself, again and again, says so: a screen that nobody sits at must not keep a session alive."""

OTHER_ROLE = N_("Your role does not include this page")
OTHER_SITE = N_("This was not sent by a page of ours; load the page anew and try again")
OTHER_SCOPE = N_("The token does not include this")


def check_routes(app: FastAPI) -> None:
    """Answer refusals in one way; refuse to start with a route of which nobody said whose it is."""
    answer_refusals(app)
    if unknown := unlisted(app):
        raise RuntimeError(f"agent_console/access/roles.py: ROUTES lacks {', '.join(unknown)}")


async def guard(request: Request) -> None:
    """Find out who asks, and raise a refusal unless he may. No row is called by a NUL, which no database takes."""
    if "\0" in request.scope["path"]:
        raise HTTPException(404)
    rule = rule_of(request.method, _template(request))
    if isinstance(rule, TokenScope):
        request.state.token = await _token_with(request, rule)
        return
    request.state.visitor = visitor = await visitor_of(request, renew=UNATTENDED not in request.headers)
    if request.method not in SAFE:
        await _check_sender(request, rule, visitor)
    if rule is PUBLIC:
        return
    if visitor is None:
        raise NotSignedIn
    if rule is None or visitor.user.role not in rule:
        await _log_refusal(request, visitor, "role")
        raise Refused(OTHER_ROLE)
    if visitor.user.must_change_password and request.url.path not in WITHOUT_OWN_PASSWORD:
        raise PasswordDue


def signed_in(request: Request) -> Visitor:
    """Who is signed in; for routes that are not public."""
    visitor: Visitor = request.state.visitor
    return visitor


def bearer(request: Request) -> ApiToken:
    """The token that the program showed; for routes whose rule is a scope."""
    token: ApiToken = request.state.token
    return token


async def _check_sender(request: Request, rule: Rule | None, visitor: Visitor | None) -> None:
    """A form of a public page carries no token: two tabs may both show the sign-in."""
    if not of_this_site(request):
        await _log_refusal(request, visitor, "other site")
        raise Refused(OTHER_SITE)
    if rule is not PUBLIC and visitor is not None and not await has_token(request, visitor.csrf):
        await _log_refusal(request, visitor, "no token of the session")
        raise Refused(OTHER_SITE)


async def _token_with(request: Request, scope: TokenScope) -> ApiToken:
    services = services_of(request)
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    now, digest = services.now(), digest_of(secret)
    token = await services.read(lambda tx: tx.api_tokens.find(digest)) if kind.lower() == "bearer" else None
    if token is None or not token.in_force(now):
        raise BadToken
    if scope not in token.scopes:
        raise Refused(OTHER_SCOPE)
    if token.last_used_at is None or now - token.last_used_at >= SEEN_EVERY:
        await services.write(lambda tx: tx.api_tokens.used(token.id, now))
    return token


async def _log_refusal(request: Request, visitor: Visitor | None, why: str) -> None:
    """Of whoever is signed in; strangers would fill the log."""
    if visitor is None:
        return
    services = services_of(request)
    now, what = services.now(), Subject("page", f"{request.method} {request.url.path}")
    await services.write(lambda tx: noted(tx, visitor, AuditAction.PAGE_REFUSED, what, now, why=why))


def _template(request: Request) -> str:
    """The path of the route as it was declared, ``/users/{login}``."""
    context = request.scope.get("fastapi", {}).get("effective_route_context")
    return str((context or request.scope["route"]).path)
