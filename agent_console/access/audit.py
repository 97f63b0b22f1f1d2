"""One line of the audit log for what a visitor has done."""

from __future__ import annotations

from datetime import datetime

from agent_console.access.visitor import Visitor
from domain.audit import AuditAction, Subject
from ledger.books import Transaction


def noted(
    tx: Transaction, visitor: Visitor, action: AuditAction, subject: Subject, now: datetime, **detail: object
) -> None:
    """Log it in the transaction that does it; ``detail`` must be JSON."""
    by = visitor.actor
    tx.audit_log.add(by.user, action, subject=subject, detail=detail, address=by.address, now=now)
