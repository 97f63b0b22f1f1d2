"""Calls that come in: each is logged at its first ring, and sent where its caller belongs.

They are followed by the switchboard like all others, so nothing that happens to them needs another path. The dialler
that drives the floor answers for all nodes. A call that came while nobody did waits for an operator by itself; it is
found in the node's log and logged at its true time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from datetime import datetime, timedelta
from typing import Any

import structlog

from asterisk.ami.actions import ActionRefused
from asterisk.ami.messages import AmiMessage
from asterisk.caller_log import read_callers
from asterisk.inbound import Ring, hang_up, ring_of, send
from dialer.campaign_loop import Tools
from dialer.floor.floor import Floor
from dialer.handlers.inbound import LONG_AGO, Greeted, greet, identify, last_caller_at, left_open, running_of
from dialer.inbound.lines import InboundLines
from dialer.running import INBOUND, Running
from dialer.switchboard import NodeLink
from domain.call import Call
from domain.caller import CallerKind
from domain.debtor import Debtor
from domain.errors import EnvironmentFault, LinkDown
from domain.inbound import Way
from domain.operator import OperatorState
from domain.touch import TouchId
from ivr_scripts.waiting import CALL_BACK

log = structlog.get_logger(__name__)

LOOK_S = 1.0
LOOK_BACK = timedelta(days=1)
"""Callers whom nobody heard are looked for no further back than this, nor than the last one that is in the log."""


class InboundCalls:
    """Hears who rings, and decides while this dialler drives the floor."""

    def __init__(self, tools: Tools, floor: Floor, lines: InboundLines, ahead: timedelta) -> None:
        self._tools, self._floor, self._lines, self._ahead = tools, floor, lines, ahead
        self._drove = False
        self._unlogged: list[tuple[Ring, datetime]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        tools.switchboard.hearers.append(self.hear)

    async def run(self) -> None:
        """Follow what was left open when the floor becomes ours, and log what could not be logged at once; for ever."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                if self._floor.driving and not self._drove:
                    for node in self._tools.switchboard.nodes.values():
                        await self._catch_up(node)
                if self._drove and not self._floor.driving:
                    self._tools.switchboard.forget(INBOUND)
                self._drove = self._floor.driving
                while self._unlogged:
                    await self._log(*self._unlogged[0])
                    del self._unlogged[0]
            except EnvironmentFault as fault:
                log.error("inbound_waits", fault=str(fault))

    def hear(self, message: AmiMessage, at: datetime) -> None:
        """Any manager message, from any node."""
        ring = ring_of(message)
        if ring and self._floor.driving and ring.node in self._tools.switchboard.nodes:
            call = Call(ring.touch, created_at=at, ringing_at=at)
            since = asyncio.get_running_loop().time()
            self._tools.switchboard.calls.add(
                running_of(call, ring.number, ring.line, ring.node, since, ring.channel)
            )
            self._own(self._answer(ring, at), name=f"caller {ring.touch}")

    def identified(self, running: Running, debtor: Debtor) -> None:
        """A caller has told his account."""
        if running.campaign_id == INBOUND:
            running.caller, running.found = CallerKind.DEBTOR, (debtor.id,)
            self._own(self._identify(running, debtor), name=f"identified {running.call.touch}")

    async def _identify(self, running: Running, debtor: Debtor) -> None:
        tools, touch = self._tools, running.call.touch
        try:
            now = tools.clock.now()
            await tools.ledger.run_first(identify, tools.books, touch, debtor, "told his account number", now)
            whose = {"Channel": running.channel, "Variable": "__DZ_DEBTOR", "Value": str(debtor.id)}
            await tools.switchboard.nodes[running.node].link.action("Setvar", whose)
        except (ActionRefused, LinkDown, EnvironmentFault) as fault:
            log.error("caller_not_identified", touch=touch, fault=str(fault))

    def _own(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, ring: Ring, at: datetime) -> None:
        try:
            greeted = await self._log(ring, at)
        except EnvironmentFault as fault:
            log.error("caller_not_logged", touch=ring.touch, fault=str(fault))
            self._unlogged.append((ring, at))
            return  # he waits for an operator as if there were no dialler
        link = self._tools.switchboard.nodes[ring.node].link
        try:
            await send(link, ring.channel, *self._where(ring, greeted))
        except (ActionRefused, LinkDown) as fault:
            log.info(
                "caller_not_sent", touch=ring.touch, fault=str(fault)
            )  # he has hung up, or waits at the desk
        await self._stop_ringing(greeted.ringing)

    async def _log(self, ring: Ring, at: datetime) -> Greeted:
        desks = {desk for operator, _ in self._floor.operators() for desk in operator.desks}
        tools = self._tools
        greeted = await tools.ledger.run_first(greet, tools.books, ring, desks, at)
        if running := tools.switchboard.calls.get(ring.touch):
            running.caller, running.bailiff = greeted.route.caller, greeted.route.bailiff
            running.found = tuple(one.debtor_id for one in greeted.route.choices)
            running.scripts = self._lines.book_of(running)
        found = greeted.route
        log.info("caller", touch=ring.touch, who=found.caller.value, way=found.way.value, desk=found.desk)
        return greeted

    def _where(self, ring: Ring, greeted: Greeted) -> tuple[str, Iterator[tuple[str, str]]]:
        """The extension of the inbound dialplan, and what it is told."""
        entry = None if greeted.route.way is Way.OPERATOR else self._lines.entry(greeted.line, greeted.route)
        variables = {"__DZ_TOUCH": ring.touch, "DZ_DESK": greeted.route.desk}
        variables["DZ_BUSY"] = self._lines.clips([CALL_BACK])
        if greeted.route.overflow:
            variables["DZ_OVERFLOW"] = greeted.route.overflow
            variables["DZ_OVERFLOW_S"] = str(greeted.line.overflow_s)
        if greeted.route.debtor:
            variables["__DZ_DEBTOR"] = str(greeted.route.debtor.debtor_id)
        if entry:
            variables |= {"DZ_SCRIPT": entry.context, **entry.variables}
        elif greeted.first is not None and self._is_free(greeted.first):
            variables["DZ_FIRST"] = str(greeted.first)
        return ("script" if entry else "operator"), iter(variables.items())

    def _is_free(self, operator: int) -> bool:
        return any(
            one.id == operator and known.state is OperatorState.READY
            for one, known in self._floor.operators()
        )

    async def _stop_ringing(self, touches: tuple[TouchId, ...]) -> None:
        """Who calls us needs no call of ours: those that he has not answered are ended."""
        for touch in touches:
            running = self._tools.switchboard.calls.get(touch)
            if running and running.call.answered_at is None:
                try:
                    await hang_up(self._tools.switchboard.nodes[running.node].link, running.channel)
                except (ActionRefused, LinkDown) as fault:
                    log.info("ringing_not_stopped", touch=touch, fault=str(fault))

    async def node_up(self, node: NodeLink) -> None:
        """A node came up: it needs our lines, and may have had callers whom nobody heard. Raises LinkDown."""
        await self._lines.node_up(node)
        if self._floor.driving:
            await self._catch_up(node)

    async def _catch_up(self, node: NodeLink) -> None:
        """Log callers whom nobody heard, at their times, and follow those whose calls have no end yet."""
        tools, settings = self._tools, node.settings
        last = await tools.ledger.run(last_caller_at, tools.books, settings.name)
        since = max(last or LONG_AGO, tools.clock.now() - LOOK_BACK)
        try:
            callers = await asyncio.to_thread(
                read_callers, settings.channel_log, settings.name, since, self._ahead
            )
        except OSError as error:
            log.error("channel_log_unreadable", node=settings.name, error=error.strerror)
            callers = []
        for ring, at in callers:
            await self._log(ring, at)
        now = asyncio.get_running_loop().time()
        known = {running.call.touch for running in tools.switchboard.calls.all()}
        found = await tools.ledger.run(left_open, tools.books, settings.name, now)
        tools.switchboard.adopt([running for running in found if running.call.touch not in known])
