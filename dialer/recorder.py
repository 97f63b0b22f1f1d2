"""Group commit: what happened to calls goes to the ledger a few times a second, in order, and is never dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from dialer.clock import Clock
from dialer.handlers.settle import Ended, settle
from dialer.ledger_thread import LedgerThread
from dialer.work import Work
from domain.errors import EnvironmentFault
from domain.touch import TouchId
from ledger.books import Books
from ledger.journal import Entry

log = structlog.get_logger(__name__)

FLUSH_S = 0.2
RETRY_S = 1.0
SEAL_S = 10.0
BATCH = 500


class Recorder:
    """Collects on the event loop, writes in the ledger's thread. ``stuck`` tells the campaigns to hold back."""

    def __init__(
        self, books: Books, ledger: LedgerThread, clock: Clock, work_of: Callable[[int], Work]
    ) -> None:
        self._books, self._ledger, self._clock, self._work_of = books, ledger, clock, work_of
        self._seen: list[Entry] = []
        self._ended: list[Ended] = []
        self._writing: asyncio.Task[None] | None = None
        self.stuck = False

    @property
    def idle(self) -> bool:
        """Whether everything is in the ledger."""
        return not (self._seen or self._ended)

    @property
    def waiting(self) -> set[TouchId]:
        """Calls that are over and may not be closed in the ledger yet."""
        return {ended.call.touch for ended in self._ended}

    def seen(self, entry: Entry) -> None:
        """Something was seen of a running call."""
        self._seen.append(entry)

    def ended(self, ended: Ended) -> None:
        """A call is over."""
        self._ended.append(ended)

    async def run(self) -> None:
        """Flush for ever; after a cancellation call `flush` once more."""
        while True:
            await asyncio.sleep(RETRY_S if self.stuck else FLUSH_S)
            await self.flush()

    async def flush(self) -> None:
        """Write what is collected; on a database fault keep it and say so. What is being written when this is cancelled
        is written once all the same: the next flush waits for it.
        """
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all(), name="records")
        await asyncio.shield(self._writing)

    async def _write_all(self) -> None:
        while self._seen or self._ended:
            seen, ended = self._seen[:BATCH], self._ended[:BATCH]
            try:
                await self._ledger.run(settle, self._books, self._work_of, seen, ended, self._clock.now())
            except EnvironmentFault as fault:
                log.error("ledger_refused", fault=str(fault), waiting=len(self._ended))
                self.stuck = True
                return
            del self._seen[: len(seen)], self._ended[: len(ended)]
            self.stuck = False

    async def seal(self) -> None:
        """Seal the journal from time to time, for ever."""
        while True:
            await asyncio.sleep(SEAL_S)
            try:
                await self._ledger.run(self._seal)
            except EnvironmentFault as fault:
                log.warning("seal_failed", fault=str(fault))

    def _seal(self) -> int:
        with self._books.write() as tx:
            return tx.seals.seal(self._clock.now())
