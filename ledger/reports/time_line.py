"""What was changed, when and by whom: publications of strategies and scripts, and what was done to campaigns."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

import orjson
from sqlalchemy import Connection, and_, or_, select

from domain.audit import AuditAction
from domain.version import VersionKind
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
    """A change at an instant: ``kind`` is publish or rollback, of a script with that word before it, or an
    `AuditAction`; ``what`` it came to.
    """

    at: datetime
    kind: str
    what: str
    who: str
    campaign: str = ""


def time_line(
    connection: Connection,
    since: datetime,
    until: datetime,
    campaign: str = "",
    scripts: Collection[str] = (),
) -> list[Mark]:
    """The changes within ``[since, until)`` in order: of everything, or of one campaign with the strategy that it runs
    and these ``scripts``.
    """
    published = _published(connection, since, until, campaign, scripts)
    return sorted((*published, *_done(connection, since, until, campaign)), key=attrgetter("at"))


def _published(
    connection: Connection, since: datetime, until: datetime, campaign: str, scripts: Collection[str]
) -> Iterator[Mark]:
    rows = (
        select(
            *(PUBLICATION.c.at, PUBLICATION.c.kind, PUBLICATION.c.author),
            *(VERSION.c.kind, VERSION.c.name, VERSION.c.number),
        )
        .join(VERSION, VERSION.c.id == PUBLICATION.c.version_id)
        .where(PUBLICATION.c.at >= since, PUBLICATION.c.at < until)
        .order_by(PUBLICATION.c.id)
    )
    if campaign:
        runs = select(VERSION.c.name).join(CAMPAIGN, CAMPAIGN.c.wanted_version_id == VERSION.c.id)
        strategy = VERSION.c.name.in_(runs.where(CAMPAIGN.c.name == campaign))
        rows = rows.where(
            or_(
                and_(VERSION.c.kind == VersionKind.STRATEGY.value, strategy),
                and_(VERSION.c.kind == VersionKind.SCRIPT.value, VERSION.c.name.in_(sorted(scripts))),
            )
        )
    for at, kind, author, of, name, number in connection.execute(rows):
        done = kind if of == VersionKind.STRATEGY else f"{of} {kind}"
        yield Mark(at, done, f"{name}@{number}", author)


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
