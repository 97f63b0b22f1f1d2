"""The audit log: searched by user, subject, action and time, page by page however long it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.datastructures import URL

from agent_console.forms import asked
from agent_console.page import page, services_of, told
from domain.audit import AuditAction, AuditEntry, Subject
from domain.errors import InputError
from ledger.audit_log import PAGE, AuditKey, AuditSearch
from ledger.books import Transaction

router = APIRouter()

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEAR = date(1000, 1, 1)
FAR = date(9000, 1, 1)
"""Days of the calendar's first and last years do not exist in all zones."""


class Search(BaseModel):
    """What is looked for; ``before`` is the last line that was seen."""

    user: str = Field(default="", max_length=64)
    kind: str = Field(default="", max_length=32)
    subject: str = Field(default="", max_length=200)
    action: AuditAction | None = None
    since: date | None = Field(default=None, lt=FAR, gt=NEAR)
    until: date | None = Field(default=None, lt=FAR, gt=NEAR)
    before: str = Field(default="", pattern=r"^(\d{1,19}-\d{1,18})?$")


@router.get("/audit")
async def audit(request: Request) -> Response:
    """The lines that fit the search, the newest first, and the way to older ones."""
    given, form = asked(request, Search)
    lines: list[AuditEntry] = []
    if given is not None:
        services = services_of(request)
        zone = ZoneInfo(services.settings.zone)
        try:
            lines = await services.read(lambda tx: _found(tx, given, zone))
        except InputError:
            form = form.with_fault("user", told(request, "Nobody has this login"))
    older = _older(request.url, lines[-1]) if len(lines) == PAGE else ""
    status = 422 if form.faults else 200
    return page(
        request,
        "admin/audit.html.j2",
        status=status,
        form=form,
        lines=lines,
        older=older,
        actions=AuditAction,
        told=_told,
    )


def _found(tx: Transaction, given: Search, zone: ZoneInfo) -> list[AuditEntry]:
    search = AuditSearch(
        user=tx.users.id_of(given.user) if given.user else None,
        subject=Subject(given.kind, given.subject) if given.kind and given.subject else None,
        action=given.action,
        since=_begins(given.since, zone),
        until=_begins(given.until + timedelta(days=1), zone) if given.until else None,
    )
    return tx.audit_log.page(search, before=_key(given.before))


def _told(entry: AuditEntry) -> list[tuple[str, str, Any, Any]]:
    """The details of a line: what kind of name each has, the name, and what it was and is; of most only what it is."""
    if "is" not in entry.detail:
        told = {name: _text(value) for name, value in entry.detail.items() if value is not None}
        return [("detail", name, "", text) for name, text in told.items() if text]
    was, becomes = entry.detail["was"] or {}, entry.detail["is"] or {}
    pairs = [(name, was.get(name) or "", becomes.get(name) or "") for name in was | becomes]
    return [("field", name, before, after) for name, before, after in pairs if before != after]


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _begins(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), zone)


def _key(text: str) -> AuditKey | None:
    """A place in the log as an address has it: microseconds since 1970, and the line's id."""
    if not text:
        return None
    at, id = text.split("-")
    try:
        return AuditKey(EPOCH + timedelta(microseconds=int(at)), int(id))
    except OverflowError:
        return None


def _older(address: URL, last: AuditEntry) -> str:
    microseconds = (last.at - EPOCH) // timedelta(microseconds=1)
    return str(address.include_query_params(before=f"{microseconds}-{last.id}").query)
