"""The audit log in the books: append-only, read page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, insert, select, tuple_

from domain.audit import AuditAction, AuditEntry, Subject
from domain.user import UserId
from ledger.tables import table
from ledger.user_tables import AuditRow, UserRow

AUDIT, USER = table(AuditRow), table(UserRow)
PAGE = 100


class AuditKey(NamedTuple):
    """A place in the log: the time of a line, and its id."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """Which lines are looked for: whatever is not told fits all. ``until`` is not in."""

    user: UserId | None = None
    subject: Subject | None = None
    action: AuditAction | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[Any]:
        """As SQL."""
        told = [
            self.user is not None and AUDIT.c.user_id == self.user,
            self.action is not None and AUDIT.c.action == self.action,
            self.since is not None and AUDIT.c.at >= self.since,
            self.until is not None and AUDIT.c.at < self.until,
        ]
        if self.subject is not None:
            told += [AUDIT.c.subject_kind == self.subject.kind, AUDIT.c.subject_id == self.subject.id]
        return [one for one in told if one is not False]


EVERYTHING = AuditSearch()


@dataclass(frozen=True)
class AuditLog:
    """Repository of audit lines. Nothing here changes or deletes one."""

    connection: Connection

    def add(
        self,
        user: UserId | None,
        action: AuditAction,
        *,
        subject: Subject | None = None,
        detail: Mapping[str, Any] | None = None,
        address: str = "",
        now: datetime,
    ) -> None:
        """Write a line; ``detail`` must be JSON."""
        row = {
            "at": now,
            "user_id": user,
            "action": action.value,
            "subject_kind": subject.kind if subject else "",
            "subject_id": subject.id if subject else "",
            "address": address,
            "detail": orjson.dumps(detail or {}, option=orjson.OPT_SORT_KEYS).decode(),
        }
        self.connection.execute(insert(AUDIT).values(row))

    def page(
        self, search: AuditSearch = EVERYTHING, *, before: AuditKey | None = None, size: int = PAGE
    ) -> list[AuditEntry]:
        """The lines that were written before that one, the newest first."""
        query = select(AUDIT, USER.c.login).outerjoin(USER, USER.c.id == AUDIT.c.user_id)
        query = query.where(*search.conditions())
        if before is not None:
            query = query.where(tuple_(AUDIT.c.at, AUDIT.c.id) < tuple_(before.at, before.id))
        query = query.order_by(AUDIT.c.at.desc(), AUDIT.c.id.desc()).limit(size)
        return [_entry(row) for row in self.connection.execute(query)]


def _entry(row: Any) -> AuditEntry:
    return AuditEntry(
        row.id,
        row.at,
        None if row.user_id is None else UserId(row.user_id),
        row.login or "",
        row.action,
        Subject(row.subject_kind, row.subject_id) if row.subject_kind else None,
        row.address,
        orjson.loads(row.detail),
    )
