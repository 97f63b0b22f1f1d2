"""A call that a running node makes to itself: it shows which folders, sounds, logs and events we share with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from asterisk.ami.link import AmiLink
from asterisk.ami.messages import AmiMessage, LinkEvent, LinkLost
from asterisk.configuration.render import write_private
from asterisk.inbound import RELOAD_S
from domain.errors import LinkDown

Inbox = asyncio.Queue[AmiMessage | LinkEvent]
PATIENCE_S = 60.0
"""Seconds that a healthy node never takes to end a call of half a second."""
POLL_S = 0.05
SILENCE = b"\xd5" * 4000
"""Half a second, in A-law at 8 kHz."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Names of one such call, nobody else's; ``prefix`` is where the dialplan finds our clips."""

    prefix: str
    name: str

    @classmethod
    def new(cls, prefix: str) -> Probe:
        """One of a name that was never used."""
        return cls(prefix, f"dozvon-check-{uuid4().hex[:12]}")

    @property
    def dialplan(self) -> str:
        """Its context: it records itself, marks the channel log, plays the clip and tells how that went."""
        return (
            f"[{self.name}]\nexten = s,1,Answer()\n same = n,MixMonitor({self.name}.wav)\n"
            f" same = n,CELGenUserEvent(DozvonCheck,{self.name})\n same = n,Playback({self.prefix}/{self.name})\n"
            f" same = n,UserEvent(DozvonCheck,Sound: ${{PLAYBACKSTATUS}})\n same = n,Hangup(16)\n"
        )

    @asynccontextmanager
    async def installed(self, link: AmiLink, scripts: Path) -> AsyncIterator[bool]:
        """Puts it beside the scripts for a while; tells whether the node sees it."""
        file = scripts / f"{self.name}.conf"
        write_private(file, self.dialplan)
        try:
            await _read_dialplan(link)
            yield await has_context(link, self.name)
        finally:
            file.unlink(missing_ok=True)
            await _read_dialplan(link)

    async def call(self, link: AmiLink, inbox: Inbox) -> list[AmiMessage]:
        """Makes the call; all messages up to its end, or to the end of our patience."""
        call = {"Channel": f"Local/s@{self.name}/n", "ChannelId": self.name, "Async": "true"}
        stays = {"Application": "Wait", "Data": "600", "Timeout": f"{PATIENCE_S * 1000:.0f}"}
        await link.action("Originate", call | stays, timeout=PATIENCE_S)
        heard: list[AmiMessage] = []
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not heard or not self._ends(heard[-1]):
                    message = await inbox.get()
                    if isinstance(message, LinkLost):
                        raise LinkDown(f"the manager link was lost: {message.reason}")
                    if isinstance(message, dict):
                        heard.append(message)
        except TimeoutError:
            pass
        return heard

    def sound(self, heard: list[AmiMessage]) -> str:
        """What PLAYBACKSTATUS was; empty if it was not told."""
        return next((one["Sound"] for one in heard if self._is_mine(one) and "Sound" in one), "")

    def _ends(self, message: AmiMessage) -> bool:
        return message.get("Event") == "Hangup" and self._is_mine(message)

    def _is_mine(self, message: AmiMessage) -> bool:
        return message.get("Uniqueid") == f"{self.name};2"


async def has_context(link: AmiLink, context: str, exten: str = "s") -> bool:
    """Whether the node's dialplan has that extension."""
    asked = {"Variable": f"DIALPLAN_EXISTS({context},{exten},1)"}
    return (await link.action("Getvar", asked, timeout=PATIENCE_S)).get("Value") == "1"


async def seen(look: Callable[[], bool], *, worth: bool) -> bool:
    """Whether that becomes true within our patience, if it is worth waiting for at all."""
    for _ in range(round(PATIENCE_S / POLL_S) if worth else 0):
        if look():
            return True
        await asyncio.sleep(POLL_S)
    return look()


async def _read_dialplan(link: AmiLink) -> None:
    await link.action("Reload", {"Module": "pbx_config"}, timeout=max(PATIENCE_S, RELOAD_S))
