"""What the pages work with: the books, Redis, the clock and the settings, put together by `create_app`'s caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from redis.asyncio import Redis

from dialer.clock import Clock
from dialer.settings import Settings
from ledger.books import Books, Transaction

T = TypeVar("T")

READERS = 8
"""So many pages read at once; more would only wait for each other in the database."""


@dataclass(frozen=True)
class Services:
    """Everything that a request needs; one for each process."""

    settings: Settings
    books: Books
    redis: Redis
    clock: Clock
    _readers: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(READERS))
    _writer: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))

    def now(self) -> datetime:
        """This instant, aware UTC."""
        return self.clock.now()

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """Ask the books something, in a thread of its own."""

        def ask() -> T:
            with self.books.read() as tx:
                return work(tx)

        return await to_thread.run_sync(ask, limiter=self._readers)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Change the books in one transaction; it may be tried again, so ``work`` has no other effects."""
        return await to_thread.run_sync(self.books.attempt, work, limiter=self._writer)
