"""Retention: once a day the workers delete recordings whose time is over."""

from __future__ import annotations

import asyncio

from dialer.clock import SystemClock
from dialer.handlers.plan import next_night
from dialer.jobs.queue import RETENTION, JobQueue
from dialer.recordings import expire_recordings
from dialer.settings import Settings, load_settings
from ledger.books import Books

LOOK_S = 60.0


def expire() -> int:
    """The job: deletes what may be deleted; answers how many recordings that were."""
    settings = load_settings()
    books = Books.open(settings.database_url)
    try:
        return expire_recordings(books, settings, SystemClock(settings.clock_ahead).now()).deleted
    finally:
        books.close()


async def ask_each_night(settings: Settings) -> None:
    """Give the workers the job at the first look and in every night after it, for ever; without Redis, the next one."""
    clock, queue = SystemClock(settings.clock_ahead), JobQueue(settings.redis_url, RETENTION)
    due = clock.now()
    try:
        while True:
            if clock.now() >= due:
                await asyncio.to_thread(queue.give, expire, [[]])
                due = next_night(clock.now(), settings.zone)
            await asyncio.sleep(LOOK_S)
    finally:
        queue.close()
