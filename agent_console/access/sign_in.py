"""Signing in: an attempt is written down as failed before the password is looked at, so no number of browsers at once
gets more tries than the limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from anyio import CapacityLimiter, to_thread

from agent_console.services import Services
from dialer.passwords import LONGEST, fits, hash_password, outdated
from dialer.tokens import digest_of, new_secret
from domain.audit import AuditAction
from domain.sign_in import wait_before_sign_in
from domain.user import SESSION_LASTS, User, UserId
from ledger.books import Transaction
from ledger.users import Credentials

HASHING = CapacityLimiter(2)
"""Each hash takes a core and 64 MB."""


class WrongPassword(Exception):
    """The login or the password is wrong; nobody is told which."""


@dataclass
class TooManyFailures(Exception):
    """No attempt is made before ``wait`` is over."""

    wait: timedelta


@dataclass(frozen=True, slots=True)
class _Attempt:
    id: int
    known: Credentials | None


async def sign_in(services: Services, login: str, password: str, address: str, was: str = "") -> str:
    """The secret of a new session, which replaces the one that this browser ``was`` in.

    WrongPassword, or TooManyFailures.
    """
    known = await prove(services, login, password, address)
    now, secret, csrf, user = services.now(), new_secret(), new_secret(), known.user
    anew = await _hash(password) if outdated(known.password) else None

    def begin(tx: Transaction) -> None:
        if tx.users.credentials(login) != known:  # removed, or another password, while we looked at it
            raise WrongPassword
        if anew:
            tx.users.set_password(user.id, anew, must_change=user.must_change_password)
        end_session(tx, was, now)
        ends = now + SESSION_LASTS
        tx.sessions.begin(digest_of(secret), user.id, csrf=csrf, address=address, now=now, expires_at=ends)
        tx.audit_log.add(user.id, AuditAction.SIGNED_IN, address=address, now=now)

    await services.write(begin)
    return secret


async def prove(services: Services, login: str, password: str, address: str) -> Credentials:
    """Whose login and password these are. WrongPassword, or TooManyFailures."""
    now = services.now()
    attempt = await services.write(lambda tx: _begin(tx, login, address, now))
    if isinstance(attempt, timedelta):
        raise TooManyFailures(attempt)
    stored = attempt.known.password if attempt.known else None
    right = await to_thread.run_sync(fits, password[: LONGEST + 1], stored, limiter=HASHING)
    if not right or attempt.known is None:
        await services.write(lambda tx: _log_failure(tx, attempt, address, now))
        raise WrongPassword
    await services.write(lambda tx: tx.sessions.succeeded(attempt.id))
    return attempt.known


async def choose_password(services: Services, user: User, password: str, session: int, address: str) -> None:
    """His own password from now on; all his other sessions end."""
    now, hashed = services.now(), await _hash(password)

    def change(tx: Transaction) -> None:
        tx.users.set_password(user.id, hashed)
        tx.sessions.end_all(user.id, but=session)
        tx.audit_log.add(user.id, AuditAction.PASSWORD_CHANGED, address=address, now=now)

    await services.write(change)


def end_session(tx: Transaction, secret: str, now: datetime) -> UserId | None:
    """Whoever was signed in with that secret is not any more; who he was."""
    session = tx.sessions.find(digest_of(secret), now) if secret else None
    if session is None:
        return None
    tx.sessions.end(session.id)
    return session.user


def _begin(tx: Transaction, login: str, address: str, now: datetime) -> _Attempt | timedelta:
    """The attempt, written down; or how long to wait for it."""
    wait = wait_before_sign_in(tx.sessions.failures(login, address, now), now)
    if wait:
        return wait
    return _Attempt(tx.sessions.attempt(login, address, now), tx.users.credentials(login))


def _log_failure(tx: Transaction, attempt: _Attempt, address: str, now: datetime) -> None:
    """What was typed for a login that nobody has may be a password: it is not logged."""
    user = attempt.known.user.id if attempt.known else None
    tx.audit_log.add(user, AuditAction.SIGN_IN_REFUSED, address=address, now=now)


async def _hash(password: str) -> str:
    return await to_thread.run_sync(hash_password, password, limiter=HASHING)
