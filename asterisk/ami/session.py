"""One connection to Asterisk's manager interface, from dialling it to its loss.

panoramisk logs in and matches answers to actions. A new `Session` is made for every connection, so nothing
that was asked of an old one can be sent again on a new one.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager
from panoramisk.message import Message

from asterisk.ami.actions import AnswerAction
from asterisk.ami.messages import AmiMessage
from asterisk.ami.parse import MessageReader, NotAmi
from domain.errors import LinkDown

CONNECT_S = 5.0
MISSED_BEATS = 2
MOST_UNSENT_BYTES = 65_536
"""More than this unsent means that Asterisk does not read: calls written now would be placed late."""


@dataclass(frozen=True, slots=True)
class AmiAddress:
    """Where a manager interface listens, and the user to log in as."""

    host: str
    port: int
    username: str
    secret: str

    def __str__(self) -> str:
        return f"{self.username}@{self.host}:{self.port}"

    def __repr__(self) -> str:
        return f"AmiAddress({self})"


class LoginRefused(Exception):
    """Asterisk does not accept the user or the secret."""


class Session(Manager):  # type: ignore[misc]  # panoramisk is untyped
    """One connection. `up` is called at FullyBooted, `receive` with the messages of one read that nobody awaits."""

    def __init__(
        self,
        address: AmiAddress,
        receive: Callable[[list[AmiMessage]], None],
        up: Callable[[], None],
        beat_s: float,
    ) -> None:
        super().__init__(
            host=address.host,
            port=address.port,
            username=address.username,
            secret=address.secret,
            protocol_factory=lambda: _Protocol(self),
            log=_quiet_log(),
        )
        self.ping_delay = self.ping_interval = beat_s
        self.up = False
        self.paused = False
        self.malformed = 0
        self._receive, self._on_up = receive, up
        self._missed_beats = 0
        self._over: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def run(self) -> str:
        """Connect, stay until the connection is lost and return why; LoginRefused when we may not log in."""
        try:
            async with asyncio.timeout(CONNECT_S):
                await self.connect()
            return await self._over
        except TimeoutError:
            return f"no connection within {CONNECT_S:.0f} s"
        except OSError as error:
            return _reason_of(error)
        finally:
            self.end("closed by us")

    def end(self, reason: str) -> None:
        """Drop the connection at once; whoever waits for an answer gets LinkDown."""
        self.up = False
        if not self._over.done():
            self._over.set_result(reason)
        self.close()

    def write(self, data: bytes) -> None:
        """Write now or not at all: LinkDown when Asterisk has stopped reading."""
        transport = self.protocol.transport
        if transport.get_write_buffer_size() > MOST_UNSENT_BYTES:
            raise LinkDown("Asterisk does not read what is sent to it")
        transport.write(data)

    async def ask(self, action: AnswerAction, timeout: float) -> list[AmiMessage]:
        """Send the action and wait for its answer; LinkDown when none comes in time."""
        try:
            async with asyncio.timeout(timeout):
                await self.send_action(action, as_list=action.as_list)
        except TimeoutError as error:
            raise LinkDown(f"no answer to {action.action} within {timeout:g} s") from error
        finally:
            self.responses.pop(action.id, None)
        return action.answer()

    def pause(self) -> None:
        """Read nothing more until `resume`; the heartbeat waits too."""
        if not self.paused and not self.protocol.transport.is_closing():
            self.protocol.transport.pause_reading()
            self.paused = True

    def resume(self) -> None:
        """Read on."""
        if self.paused and not self.protocol.transport.is_closing():
            self.paused = False
            self.protocol.transport.resume_reading()

    def take(self, messages: list[AmiMessage]) -> None:
        """Sort one read's messages: answers to those who wait, all the others in order to `receive`."""
        self._missed_beats = 0
        unasked = []
        for message in messages:
            if self.responses and message.get("ActionID") in self.responses:
                self.protocol.handle_message(Message(message))
            elif not self.up and message.get("Event") == "FullyBooted":
                self.up = True
                self._on_up()
            else:
                unasked.append(message)
        if unasked:
            self._receive(unasked)

    def connection_made(self, connecting: asyncio.Task[Any]) -> None:
        """Log in; panoramisk would start its own reconnection when connecting failed."""
        if not connecting.cancelled() and connecting.exception() is None and not self._over.done():
            super().connection_made(connecting)

    def login(self, answered: asyncio.Future[Message]) -> None:
        """Take the answer to the log-in."""
        if answered.exception() is None and not answered.result().success and not self._over.done():
            self._over.set_exception(LoginRefused())

    def ping(self) -> None:
        """One heartbeat; a peer that was silent for too many of them is gone, whatever TCP says."""
        self._missed_beats = 0 if self.paused else self._missed_beats + 1
        if self._missed_beats > MISSED_BEATS:
            self.end(f"silent for {MISSED_BEATS * self.ping_interval:g} s")
        else:
            super().ping()


class _Protocol(AMIProtocol):  # type: ignore[misc]  # panoramisk is untyped
    """panoramisk's protocol with our reader; a closed one fails all who wait instead of asking again."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._reader = MessageReader()

    def data_received(self, data: bytes) -> None:
        if self.closed:
            return
        try:
            messages = self._reader.feed(data)
        except NotAmi as fault:
            self._session.end(str(fault))
        else:
            self._session.malformed = self._reader.malformed
            self._session.take(messages)

    def connection_lost(self, error: Exception | None) -> None:
        self._session.end(str(error) if error else "Asterisk closed the connection")

    def close(self) -> None:
        self.closed = True
        self.transport.abort()
        for action in self.responses.values():
            if not action.future.done():
                action.future.set_exception(LinkDown("the link was lost before the answer"))
                action.future.exception()  # a heartbeat or log-in has nobody who would retrieve it
        self.responses.clear()


def _reason_of(error: OSError) -> str:
    """The system's words for it; the numbers of an unknown host's name are negative and not the system's."""
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or str(error)


def _quiet_log() -> logging.Logger:
    """panoramisk logs whole actions, secret included, so it gets no ear."""
    log = logging.getLogger("asterisk.ami.panoramisk")
    log.disabled = True
    return log
