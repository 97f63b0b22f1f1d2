"""The workers' clock: gives the jobs whose time has come, from one of the workers at a time.

What is due stands in the ledger, so a Redis that is lost loses no job: it is given again. A report whose worker is
killed while it makes it is missed until its next time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from secrets import token_hex

import structlog
from redis import Redis
from redis.exceptions import RedisError

from dialer.clock import Clock
from dialer.heartbeat import FADES_S, Heartbeat
from dialer.jobs.queue import REPORTS, RETENTION, WEBHOOKS, JobQueue, waiting_jobs
from dialer.jobs.reports import make_scheduled, today_of
from dialer.jobs.retention import expire
from dialer.jobs.webhooks import deliver
from dialer.metrics import Figure
from domain.errors import DozvonError, EnvironmentFault
from ledger.books import Books
from ledger.contact_counts import forget_contacts
from ledger.packing import pack
from ledger.rolls import everybody
from ledger.tally import forget_pulse

log = structlog.get_logger(__name__)

BEAT = "dozvon:beat"
"""The Redis key of the worker that beats."""
BEAT_S, MINE_S = 1.0, 5
SEAL_EVERY, FORGET_EVERY = timedelta(seconds=30), timedelta(hours=1)
PULSE_KEPT = timedelta(days=15)


class Beat:
    """Looks once a second what is due; in a thread beside the worker's jobs."""

    def __init__(self, redis_url: str, books: Books, clock: Clock) -> None:
        self._redis, self._books, self._clock = Redis.from_url(redis_url), books, clock
        self._reports, self._webhooks = JobQueue(redis_url, REPORTS), JobQueue(redis_url, WEBHOOKS)
        self._retention, self._expired_on = JobQueue(redis_url, RETENTION), ""
        self._me, self._stop = token_hex(8), threading.Event()
        self._sealed_at = self._forgot_at = clock.now()
        self._heart = Heartbeat("worker", clock)

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Beat in a thread of its own, as long as this lasts."""
        thread = threading.Thread(target=self._run, name="beat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()
            for one in (self._reports, self._webhooks, self._retention, self._redis):
                one.close()

    def look(self) -> int:
        """Give what is due, if it is this worker's turn; answers how many jobs. EnvironmentFault, RedisError."""
        if not self._mine():
            return 0
        now = self._clock.now()
        self._care(now)
        return self._give_reports(now) + self._give_webhooks(now)

    def _run(self) -> None:
        while not self._stop.wait(BEAT_S):
            try:
                self._redis.set(self._heart.key, self._heart.sign(), ex=FADES_S)
                self.look()
            except (DozvonError, RedisError) as fault:
                log.warning("beat_missed", fault=str(fault))

    def _mine(self) -> bool:
        if self._redis.set(BEAT, self._me, nx=True, ex=MINE_S):
            return True
        mine = self._redis.get(BEAT) == self._me.encode()
        return bool(mine and self._redis.expire(BEAT, MINE_S))

    def _care(self, now: datetime) -> None:
        """Lines that no dialler seals are told nobody; what is counted for days or weeks is needed no longer."""
        self._expire(now.date().isoformat())
        if now - self._sealed_at >= SEAL_EVERY:
            self._sealed_at = now
            with self._books.write() as tx:
                tx.seals.seal(now)
        if now - self._forgot_at >= FORGET_EVERY:
            self._forgot_at = now
            with self._books.write() as tx:
                forget_pulse(tx.connection, now - PULSE_KEPT)
                forget_contacts(tx.connection, now)
            self._pack(now)

    def _pack(self, now: datetime) -> None:
        """Touches of past hours, for reports: a day at a time, so that no writer waits for long."""
        with self._books.read() as tx:
            whose = everybody(tx.connection)
        for one in whose:
            packed = 1
            while packed:
                with self._books.write() as tx:
                    packed = pack(tx.connection, one, now, days=1)

    def _give_reports(self, now: datetime) -> int:
        with self._books.read() as tx:
            due = tx.schedules.due(now)
        given = 0
        for schedule in due:
            with self._books.write() as tx:
                if tx.schedules.take(schedule, schedule.next_after(now)):
                    arguments = [[schedule.id, today_of(schedule, now)]]
                    if not self._reports.give(make_scheduled, arguments):
                        raise EnvironmentFault(
                            "Redis takes no job", remedy="the report stays due until it does"
                        )
                    given += 1
        return given

    def _give_webhooks(self, now: datetime) -> int:
        with self._books.read() as tx:
            due = tx.webhooks.due(now)
        return sum(self._webhooks.give_once(deliver, id, f"webhook-{id}") for id in due)

    def _expire(self, day: str) -> None:
        """Recordings whose time is over: once a day, and by each worker that begins to beat on it."""
        if day != self._expired_on and self._retention.give_once(expire, day, f"retention-{day}"):
            self._expired_on = day


def worker_figures(redis_url: str) -> list[Figure]:
    """The jobs that wait, for Prometheus; none without Redis."""
    try:
        waiting = waiting_jobs(redis_url)
    except EnvironmentFault:
        return []
    return [
        Figure("jobs_waiting", "Jobs that wait.", count, {"queue": name}) for name, count in waiting.items()
    ]
