"""The audit log: who did or saw what, when, and from where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.user import UserId


class AuditAction(StrEnum):
    """What is logged; the words of the pages for it are in the catalogues."""

    SIGNED_IN = "signed in"
    SIGN_IN_REFUSED = "sign-in refused"
    SIGNED_OUT = "signed out"
    PAGE_REFUSED = "page refused"
    PASSWORD_CHANGED = "password changed"
    PASSWORD_RESET = "password reset"
    USER_ADDED = "user added"
    USER_REMOVED = "user removed"
    ROLE_CHANGED = "role changed"
    PORTFOLIOS_CHANGED = "portfolios changed"
    TOKEN_ADDED = "token added"
    TOKEN_REVOKED = "token revoked"
    ROWS_TOLD = "rows told"
    STRATEGY_PROPOSED = "strategy proposed"
    STRATEGY_PUBLISHED = "strategy published"
    STRATEGY_REFUSED = "strategy refused"
    STRATEGY_ROLLED_BACK = "strategy rolled back"
    STRATEGY_KEPT = "strategy kept"
    SCRIPT_PROPOSED = "script proposed"
    SCRIPT_PUBLISHED = "script published"
    SCRIPT_REFUSED = "script refused"
    SCRIPT_ROLLED_BACK = "script rolled back"
    SCRIPT_KEPT = "script kept"
    CAMPAIGN_CREATED = "campaign created"
    CAMPAIGN_STATUS = "campaign status"
    CAMPAIGN_CAPS = "campaign caps"
    REPORT_SCHEDULED = "report scheduled"
    REPORT_UNSCHEDULED = "report unscheduled"
    WEBHOOK_ADDED = "webhook added"
    WEBHOOK_REMOVED = "webhook removed"
    LINE_CHANGED = "line changed"
    NUMBER_CHANGED = "number changed"
    SHIFT_CHANGED = "shift changed"
    SKILLS_CHANGED = "skills changed"
    PHONE_GIVEN = "phone given"
    OPERATOR_TOLD = "operator told"
    OPERATOR_COMMANDED = "operator commanded"
    TALK_HEARD = "talk heard"
    TALK_TAKEN_OVER = "talk taken over"
    CARD_VIEWED = "card viewed"
    IDENTITY_CONFIRMED = "identity confirmed"
    RECORDING_PLAYED = "recording played"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom or what it was done to, e.g. ``Subject("debtor", "D-17")``; the id is the one that people know."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A line of the log; ``login`` is the user's, empty when nobody whom we know did it."""

    id: int
    at: datetime
    user: UserId | None
    login: str
    action: str
    subject: Subject | None
    address: str
    detail: Mapping[str, Any] = field(default_factory=dict)
