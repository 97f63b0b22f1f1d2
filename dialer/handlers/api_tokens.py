"""Tokens of programs are given out and revoked; each is a line of the audit log."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from dialer.tokens import API_PREFIX, digest_of, new_secret
from domain.audit import AuditAction, Subject
from domain.errors import InputError
from domain.user import Actor, ApiToken, TokenScope
from ledger.books import Transaction

LONGEST_NAME = 100


class GivenOut(NamedTuple):
    """A token, and its secret: the only time that it is there to be seen."""

    token: ApiToken
    secret: str


def add_token(
    tx: Transaction,
    name: str,
    scopes: Collection[TokenScope],
    *,
    expires_at: datetime | None = None,
    by: Actor,
    now: datetime,
) -> GivenOut:
    """A new token for the program called so."""
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        remedy = f"say which program it is for, in 1 to {LONGEST_NAME} characters"
        raise InputError("a token needs a name", where="name", remedy=remedy)
    if not scopes:
        remedy = f"choose from {', '.join(sorted(TokenScope))}"
        raise InputError("a token without scopes opens nothing", where="scopes", remedy=remedy)
    if expires_at is not None and expires_at <= now:
        raise InputError("the token would be over at once", where="expires", remedy="tell a later day")
    secret = API_PREFIX + new_secret()
    token = tx.api_tokens.add(
        name.strip(), digest_of(secret), scopes, created_by=by.user, now=now, expires_at=expires_at
    )
    _log(tx, by, AuditAction.TOKEN_ADDED, token, now, scopes=sorted(scopes))
    return GivenOut(token, secret)


def revoke_token(tx: Transaction, id: int, *, by: Actor, now: datetime) -> ApiToken:
    """The token opens nothing from this commit on."""
    known = tx.api_tokens.get(id)
    if known.revoked_at is not None:
        return known
    _log(tx, by, AuditAction.TOKEN_REVOKED, known, now)
    return tx.api_tokens.revoke(id, now)


def _log(
    tx: Transaction, by: Actor, action: AuditAction, token: ApiToken, now: datetime, **detail: object
) -> None:
    subject = Subject("token", str(token.id))
    detail |= {"name": token.name}
    tx.audit_log.add(by.user, action, subject=subject, detail=detail, address=by.address, now=now)
