"""A wire between the dialler and a node's manager interface that a test can cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from dialer.settings import Settings


class Wire:
    """Passes bytes on while it is whole; a cut one closes what is open and takes no new connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: set[asyncio.StreamWriter] = set()
        self.whole = True

    def cut(self) -> None:
        self.whole = False
        for writer in self._open:
            writer.close()

    def mend(self) -> None:
        self.whole = True

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        if not self.whole:
            writer.close()
            return
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        self._open |= {writer, back}
        with suppress(ConnectionError):
            await asyncio.gather(_pass(reader, back), _pass(there, writer))
        self._open -= {writer, back}


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


@asynccontextmanager
async def wire_to(settings: Settings) -> AsyncIterator[tuple[Wire, Settings]]:
    """The wire to the only node, and settings that make a dialler use it."""
    (node,) = settings.nodes
    wire = Wire(node.ami_port)
    async with await asyncio.start_server(wire.carry, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield wire, settings.model_copy(update={"nodes": (node.model_copy(update={"ami_port": port}),)})
        wire.cut()
