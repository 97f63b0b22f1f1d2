"""The reception: all that is done for those who ring us, as one task of the dialler."""

from __future__ import annotations

import asyncio

from dialer.campaign_loop import Tools
from dialer.floor.floor import Floor
from dialer.inbound.accounts import Accounts
from dialer.inbound.announcements import Announcements
from dialer.inbound.call_backs import CallBacks
from dialer.inbound.inbound import InboundCalls
from dialer.inbound.lines import InboundLines
from dialer.settings import Settings
from dialer.switchboard import NodeLink


class Reception:
    """Lines, callers, announcements and calls back; ``accounts`` finds who a caller is by what he tells."""

    def __init__(self, tools: Tools, floor: Floor, settings: Settings, accounts: Accounts) -> None:
        self._lines = InboundLines(tools, settings)
        self._calls = InboundCalls(tools, floor, self._lines, settings.clock_ahead)
        self._call_backs = CallBacks(tools, floor, settings)
        self.announcements = Announcements(tools.switchboard, floor, self._lines)
        accounts.books.append(self._lines.book_of)
        accounts.listeners.append(self._calls.identified)

    async def run(self) -> None:
        """Receive, for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._lines.run(), name="lines")
            group.create_task(self._calls.run(), name="callers")
            group.create_task(self._call_backs.run(), name="calls back")

    def stop(self) -> None:
        """Call nobody back any more; those who ring us are received as long as we run."""
        self._call_backs.stop()

    async def node_up(self, node: NodeLink) -> None:
        """A node came up: it needs our lines, and may have had callers whom nobody heard. Raises LinkDown."""
        await self._calls.node_up(node)
