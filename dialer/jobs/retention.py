"""Retention: the workers delete recordings whose time is over."""

from __future__ import annotations

from datetime import date

from dialer.recordings import expire_recordings
from dialer.settings import load_settings
from ledger.books import Books


def expire(day: str) -> int:
    """The job of a day (ISO): deletes what may be deleted; answers how many recordings that were."""
    settings = load_settings()
    books = Books.open(settings.database_url)
    try:
        return expire_recordings(books, settings, date.fromisoformat(day)).deleted
    finally:
        books.close()
