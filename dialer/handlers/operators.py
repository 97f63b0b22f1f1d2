"""What supervisors change of operators in the books, and the audit of what they do on the floor."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from asterisk.operators import queue_of
from domain.audit import AuditAction, Subject
from domain.errors import InputError
from domain.operator import Operator
from domain.operator_phone import PhoneKind
from domain.user import Actor, User
from ledger.books import Transaction

SECRET_BYTES = 12


def change_skills(
    tx: Transaction, login: str, skills: Sequence[str], *, by: Actor, now: datetime
) -> Operator:
    """Replace what he can take, the best first. InputError for a name that can be no skill's."""
    try:
        for skill in skills:
            queue_of(skill)
    except InputError as fault:
        raise InputError(fault.what, where="skills", remedy=fault.remedy) from fault
    changed = tx.operators.set_skills(login, skills)
    note(tx, AuditAction.SKILLS_CHANGED, login, by=by, now=now, skills=list(changed.skills))
    return changed


def give_phone(tx: Transaction, user: User, *, by: Actor, now: datetime) -> Operator:
    """A phone in the browser for somebody who is no operator, so that he can listen; he sits at no desk with it.

    He becomes the operator of his own login, without a wrap-up. InputError when that one is another user's.
    """
    known = next((one for one in tx.operators.all() if one.login == user.login), None)
    mine = known or tx.operators.add(user.login, user.name, [], secrets.token_hex(SECRET_BYTES), 0)
    tx.operators.set_phone(mine.login, PhoneKind.BROWSER)
    tx.users.set_role(user.id, user.role, mine.id)
    note(tx, AuditAction.PHONE_GIVEN, mine.login, by=by, now=now)
    return mine


def note(
    tx: Transaction, action: AuditAction, login: str, *, by: Actor, now: datetime, **detail: object
) -> None:
    """A line of the audit log about an operator."""
    tx.audit_log.add(
        by.user, action, subject=Subject("operator", login), detail=detail, address=by.address, now=now
    )
