"""``dozvon messages``: a post room on a thread of its own, and in the main thread the worker that feeds it.

RQ wants the main thread (it sets signal handlers); the links of providers want an event loop that is never held up.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress

import structlog
import uvloop
from redis.asyncio import Redis

from dialer.clock import Clock, SystemClock
from dialer.heartbeat import Heartbeat
from dialer.jobs.messages import feed_to
from dialer.jobs.queue import MESSAGES, run_worker
from dialer.messages.counter import Counter
from dialer.messages.http import HttpProvider
from dialer.messages.provider import Provider
from dialer.messages.room import PostRoom
from dialer.messages.server import listening
from dialer.messages.settings import ProviderSettings
from dialer.messages.smpp import SmppProvider
from dialer.messages.webhooks import Webhooks
from dialer.messages.works import Works
from dialer.settings import Settings
from domain.errors import EnvironmentFault, InputError
from ledger.books import Books

log = structlog.get_logger(__name__)

REDIS_AGAIN_S = 3.0


def provider_of(settings: ProviderSettings, clock: Clock) -> Provider:
    """The adapter that the settings ask for. InputError when its file is wrong."""
    if settings.protocol == "smpp":
        return SmppProvider(settings, clock.now)
    return HttpProvider(settings, clock.now)


def run_messages(settings: Settings, announce: Callable[[str], None]) -> None:
    """Send and receive until SIGTERM or SIGINT; what is with a provider then is waited for.

    Without Redis the sweep alone finds what is to be sent. InputError without providers.
    """
    if not settings.providers:
        raise InputError("nobody carries messages", where="DOZVON_PROVIDERS", remedy="see docs/providers.md")
    books = Books.open(settings.database_url)
    room = _RoomThread(settings, books, announce)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    room.start()
    feed_to(room.feed)
    try:
        _feed(settings.redis_url, room, ended)
    finally:
        feed_to(None)
        room.stop()
        books.close()


def _feed(redis_url: str, room: _RoomThread, ended: threading.Event) -> None:
    while not ended.is_set() and room.is_alive():
        try:
            run_worker(redis_url, queues=(MESSAGES,))
            return
        except EnvironmentFault as fault:
            log.warning("no_jobs", fault=str(fault))
            ended.wait(REDIS_AGAIN_S)


class _RoomThread(threading.Thread):
    """The event loop of the post room."""

    def __init__(self, settings: Settings, books: Books, announce: Callable[[str], None]) -> None:
        super().__init__(name="post room", daemon=True)
        self._settings, self._books, self._announce = settings, books, announce
        self._loop = uvloop.new_event_loop()
        self._room: PostRoom | None = None
        self._ready = threading.Event()
        self._fault: BaseException | None = None

    def start(self) -> None:
        """Return when it is at work; raises what kept it from that."""
        super().start()
        self._ready.wait()
        if self._fault:
            raise self._fault

    def run(self) -> None:
        """The thread."""
        try:
            self._loop.run_until_complete(self._work())
        except BaseException as fault:  # whoever waits for the thread raises it
            self._fault = fault
            log.error("post_room_ended", fault=str(fault) or type(fault).__name__)
            if self._room is not None:
                os.kill(os.getpid(), signal.SIGTERM)  # a worker without a post room is of no use
        finally:
            self._ready.set()
            self._loop.close()

    def feed(self, kind: str, touches: list[str]) -> None:
        """Give it messages from another thread."""
        assert self._room is not None, "it has started"
        self._loop.call_soon_threadsafe(self._room.give, kind, touches)

    def stop(self) -> None:
        """End it, and wait for that; raises what it ended by."""
        if self.is_alive() and self._room is not None:
            self._loop.call_soon_threadsafe(self._room.stop)
        self.join()
        if self._fault:
            raise self._fault

    async def _work(self) -> None:
        settings, clock = self._settings, SystemClock(self._settings.clock_ahead)
        works = Works(settings)
        read_ahead(self._books, works)
        gc.freeze()  # what is there by now stays: the collector need not look at it again
        counters = [Counter(provider_of(one, clock), one) for one in settings.providers]
        room = PostRoom(self._books, works, clock, counters)
        webhooks = Webhooks(settings.providers, room.keep, clock.now)
        async with listening(settings.messages, webhooks) as port:
            if port is not None:
                where = f"http://{settings.messages.host}:{port}/providers/NAME"
                self._announce(f"webhooks at {where}/receipts and {where}/replies")
            self._room = room
            self._ready.set()
            await self._beside(Heartbeat("messages", clock, lambda: facts_of(room)), room)

    async def _beside(self, heart: Heartbeat, room: PostRoom) -> None:
        redis: Redis = Redis.from_url(self._settings.redis_url)
        beating = asyncio.create_task(heart.run(redis))
        try:
            await room.run()
        finally:
            beating.cancel()
            await redis.aclose()


def read_ahead(books: Books, works: Works) -> None:
    """Read what campaigns work by before a message waits for it; what cannot be read is told when one needs it."""
    with suppress(InputError, EnvironmentFault), books.read() as tx:
        for campaign in tx.campaigns.under_way():
            works.of(tx, campaign.id)


def facts_of(room: PostRoom) -> dict[str, dict[str, object]]:
    """What a post room tells of itself: of each provider whether he is well, and how many messages wait for him."""
    return {name: {"well": well, "waiting": waiting} for name, well, waiting in room.states()}
