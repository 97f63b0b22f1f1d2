"""Lines of the audit log: what a visitor has done, and what he asked for that is another's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from fastapi import Request

from agent_console.access.refusals import Refused
from agent_console.access.visitor import Visitor
from agent_console.page import services_of
from domain.audit import AuditAction, Subject
from ledger.books import Transaction


def noted(
    tx: Transaction, visitor: Visitor, action: AuditAction, subject: Subject, now: datetime, **detail: object
) -> None:
    """Log it in the transaction that does it; ``detail`` must be JSON."""
    by = visitor.actor
    tx.audit_log.add(by.user, action, subject=subject, detail=detail, address=by.address, now=now)


@asynccontextmanager
async def refusals_noted(request: Request, visitor: Visitor, subject: Subject) -> AsyncIterator[None]:
    """Whatever is refused in here is in the log: he asked for what is another's."""
    try:
        yield
    except Refused:
        services, page = services_of(request), request.url.path
        now = services.now()
        await services.write(lambda tx: noted(tx, visitor, AuditAction.PAGE_REFUSED, subject, now, page=page))
        raise
