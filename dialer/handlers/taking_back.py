"""Changes of registers: the audit log keeps what was before each, so that the last one can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from domain.audit import AuditAction, Subject
from domain.errors import InputError
from domain.user import Actor
from ledger.audit_log import AuditSearch
from ledger.transaction import Transaction

Document: TypeAlias = Mapping[str, Any]

MOST = 10_000
"""No change is of more entries."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one transaction changed; ``befores`` hold by subject what was there, None where nothing was.

    ``id`` is that of its last line in the audit log; ``login`` is empty for the command line.
    """

    id: int
    at: datetime
    login: str
    befores: Mapping[str, Document | None]


def note_change(
    tx: Transaction,
    action: AuditAction,
    subject: Subject,
    was: Document | None,
    becomes: Document | None,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """A line of the audit log, unless all is as it was. The documents must be JSON."""
    if was != becomes:
        detail = {"was": was, "is": becomes}
        tx.audit_log.add(by.user, action, subject=subject, detail=detail, address=by.address, now=now)


def last_change(tx: Transaction, action: AuditAction) -> Change | None:
    """The newest of these changes; None when there was none."""
    newest = tx.audit_log.page(AuditSearch(action=action), size=1)
    if not newest:
        return None
    last = newest[0]
    together = tx.audit_log.page(AuditSearch(last.user, action=action, since=last.at), size=MOST)
    befores = {one.subject.id: one.detail["was"] for one in together if one.subject}
    return Change(last.id, last.at, last.login, befores)


def befores_of(tx: Transaction, action: AuditAction, change: int) -> Mapping[str, Document | None]:
    """What was there before a change. InputError when it is not the last one any more."""
    last = last_change(tx, action)
    if last is None or last.id != change:
        raise InputError("something was changed after it", where="change", remedy="look at the list anew")
    return last.befores
