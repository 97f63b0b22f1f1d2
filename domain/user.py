"""Who may use the console and the API: users with a role, their sessions, and tokens of other programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from domain.operator_events import OperatorId

UserId = NewType("UserId", int)

SESSION_LASTS = timedelta(hours=12)
"""So long after its last use a session is over."""

SEEN_EVERY = timedelta(minutes=1)
"""No more often is it written down that a session or a token was used."""


class Role(StrEnum):
    """What a user is; each role has pages of its own, and only operators are bound to portfolios."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class Language(StrEnum):
    """What the pages speak."""

    RU = "ru"
    EN = "en"


class TokenScope(StrEnum):
    """What a program may do with its token."""

    CAMPAIGNS_READ = "campaigns:read"
    CAMPAIGNS_WRITE = "campaigns:write"
    DEBTORS_READ = "debtors:read"
    TOUCHES_READ = "touches:read"
    PAYMENTS_WRITE = "payments:write"
    BLOCKS_WRITE = "blocks:write"
    REPORTS_READ = "reports:read"
    WEBHOOKS_WRITE = "webhooks:write"


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who signs in. ``operator`` is whose phone and desk he has, ``portfolios`` where he may search."""

    id: UserId
    login: str
    name: str
    role: Role
    language: Language = Language.RU
    active: bool = True
    operator: OperatorId | None = None
    must_change_password: bool = False
    portfolios: frozenset[int] = frozenset()

    def may_search(self, portfolio: int) -> bool:
        """Whether debtors of the portfolio with that id are shown to him without a call of theirs."""
        return self.role is not Role.OPERATOR or portfolio in self.portfolios


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in; ``csrf`` proves that a form came from one of its own pages."""

    id: int
    user: UserId
    csrf: str
    address: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A program that may do what ``scopes`` say, until it expires or is revoked."""

    id: int
    name: str
    scopes: frozenset[TokenScope]
    created_by: UserId | None
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def in_force(self, now: datetime) -> bool:
        """Whether it opens anything at this instant."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, for the audit log: a user, or nobody that we know; and from which address."""

    user: UserId | None
    address: str


COMMAND_LINE = Actor(None, "command line")
