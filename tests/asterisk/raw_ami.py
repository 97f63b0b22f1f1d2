"""A bare manager session for tests: what Asterisk really says, without our own link between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from asterisk.node import NodePlan
from asterisk.touch_header import touch_variable
from tests.polling import PATIENCE_S

Message = dict[str, str]


class RawAmi:
    """Sends actions and keeps every message that came."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.messages: list[Message] = []

    async def send(self, **headers: str) -> None:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._writer.write(f"{lines}\r\n".encode())
        await self._writer.drain()

    async def originate(
        self,
        touch: str,
        number: str,
        context: str,
        *,
        timeout_ms: int = 20_000,
        port: int | None = None,
        caller: str = "",
    ) -> None:
        """Calls ``number`` at the carrier, or at the one that listens on ``port``."""
        other = f"PJSIP/carrier/sip:{number}@127.0.0.1:{port}"
        await self.send(
            Action="Originate",
            ActionID=touch,
            ChannelId=touch,
            Channel=other if port else f"PJSIP/{number}@carrier",
            Context=context,
            Exten="s",
            Priority="1",
            Timeout=str(timeout_ms),
            CallerID=caller,
            Async="true",
            Variable=touch_variable(touch),
        )

    async def until(self, count: int, *, seconds: float = PATIENCE_S, **wanted: str) -> list[Message]:
        """Reads on until ``count`` messages with these headers have come."""
        found = self.matching(**wanted)
        async with asyncio.timeout(seconds):
            while len(found) < count:
                block = await self._reader.readuntil(b"\r\n\r\n")
                pairs = (line.partition(": ")[::2] for line in block.decode().split("\r\n") if ": " in line)
                self.messages.append(dict(pairs))
                found += [message for message in self.messages[-1:] if fits(message, wanted)]
        return found

    async def to_the_end(self) -> None:
        """Reads all that comes until Asterisk closes the session."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await self.until(1, Event="no such event")

    def matching(self, **wanted: str) -> list[Message]:
        return [message for message in self.messages if fits(message, wanted)]


def fits(message: Message, wanted: Message) -> bool:
    return all(message.get(name) == value for name, value in wanted.items())


@asynccontextmanager
async def raw_ami(plan: NodePlan, *, secret: str | None = None) -> AsyncIterator[RawAmi]:
    """A logged-in session (or one whose login was refused, with a wrong ``secret``)."""
    reader, writer = await asyncio.open_connection("127.0.0.1", plan.ami_port)
    session = RawAmi(reader, writer)
    try:
        await session.send(
            Action="Login", Username=plan.ami_user, Secret=secret or plan.ami_secret, ActionID="login"
        )
        await session.until(1, ActionID="login")
        yield session
    finally:
        writer.close()
        await writer.wait_closed()
