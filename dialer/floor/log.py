"""The operators' log on its way to the ledger: in order, a few times a second, never dropped."""

from __future__ import annotations

import asyncio

import structlog

from dialer.ledger_thread import LedgerThread
from domain.errors import EnvironmentFault
from domain.operator import StateChange
from ledger.books import Books

log = structlog.get_logger(__name__)

FLUSH_S = 0.2
RETRY_S = 1.0
BATCH = 500


class FloorLog:
    """Collects on the event loop, writes in the ledger's thread."""

    def __init__(self, books: Books, ledger: LedgerThread) -> None:
        self._books, self._ledger = books, ledger
        self._waiting: list[StateChange] = []
        self._writing: asyncio.Task[None] | None = None
        self._stuck = False

    def add(self, change: StateChange) -> None:
        """Somebody's state changed."""
        self._waiting.append(change)

    async def run(self) -> None:
        """Flush for ever; after a cancellation call `flush` once more."""
        while True:
            await asyncio.sleep(RETRY_S if self._stuck else FLUSH_S)
            await self.flush()

    async def flush(self) -> None:
        """Write what is collected; on a database fault keep it and say so. What is being written when this is cancelled
        is written once all the same: the next flush waits for it.
        """
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all(), name="operators' log")
        await asyncio.shield(self._writing)

    async def _write_all(self) -> None:
        while batch := self._waiting[:BATCH]:
            try:
                await self._ledger.run(self._write, batch)
            except EnvironmentFault as fault:
                log.error("operators_log_refused", fault=str(fault), waiting=len(self._waiting))
                self._stuck = True
                return
            del self._waiting[: len(batch)]
            self._stuck = False

    def _write(self, batch: list[StateChange]) -> None:
        with self._books.write() as tx:
            tx.operators.append_log(batch)
