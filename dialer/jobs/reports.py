"""Scheduled reports: made by the workers when a period is over, into a folder or to an address."""

from __future__ import annotations

from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from dialer.clock import SystemClock
from dialer.reports.ask import ReportAsk
from dialer.reports.catalogue import make_report
from dialer.reports.mail import send_mail
from dialer.reports.render import MEDIA_TYPES, Format, file_name, render
from dialer.settings import Settings, load_settings
from domain.errors import DozvonError, EnvironmentFault
from domain.said import Say
from domain.schedule import Schedule
from domain.user import Language
from ledger.books import Books

log = structlog.get_logger(__name__)

CATALOGUES = "agent_console.report_words"
"""The words of the screens, a floor above: imported late, by name."""


def make_scheduled(schedule: int, today: str) -> str:
    """The job: makes the report for the period that was over on the day ``today``; answers where it went."""
    settings = load_settings()
    books = Books.open(settings.database_url)
    try:
        now = SystemClock(settings.clock_ahead).now()
        return make_now(books, settings, schedule, date.fromisoformat(today), now)
    finally:
        books.close()


def make_now(books: Books, settings: Settings, id: int, today: date, now: datetime) -> str:
    """Make it, bring it there and note what came of it; answers where it went, or why it did not."""
    with books.read() as tx:
        schedule = tx.schedules.get(id)
    try:
        where = _bring(books, settings, schedule, today, now)
    except DozvonError as fault:
        log.error("report_not_made", schedule=id, fault=str(fault))
        _note(books, id, now, str(fault))
        return str(fault)
    _note(books, id, now)
    return where


def _bring(books: Books, settings: Settings, schedule: Schedule, today: date, now: datetime) -> str:
    since, until = schedule.period.days(today)
    ask = ReportAsk(since, until, now, settings, schedule.campaign)
    with books.read() as tx:
        document = make_report(tx, schedule.report, ask)
    format = Format(schedule.format)
    say = say_in(settings.language)
    file, name = render(document, format, say), file_name(document, format)
    if "@" in schedule.target:
        subject = f"{say(document.title)} {schedule.campaign} {since} – {until}".replace("  ", " ")
        send_mail(settings.mail, schedule.target, subject, file, name, MEDIA_TYPES[format])
        return schedule.target
    path = Path(schedule.target) / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file)
    except OSError as error:
        raise EnvironmentFault(f"cannot be written: {error.strerror}", where=str(path)) from error
    return str(path)


def say_in(language: Language) -> Say:
    """Says the words of reports as the screens say them."""
    say: Say = import_module(CATALOGUES).say_in(language.value)
    return say


def _note(books: Books, id: int, now: datetime, fault: str = "") -> None:
    with books.write() as tx:
        tx.schedules.made(id, now, fault)


def today_of(schedule: Schedule, now: datetime) -> str:
    """The day that a schedule's clock shows."""
    return now.astimezone(ZoneInfo(schedule.zone)).date().isoformat()
