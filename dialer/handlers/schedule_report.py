"""Scheduling reports: checked when they are asked for, so that none fails at night for a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dialer.reports.catalogue import report_named
from dialer.reports.render import Format
from dialer.settings import Settings
from domain.audit import AuditAction, Subject
from domain.errors import InputError
from domain.schedule import Schedule
from domain.user import Actor
from ledger.transaction import Transaction


def schedule_report(
    tx: Transaction, wanted: Schedule, settings: Settings, actor: Actor, now: datetime
) -> Schedule:
    """Make it whenever a period is over. InputError for what cannot be made, or brought there."""
    report = report_named(wanted.report)
    if report.of_campaign or wanted.campaign:
        if not wanted.campaign:
            raise InputError("this report is of one campaign", where="--campaign", remedy="name it")
        tx.campaigns.named(wanted.campaign)
    if wanted.format not in set(Format):
        raise InputError(f"no format {wanted.format!r}", remedy=f"formats: {', '.join(Format)}")
    if not 0 <= wanted.hour <= 23:
        raise InputError(f"{wanted.hour} is no hour", where="hour", remedy="0 to 23")
    if "@" in wanted.target and not settings.mail.host:
        raise InputError(
            "there is no mail server", where="DOZVON_MAIL__HOST", remedy="set it, or name a folder"
        )
    try:
        ZoneInfo(wanted.zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InputError(f"no zone {wanted.zone!r}", remedy="e.g. Europe/Moscow") from error
    author = f"user {actor.user}" if actor.user else actor.address
    made = tx.schedules.add(replace(wanted, author=author), wanted.next_after(now))
    _note(tx, made, AuditAction.REPORT_SCHEDULED, actor, now)
    return made


def unschedule_report(tx: Transaction, id: int, actor: Actor, now: datetime) -> Schedule:
    """Make it no more. InputError when there is none."""
    gone = tx.schedules.remove(id)
    _note(tx, gone, AuditAction.REPORT_UNSCHEDULED, actor, now)
    return gone


def _note(tx: Transaction, schedule: Schedule, action: AuditAction, actor: Actor, now: datetime) -> None:
    detail = {"report": schedule.report, "campaign": schedule.campaign, "target": schedule.target}
    of = Subject("report", str(schedule.id))
    tx.audit_log.add(actor.user, action, subject=of, detail=detail, address=actor.address, now=now)
