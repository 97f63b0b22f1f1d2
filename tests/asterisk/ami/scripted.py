"""A server that says what a test tells it to, for the manager link to talk to."""

from __future__ import annotations

import asyncio
from typing import Self

from asterisk.ami import AmiAddress, AmiLink, AmiMessage, LinkEvent, LinkLimits
from tests.polling import PATIENCE_S

USER, SECRET = "dozvon", "very-secret"
BANNER = b"Asterisk Call Manager/11.0.0\r\n"
QUICK = LinkLimits(beat_s=0.05, first_pause_s=0.01, longest_pause_s=0.02, drain_check_s=0.001)
"""Limits that make an outage last milliseconds instead of seconds."""

Inbox = asyncio.Queue[AmiMessage | LinkEvent]
Opened = tuple[AmiLink, Inbox]


class ScriptedAsterisk:
    """Greets, answers Login and Ping, keeps all actions in `heard`; `say` sends bytes as they are."""

    def __init__(self) -> None:
        self.heard: list[dict[str, str]] = []
        self.greeting = BANNER
        self.answers_pings = True
        self.secret = SECRET
        self.logins = 0
        self._writer: asyncio.StreamWriter | None = None
        self._server: asyncio.Server | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.die()

    async def listen(self) -> None:
        """Accept connections, on the same port as before when there was one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def die(self) -> None:
        """Close the port and the connection, as a killed process does."""
        if self._server is not None:
            self._server.close()
        self.hang_up()
        if self._server is not None:
            await self._server.wait_closed()

    def hang_up(self) -> None:
        """Reset the connection and go on listening."""
        if self._writer is not None:
            self._writer.transport.abort()

    def say(self, data: bytes | str) -> None:
        """Send bytes; text is sent with its line ends turned into the protocol's."""
        assert self._writer is not None
        self._writer.write(data if isinstance(data, bytes) else data.replace("\n", "\r\n").encode())

    def names(self) -> list[str]:
        """The names of the actions heard, heartbeats left out."""
        return [action["Action"] for action in self.heard if action["Action"] != "Ping"]

    def address(self, secret: str = SECRET) -> AmiAddress:
        """Where it listens."""
        return AmiAddress("127.0.0.1", self.port, USER, secret)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        writer.write(self.greeting)
        try:
            while True:
                block = (await reader.readuntil(b"\r\n\r\n")).decode()
                action = dict(line.split(": ", 1) for line in block.strip().split("\r\n"))
                self.heard.append(action)
                self._answer(action)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, action: dict[str, str]) -> None:
        same = f"ActionID: {action['ActionID']}"
        if action["Action"] == "Login" and action["Secret"] == self.secret:
            self.logins += 1
            self.say(f"Response: Success\n{same}\nMessage: Authentication accepted\n\n")
            self.say("Event: FullyBooted\nStatus: Fully Booted\n\n")
        elif action["Action"] == "Login":
            self.say(f"Response: Error\n{same}\nMessage: Authentication failed\n\n")
        elif action["Action"] == "Ping" and self.answers_pings:
            self.say(f"Response: Success\n{same}\nPing: Pong\nTimestamp: 1.0\n\n")


def link_to(server: ScriptedAsterisk, limits: LinkLimits = QUICK) -> tuple[AmiLink, Inbox]:
    """A link to the server, not opened yet, and its inbox."""
    inbox: Inbox = asyncio.Queue()
    return AmiLink("n1", server.address(), inbox, limits), inbox


async def take(inbox: Inbox) -> AmiMessage | LinkEvent:
    """The next thing in the inbox, waited for with a bound."""
    async with asyncio.timeout(PATIENCE_S):
        return await inbox.get()
