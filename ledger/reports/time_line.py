"""What was changed, when and by whom: publications of strategies, and what was done to campaigns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

import orjson
from sqlalchemy import Connection, select

from domain.audit import AuditAction
from ledger.tables import CampaignRow, table
from ledger.user_tables import AuditRow, UserRow
from ledger.version_tables import PublicationRow, TextVersionRow

AUDIT, CAMPAIGN = table(AuditRow), table(CampaignRow)
PUBLICATION, USER = table(PublicationRow), table(UserRow)
VERSION = table(TextVersionRow)
DONE_TO_CAMPAIGNS = (AuditAction.CAMPAIGN_CREATED, AuditAction.CAMPAIGN_STATUS, AuditAction.CAMPAIGN_CAPS)
CAMPAIGN_SUBJECT = "campaign"


@dataclass(frozen=True, slots=True)
class Mark:
    """A change at an instant: ``kind`` is publish, rollback or an `AuditAction`, ``what`` it came to."""

    at: datetime
    kind: str
    what: str
    who: str
    campaign: str = ""


def time_line(connection: Connection, since: datetime, until: datetime, campaign: str = "") -> list[Mark]:
    """The changes within ``[since, until)`` in order, of all campaigns or of what one campaign runs."""
    marks = (*_published(connection, since, until, campaign), *_done(connection, since, until, campaign))
    return sorted(marks, key=attrgetter("at"))


def _published(connection: Connection, since: datetime, until: datetime, campaign: str) -> Iterator[Mark]:
    rows = (
        select(PUBLICATION.c.at, PUBLICATION.c.kind, PUBLICATION.c.author, VERSION.c.name, VERSION.c.number)
        .join(VERSION, VERSION.c.id == PUBLICATION.c.version_id)
        .where(PUBLICATION.c.at >= since, PUBLICATION.c.at < until)
        .order_by(PUBLICATION.c.id)
    )
    if campaign:
        runs = select(VERSION.c.name).join(CAMPAIGN, CAMPAIGN.c.wanted_version_id == VERSION.c.id)
        rows = rows.where(PUBLICATION.c.name.in_(runs.where(CAMPAIGN.c.name == campaign)))
    for at, kind, author, name, number in connection.execute(rows):
        yield Mark(at, kind, f"{name}@{number}", author)


def _done(connection: Connection, since: datetime, until: datetime, campaign: str) -> Iterator[Mark]:
    rows = (
        select(AUDIT.c.at, AUDIT.c.action, AUDIT.c.detail, AUDIT.c.address, USER.c.login, AUDIT.c.subject_id)
        .outerjoin(USER, USER.c.id == AUDIT.c.user_id)
        .where(
            AUDIT.c.at >= since,
            AUDIT.c.at < until,
            AUDIT.c.action.in_([action.value for action in DONE_TO_CAMPAIGNS]),
        )
        .order_by(AUDIT.c.at, AUDIT.c.id)
    )
    if campaign:
        rows = rows.where(AUDIT.c.subject_kind == CAMPAIGN_SUBJECT, AUDIT.c.subject_id == campaign)
    for at, action, detail, address, login, of in connection.execute(rows):
        yield Mark(at, action, _words(orjson.loads(detail)), login or address, of)


def _words(detail: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in detail.items())
