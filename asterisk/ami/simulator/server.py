"""The simulated Asterisk's manager interface: sessions, log-in, actions."""

from __future__ import annotations

import asyncio
import hmac
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Self

from asterisk.ami.parse import headers_of
from asterisk.ami.session import AmiAddress
from asterisk.ami.simulator.channel_log import ChannelLog
from asterisk.ami.simulator.exchange import Exchange, number_in
from asterisk.ami.simulator.faults import Faults
from asterisk.ami.simulator.record import CarrierRecord
from asterisk.ami.simulator.say import message
from asterisk.ami.simulator.walk import ScriptWalk
from asterisk.town.roles import TownPlan
from domain.errors import EnvironmentFault

Headers = Mapping[str, str]
BANNER = b"Asterisk Call Manager/11.0.0\r\n"
JUNK = b"\x00\xffno header at all\r\n\r\n"


class Simulator:
    """Speaks AMI on ``address`` (port 0 takes a free one) while it is entered.

    ``clock`` gives aware times; ``record`` is the file of the carrier's record, ``channel_log`` that of the
    node's channel events; ``scripts`` are the dialplan's contexts (None: every context exists and runs a default
    script). ``time_scale`` 0.1 makes a minute 6 s. EnvironmentFault when the port is taken.
    """

    def __init__(
        self,
        address: AmiAddress,
        clock: Callable[[], datetime],
        *,
        plan: TownPlan | None = None,
        record: Path | None = None,
        channel_log: Path | None = None,
        scripts: Mapping[str, ScriptWalk] | None = None,
        time_scale: float = 1.0,
    ) -> None:
        self._address = address
        self.faults = Faults()
        self._record = CarrierRecord(record)
        self._channel_log = ChannelLog(channel_log)
        self.exchange = Exchange(
            plan or TownPlan(),
            self._record,
            self._channel_log,
            clock,
            self._broadcast,
            scripts=scripts,
            time_scale=time_scale,
        )
        self.late_events = 0
        self._sessions: set[_Session] = set()
        self._server: asyncio.Server | None = None

    @property
    def address(self) -> AmiAddress:
        """Where it listens and whom it lets in."""
        return self._address

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(self, *error: object) -> None:
        self._drop_all()
        self.exchange.crash()
        self._record.close()
        self._channel_log.close()

    async def restart(self) -> None:
        """Crash and come back at once: connections and calls are gone, automatic ids begin a new epoch."""
        self._drop_all()
        self.exchange.crash()
        await self._listen()

    def freeze(self) -> None:
        """Make the present connections half-open: they stay, but nothing is read or sent any more."""
        for session in self._sessions:
            session.frozen = True

    async def _listen(self) -> None:
        loop, at = asyncio.get_running_loop(), self._address
        try:
            self._server = await loop.create_server(
                lambda: _Session(self), at.host, at.port, reuse_address=True
            )
        except OSError as error:
            what = f"the simulator cannot listen on {at.host}:{at.port}: {os.strerror(error.errno or 0)}"
            raise EnvironmentFault(what, remedy="choose another port, or 0 for a free one") from error
        port = self._server.sockets[0].getsockname()[1]
        self._address = AmiAddress(at.host, port, at.username, at.secret)

    def _drop_all(self) -> None:
        if self._server is not None:
            self._server.close()
        for session in [*self._sessions]:
            session.transport.abort()

    def _broadcast(self, event: Headers) -> None:
        data = message(event)
        if self.faults.strikes("double_events"):
            data += data
        if self.faults.strikes("malformed_messages"):
            data = JUNK + data
        if self.faults.delay_events_s:
            self.late_events += 1
            asyncio.get_running_loop().call_later(self.faults.delay_events_s, self._send_late, data)
        else:
            self._send_all(data)

    def _send_late(self, data: bytes) -> None:
        self.late_events -= 1
        self._send_all(data)

    def _send_all(self, data: bytes) -> None:
        for session in self._sessions:
            if session.logged_in:
                session.send(data)


class _Session(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._buffer = b""
        self.logged_in = self.frozen = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._simulator._sessions.add(self)
        self.send(BANNER)

    def connection_lost(self, error: Exception | None) -> None:
        self._simulator._sessions.discard(self)

    def data_received(self, data: bytes) -> None:
        if self.frozen:
            return
        *blocks, self._buffer = (self._buffer + data).split(b"\r\n\r\n")
        for block in blocks:
            self._act(headers_of(block.decode("utf-8", "replace"))[0])

    def send(self, data: bytes) -> None:
        """Write, unless the connection only looks alive."""
        if not self.frozen:
            self.transport.write(data)

    def _act(self, asked: Headers) -> None:
        act = _ACTIONS.get(asked.get("Action", "").lower())
        if not self.logged_in and act is not _Session._login:
            self._respond(asked, "Error", Message="Permission denied")
        elif act is None:
            self._respond(asked, "Error", Message="Invalid/unknown command")
        else:
            act(self, asked)

    def _respond(self, asked: Headers, response: str, **more: str) -> None:
        faults = self._simulator.faults
        same = {"ActionID": asked["ActionID"]} if "ActionID" in asked else {}
        if not faults.strikes("lose_responses"):
            self.send(message({"Response": response, **same, **more}))
        if faults.strikes("orphan_responses"):
            self.send(message({"Response": response, "ActionID": "nobody-asked", **more}))

    def _login(self, asked: Headers) -> None:
        address = self._simulator.address
        secret = asked.get("Secret", "").encode()
        known = asked.get("Username") == address.username
        if not known or not hmac.compare_digest(secret, address.secret.encode()):
            self._respond(asked, "Error", Message="Authentication failed")
            self.transport.close()
            return
        self.logged_in = True
        self._respond(asked, "Success", Message="Authentication accepted")
        self.send(message({"Event": "FullyBooted", "Privilege": "system,all", "Status": "Fully Booted"}))

    def _logoff(self, asked: Headers) -> None:
        self._respond(asked, "Goodbye", Message="Thanks for all the fish.")
        self.transport.close()

    def _ping(self, asked: Headers) -> None:
        self._respond(asked, "Success", Ping="Pong")

    def _reload(self, asked: Headers) -> None:
        self._respond(asked, "Success", Message="Module Reloaded")

    def _originate(self, asked: Headers) -> None:
        exchange = self._simulator.exchange
        if refusal := exchange.refusal(asked):
            self._respond(asked, "Error", Message=refusal)
            return
        self._respond(asked, "Success", Message="Originate successfully queued")
        exchange.originate(asked)

    def _hangup(self, asked: Headers) -> None:
        exchange = self._simulator.exchange
        channel = exchange.find(asked.get("Channel", ""))
        if channel is None:
            self._respond(asked, "Error", Message="No such channel")
            return
        self._respond(asked, "Success", Message="Channel Hungup")
        exchange.hang_up(channel, number_in(asked.get("Cause"), 0))

    def _core_show_channels(self, asked: Headers) -> None:
        same = {"ActionID": asked.get("ActionID", "")}
        channels = self._simulator.exchange.channels
        self._respond(asked, "Success", EventList="start", Message="Channels will follow")
        for channel in channels.values():
            self.send(
                message({"Event": "CoreShowChannel", **same, **channel.headers, "Duration": "00:00:00"})
            )
        done = {"Event": "CoreShowChannelsComplete", **same, "EventList": "Complete"}
        self.send(message({**done, "ListItems": str(len(channels))}))


_ACTIONS: dict[str, Callable[[_Session, Headers], None]] = {
    "login": _Session._login,
    "logoff": _Session._logoff,
    "ping": _Session._ping,
    "reload": _Session._reload,
    "originate": _Session._originate,
    "hangup": _Session._hangup,
    "coreshowchannels": _Session._core_show_channels,
}
