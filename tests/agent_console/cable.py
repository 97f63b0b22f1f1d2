"""A network of the test's own between a browser and a server, which can be cut as no browser's offline mode does."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from asterisk.ports import LOOPBACK

CHUNK = 1 << 16


@dataclass
class Cable:
    """All connections to ``port`` go on to the port ``leads_to`` of this machine, which may change."""

    leads_to: int
    port: int = 0
    _whole: asyncio.Event = field(default_factory=asyncio.Event)
    _links: set[asyncio.Task[None]] = field(default_factory=set)

    def cut(self) -> None:
        """From now on nothing comes through, and nobody is told: connections stay, as behind a plug that is pulled."""
        self._whole.clear()

    def mend(self) -> None:
        """What was sent meanwhile arrives."""
        self._whole.set()

    async def link(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Carry one connection until either end closes it, or the server is not there."""
        task = asyncio.current_task()
        assert task
        self._links.add(task)
        try:
            await self._whole.wait()
            with suppress(OSError):
                there = await asyncio.open_connection(LOOPBACK, self.leads_to)
                await self._both_ways((reader, writer), there)
        finally:
            self._links.discard(task)
            writer.close()

    async def _both_ways(
        self, here: tuple[StreamReader, StreamWriter], there: tuple[StreamReader, StreamWriter]
    ) -> None:
        ways = [
            asyncio.ensure_future(self._carry(here[0], there[1])),
            asyncio.ensure_future(self._carry(there[0], here[1])),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            there[1].close()

    async def _carry(self, reader: StreamReader, writer: StreamWriter) -> None:
        while chunk := await reader.read(CHUNK):
            await self._whole.wait()
            writer.write(chunk)
            await writer.drain()

    async def close(self) -> None:
        """Every connection is gone."""
        for link in self._links:
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)


@asynccontextmanager
async def cable(leads_to: int = 0) -> AsyncIterator[Cable]:
    """A cable that is whole."""
    laid = Cable(leads_to)
    laid.mend()
    server = await asyncio.start_server(laid.link, LOOPBACK)
    laid.port = server.sockets[0].getsockname()[1]
    try:
        yield laid
    finally:
        server.close()
        await laid.close()
