"""The one table of who may use which route. An application that has a route which is not in it does not start."""

from __future__ import annotations

from enum import Enum
from typing import Final, TypeAlias

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from domain.user import Role, TokenScope


class Open(Enum):
    """Routes that ask nobody who he is."""

    PUBLIC = "public"


Rule: TypeAlias = frozenset[Role] | TokenScope | Open

PUBLIC: Final = Open.PUBLIC
EVERYBODY: Final = frozenset(Role)
"""Whoever is signed in."""
OPERATORS: Final = frozenset({Role.OPERATOR})
SUPERVISORS: Final = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
ADMINISTRATORS: Final = frozenset({Role.ADMINISTRATOR})

ROUTES: dict[str, Rule] = {
    "/static": PUBLIC,
    "GET /": EVERYBODY,
    # access
    "GET /sign-in": PUBLIC,
    "POST /sign-in": PUBLIC,
    "POST /language": PUBLIC,
    "GET /p/{token}": PUBLIC,
    "POST /p/{token}/{deed}": PUBLIC,
    "POST /sign-out": EVERYBODY,
    "GET /password": EVERYBODY,
    "POST /password": EVERYBODY,
    # the operator's desk
    "GET /desk": OPERATORS,
    "GET /desk/colleagues": OPERATORS,
    "GET /desk/events": OPERATORS,
    "GET /desk/phone": OPERATORS,
    "GET /desk/day": OPERATORS,
    "GET /desk/talks/{touch}": OPERATORS,
    "GET /desk/talks/{touch}/schedule": OPERATORS,
    "POST /desk/talks/{touch}": OPERATORS,
    "POST /desk/talks/{touch}/check": OPERATORS,
    "POST /desk/talks/{touch}/choose": OPERATORS,
    "POST /desk/talks/{touch}/identified": OPERATORS,
    "POST /desk/choose": OPERATORS,
    "POST /desk/do/{verb}": OPERATORS,
    "POST /desk/draft": OPERATORS,
    "POST /desk/identify": OPERATORS,
    "POST /desk/painted": OPERATORS,
    "GET /knowledge": EVERYBODY,
    "GET /inbox": EVERYBODY,
    "POST /inbox/{id}/done": EVERYBODY,
    "POST /inbox/{id}/call-back": EVERYBODY,
    "GET /inbox/{id}/answer": EVERYBODY,
    "POST /inbox/{id}/answer": EVERYBODY,
    "POST /inbox/{id}/answer/check": EVERYBODY,
    "GET /recordings/{touch}": EVERYBODY,
    "GET /recordings/{touch}/{nth}": EVERYBODY,
    # debtors
    "GET /debtors": EVERYBODY,
    "GET /debtors/{id}": EVERYBODY,
    # the wallboard
    "GET /floor": SUPERVISORS,
    "GET /floor/events": SUPERVISORS,
    "GET /floor/day": SUPERVISORS,
    # the operators
    "GET /operators": SUPERVISORS,
    "GET /operators/events": SUPERVISORS,
    "GET /operators/phone": SUPERVISORS,
    "POST /operators/phone": SUPERVISORS,
    "POST /operators/silence": SUPERVISORS,
    "GET /operators/{login}/panel": SUPERVISORS,
    "POST /operators/{login}/do/{verb}": SUPERVISORS,
    "POST /operators/{login}/hear/{ear}": SUPERVISORS,
    "POST /operators/{login}/take-over": SUPERVISORS,
    "POST /operators/{login}/message": SUPERVISORS,
    "POST /operators/{login}/skills": SUPERVISORS,
    # reports
    "GET /reports": SUPERVISORS,
    "GET /reports/{name}": SUPERVISORS,
    # health and settings
    "GET /health": SUPERVISORS,
    "GET /settings": SUPERVISORS,
    "GET /settings/lines": SUPERVISORS,
    "POST /settings/lines": SUPERVISORS,
    "POST /settings/lines/take-back": SUPERVISORS,
    "POST /settings/lines/{number}/remove": SUPERVISORS,
    "GET /settings/numbers": SUPERVISORS,
    "POST /settings/numbers": ADMINISTRATORS,
    "POST /settings/numbers/take-back": ADMINISTRATORS,
    "POST /settings/numbers/{number}/end": ADMINISTRATORS,
    "GET /settings/shifts": SUPERVISORS,
    "POST /settings/shifts": SUPERVISORS,
    "POST /settings/shifts/take-back": SUPERVISORS,
    "GET /settings/holidays": SUPERVISORS,
    "POST /settings/webhooks": ADMINISTRATORS,
    "POST /settings/webhooks/{id}/remove": ADMINISTRATORS,
    "POST /settings/reports": SUPERVISORS,
    "POST /settings/reports/{id}/remove": SUPERVISORS,
    # campaigns
    "GET /campaigns": SUPERVISORS,
    "GET /campaigns/new": SUPERVISORS,
    "POST /campaigns": SUPERVISORS,
    "GET /campaigns/starting/{name}": SUPERVISORS,
    "POST /campaigns/starting/{name}/dismiss": SUPERVISORS,
    "GET /campaigns/{name}": SUPERVISORS,
    "GET /campaigns/{name}/funnel": SUPERVISORS,
    "GET /campaigns/{name}/debtors": SUPERVISORS,
    "POST /campaigns/{name}/status/{status}": SUPERVISORS,
    "POST /campaigns/{name}/caps": SUPERVISORS,
    # the API
    "GET /api/v1/openapi.json": PUBLIC,
    "GET /api/v1/campaigns": TokenScope.CAMPAIGNS_READ,
    "GET /api/v1/campaigns/{name}": TokenScope.CAMPAIGNS_READ,
    "GET /api/v1/campaigns/{name}/funnel": TokenScope.CAMPAIGNS_READ,
    "POST /api/v1/campaigns/{name}/status": TokenScope.CAMPAIGNS_WRITE,
    "PUT /api/v1/campaigns/{name}/caps": TokenScope.CAMPAIGNS_WRITE,
    "GET /api/v1/debtors": TokenScope.DEBTORS_READ,
    "GET /api/v1/debtors/{id}/card": TokenScope.DEBTORS_READ,
    "GET /api/v1/debtors/{id}/touches": TokenScope.TOUCHES_READ,
    "GET /api/v1/callers": TokenScope.DEBTORS_READ,
    "POST /api/v1/portfolios/{name}/payments": TokenScope.PAYMENTS_WRITE,
    "POST /api/v1/portfolios/{name}/blocks": TokenScope.BLOCKS_WRITE,
    "GET /api/v1/reports": TokenScope.REPORTS_READ,
    "GET /api/v1/reports/{name}": TokenScope.REPORTS_READ,
    "GET /api/v1/webhooks": TokenScope.WEBHOOKS_WRITE,
    "POST /api/v1/webhooks": TokenScope.WEBHOOKS_WRITE,
    "DELETE /api/v1/webhooks/{id}": TokenScope.WEBHOOKS_WRITE,
    # scripts
    "GET /scripts": SUPERVISORS,
    "GET /scripts/{name}": SUPERVISORS,
    "POST /scripts": SUPERVISORS,
    "POST /scripts/check": SUPERVISORS,
    "POST /scripts/submit": SUPERVISORS,
    "POST /scripts/{name}/rollback/{number}": SUPERVISORS,
    "POST /scripts/{name}/keep": SUPERVISORS,
    "POST /scripts/play": SUPERVISORS,
    "POST /scripts/listen": SUPERVISORS,
    # strategies
    "GET /strategies": SUPERVISORS,
    "GET /strategies/{name}": SUPERVISORS,
    "POST /strategies/check": SUPERVISORS,
    "POST /strategies/dry-run": SUPERVISORS,
    "POST /strategies/submit": SUPERVISORS,
    "POST /proposals/{id}/approve": SUPERVISORS,
    "POST /proposals/{id}/refuse": SUPERVISORS,
    "POST /strategies/{name}/rollback/{number}": SUPERVISORS,
    "POST /strategies/{name}/keep": SUPERVISORS,
    # administration
    "GET /users": ADMINISTRATORS,
    "POST /users": ADMINISTRATORS,
    "GET /users/{login}": ADMINISTRATORS,
    "POST /users/{login}/role": ADMINISTRATORS,
    "POST /users/{login}/portfolios": ADMINISTRATORS,
    "POST /users/{login}/password": ADMINISTRATORS,
    "POST /users/{login}/remove": ADMINISTRATORS,
    "GET /audit": ADMINISTRATORS,
    "GET /tokens": ADMINISTRATORS,
    "POST /tokens": ADMINISTRATORS,
    "POST /tokens/{id}/revoke": ADMINISTRATORS,
}
"""By method and path as the router has them; of what is mounted, by the path alone."""


def routes_of(app: FastAPI) -> list[str]:
    """Every route of the application, written as `ROUTES` has them; HEAD goes where GET goes."""
    found: list[str] = []
    for route in iter_route_contexts(app.routes):
        if not route.methods:
            found.append(str(route.path))
            continue
        found += [f"{method} {route.path}" for method in sorted(route.methods) if method != "HEAD"]
    return found


def unlisted(app: FastAPI) -> list[str]:
    """The routes of which nobody said whose they are."""
    return [route for route in routes_of(app) if route not in ROUTES]


def rule_of(method: str, path: str) -> Rule | None:
    """Who may use that route; None for one that is not in the table, which nobody may."""
    return ROUTES.get(f"{'GET' if method == 'HEAD' else method} {path}")
