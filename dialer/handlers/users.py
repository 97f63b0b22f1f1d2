"""Users come, change and go; each change is a line of the audit log."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from domain.audit import AuditAction, Subject
from domain.errors import InputError
from domain.operator_events import OperatorId
from domain.user import Actor, Language, Role, User
from ledger.books import Transaction

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
LONGEST_NAME = 100


def add_user(
    tx: Transaction,
    login: str,
    name: str,
    role: Role,
    hashed: str,
    *,
    operator: str = "",
    portfolios: Sequence[str] = (),
    language: Language = Language.RU,
    must_change: bool = True,
    by: Actor,
    now: datetime,
) -> User:
    """Somebody who may sign in; an operator has the desk of ``operator``, or of the operator with his own login."""
    if not LOGIN.fullmatch(login):
        remedy = "small Latin letters, digits, . _ -, at most 32"
        raise InputError(f"{login!r} cannot be a login", where="login", remedy=remedy)
    if len(name) > LONGEST_NAME:
        raise InputError("the name is too long", where="name", remedy=f"at most {LONGEST_NAME} characters")
    added = tx.users.add(
        login,
        name.strip(),
        role,
        hashed,
        language=language,
        operator=_desk_of(tx, role, operator or login),
        portfolios=_ids(tx, role, portfolios),
        must_change_password=must_change,
    )
    _log(tx, by, AuditAction.USER_ADDED, added, now, role=role.value, portfolios=sorted(portfolios))
    return added


def change_role(
    tx: Transaction, user: User, role: Role, *, operator: str = "", by: Actor, now: datetime
) -> User:
    """Make him something else; he signs in anew. The last administrator stays one."""
    if role is not Role.ADMINISTRATOR:
        _check_not_last(tx, user)
    changed = tx.users.set_role(user.id, role, _desk_of(tx, role, operator or user.login))
    if role is not Role.OPERATOR:
        changed = tx.users.set_portfolios(user.id, ())
    tx.sessions.end_all(user.id)
    _log(tx, by, AuditAction.ROLE_CHANGED, user, now, was=user.role.value, role=role.value)
    return changed


def change_portfolios(
    tx: Transaction, user: User, portfolios: Sequence[str], *, by: Actor, now: datetime
) -> User:
    """Replace where an operator may search."""
    changed = tx.users.set_portfolios(user.id, _ids(tx, user.role, portfolios))
    _log(tx, by, AuditAction.PORTFOLIOS_CHANGED, user, now, portfolios=sorted(portfolios))
    return changed


def reset_password(tx: Transaction, user: User, hashed: str, *, by: Actor, now: datetime) -> None:
    """Give him a password that he must change; he is signed out everywhere, and his failures are forgotten."""
    tx.users.set_password(user.id, hashed, must_change=True)
    tx.sessions.end_all(user.id)
    tx.sessions.forgive(user.login)
    _log(tx, by, AuditAction.PASSWORD_RESET, user, now)


def remove_user(tx: Transaction, user: User, *, by: Actor, now: datetime) -> None:
    """He may not sign in any more. The last administrator stays."""
    _check_not_last(tx, user)
    tx.users.remove(user.id)
    tx.sessions.end_all(user.id)
    _log(tx, by, AuditAction.USER_REMOVED, user, now)


def _check_not_last(tx: Transaction, user: User) -> None:
    if user.role is Role.ADMINISTRATOR and tx.users.administrators() == 1:
        remedy = "make somebody else an administrator first"
        raise InputError(f"{user.login!r} is the last administrator", where="role", remedy=remedy)


def _desk_of(tx: Transaction, role: Role, operator: str) -> OperatorId | None:
    if role is not Role.OPERATOR:
        return None
    for one in tx.operators.all():
        if one.login == operator:
            return one.id
    remedy = "`dozvon operator add` hires one, with a telephone"
    raise InputError(f"there is no operator {operator!r}", where="operator", remedy=remedy)


def _ids(tx: Transaction, role: Role, portfolios: Sequence[str]) -> list[int]:
    if portfolios and role is not Role.OPERATOR:
        what = f"a user who is {role} sees all portfolios"
        raise InputError(what, where="portfolios", remedy="name none")
    return [tx.portfolios.named(name).id for name in portfolios]


def _log(
    tx: Transaction, by: Actor, action: AuditAction, user: User, now: datetime, **detail: object
) -> None:
    tx.audit_log.add(
        by.user, action, subject=Subject("user", user.login), detail=detail, address=by.address, now=now
    )
