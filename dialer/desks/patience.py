"""Patience: who was rung for operators and waits too long is told so, to the tenth of a second.

Without a dialler the queue ends the wait by itself, up to a second later: it counts whole seconds.
"""

from __future__ import annotations

import asyncio

import structlog

from asterisk.ami.actions import ActionRefused
from dialer.running import Running
from dialer.scripts import DESK_CONTEXT
from dialer.switchboard import Switchboard
from domain.call import Call
from domain.errors import LinkDown

log = structlog.get_logger(__name__)

LEAST_S = 0.5
"""What an operator who is idle needs to pick up, however long a machine was listened for."""


class Patience:
    """Follows the calls of a switchboard. Whoever is being offered to an operator waits for what comes of it."""

    def __init__(self, switchboard: Switchboard, patience_s: float) -> None:
        self._switchboard, self._patience_s = switchboard, patience_s
        self._tasks: set[asyncio.Task[None]] = set()
        switchboard.followers.append(self._follow)

    def _follow(self, before: Call, running: Running) -> None:
        """Begin to count when he begins to wait, and look again when an operator did not take him."""
        call = running.call
        if not running.plan.desk or not call.waiting:
            return
        if before.queued_at is None or (before.offered_to and call.offered_to is None):
            task = asyncio.create_task(self._end_wait(running), name=f"patience {call.touch}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _end_wait(self, running: Running) -> None:
        call = running.call
        listened = (
            (call.queued_at - call.answered_at).total_seconds() if call.queued_at and call.answered_at else 0
        )
        until = running.queued + max(LEAST_S, self._patience_s - listened)
        await asyncio.sleep(until - asyncio.get_running_loop().time())
        if not running.call.waiting or running.call.offered_to is not None:
            return
        where = {"Channel": call.touch, "Context": DESK_CONTEXT, "Exten": "unserved", "Priority": "1"}
        try:
            await self._switchboard.nodes[running.node].link.action("Redirect", where)
        except (ActionRefused, LinkDown) as fault:
            log.info("wait_not_ended", touch=call.touch, fault=str(fault))  # he is gone, or the queue ends it
