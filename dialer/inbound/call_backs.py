"""Calls back: those who rang in vain are rung, one for each operator who is free; by the dialler with the floor."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from dialer.campaign_loop import Tools
from dialer.floor.floor import Floor
from dialer.handlers.call_back import call_back, read_due, request_of
from dialer.handlers.inbound import running_of
from dialer.ids import new_touch_id
from dialer.running import INBOUND
from dialer.settings import Settings
from domain.call import Call
from domain.callback import Callback
from domain.errors import EnvironmentFault
from domain.inbound import desk_among
from domain.operator import OperatorState

log = structlog.get_logger(__name__)

LOOK_S = 1.0
MOST = 50


class CallBacks:
    """Looks once a second who is owed a call and who could talk to him."""

    def __init__(self, tools: Tools, floor: Floor, settings: Settings) -> None:
        self._tools, self._floor = tools, floor
        self._ring_timeout_s, self._record = settings.ring_timeout_s, settings.record_talks
        self._stopped = False

    def stop(self) -> None:
        """No more of them: what is owed stays owed."""
        self._stopped = True

    async def run(self) -> None:
        """Call back, until stopped."""
        while not self._stopped:
            await asyncio.sleep(LOOK_S)
            try:
                if self._floor.driving and not self._tools.recorder.stuck:
                    await self._look()
            except EnvironmentFault as fault:
                log.error("call_backs_wait", fault=str(fault))

    async def _look(self) -> None:
        tools = self._tools
        desks = {desk for one, _ in self._floor.operators() for desk in one.desks}
        for due in await tools.ledger.run(read_due, tools.books, tools.clock.now(), MOST):
            owed = replace(due, desk=desk_among(desks, due.desk))
            if not self._stopped and self._spare(owed.desk) > 0:
                await self._call(owed)

    def _spare(self, desk: str) -> int:
        """Operators at the desk whom nobody waits for, and whom no call back is on its way to."""
        ready = [one for one, known in self._floor.operators() if known.state is OperatorState.READY]
        taken = [
            running
            for running in self._tools.switchboard.calls.all()
            if running.call.operator is None and (running.campaign_id == INBOUND or running.call.waiting)
        ]
        return len([one for one in ready if desk in one.desks]) - len(taken)

    async def _call(self, owed: Callback) -> None:
        tools, since = self._tools, asyncio.get_running_loop().time()
        node = tools.switchboard.free_node(with_operators=True)
        if node is None:
            return
        name, id = node.settings.name, new_touch_id()
        touch = await tools.ledger.run(call_back, tools.books, owed, name, id, tools.clock.now())
        if touch is not None:
            how = (node.settings.trunk, self._ring_timeout_s, self._known(owed))
            request = request_of(touch, owed, *how, record=self._record)
            running = running_of(Call(id), touch.phone, "", name, since)
            running.found = (owed.debtor_id,)
            tools.switchboard.place(running, request)
            log.info("called_back", touch=id, caller=owed.touch, desk=owed.desk)

    def _known(self, owed: Callback) -> int | None:
        """The operator who talked to him last, if he is ready."""
        ready = {one.id for one, known in self._floor.operators() if known.state is OperatorState.READY}
        return owed.operator if owed.operator in ready else None
