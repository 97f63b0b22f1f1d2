"""Announcements: who rang us and waits hears his place, how long it may last, and that he may have us call back.

They are whispered into his channel: he stays in the queue, and is offered to whoever gets free in the middle of a word.
"""

from __future__ import annotations

import asyncio

import structlog

from asterisk.ami.actions import ActionRefused
from dialer.floor.floor import Floor
from dialer.inbound.lines import InboundLines
from dialer.running import Running
from dialer.switchboard import Switchboard
from domain.call import Call
from domain.errors import LinkDown
from domain.operator import OperatorState, StateChange
from ivr_scripts.waiting import waiting_clips

log = structlog.get_logger(__name__)

FIRST_S, EVERY_S = 4.0, 40.0
"""Seconds of waiting before the first one, and between two."""
TALK_S, SMOOTHING = 120.0, 0.05
"""How long a talk takes before any was seen, and how much each one changes that."""
CONTEXT = "dozvon-say"


class Announcements:
    """Follows the calls of a switchboard that came in."""

    def __init__(self, switchboard: Switchboard, floor: Floor, lines: InboundLines) -> None:
        self._switchboard, self._floor, self._lines = switchboard, floor, lines
        self._handling_s = TALK_S
        self._tasks: set[asyncio.Task[None]] = set()
        switchboard.followers.append(self._follow)
        floor.listeners.append(self._operator_changed)

    def place(self, running: Running) -> int:
        """His place among those who rang us and wait for the same desk; 1 is the first."""
        earlier = [
            other
            for other in self._switchboard.calls.all()
            if other.line and other.call.waiting and other.call.desk == running.call.desk
            if other.queued < running.queued
        ]
        return len(earlier) + 1

    def wait_s(self, running: Running) -> float:
        """How long he may wait yet: those before him and he, by as many operators as there are."""
        at_work = [
            one
            for one, known in self._floor.operators()
            if running.call.desk in one.desks and known.signed_in and not known.pause
        ]
        return self.place(running) * self._handling_s / max(1, len(at_work))

    def _follow(self, before: Call, running: Running) -> None:
        if running.line and running.call.waiting and before.queued_at is None:
            task = asyncio.create_task(self._speak(running), name=f"waiting {running.call.touch}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _speak(self, running: Running) -> None:
        pause = FIRST_S
        while True:
            await asyncio.sleep(pause)
            if not running.call.waiting:
                return
            if running.call.offered_to is None and running.asterisk_id:
                await self._whisper(running)
            pause = EVERY_S

    async def _whisper(self, running: Running) -> None:
        clips = self._lines.clips(waiting_clips(self.place(running), self.wait_s(running)))
        whisper = {
            "Channel": f"Local/s@{CONTEXT}",
            "Application": "ChanSpy",
            "Data": f"{running.asterisk_id},quwE",
            "Variable": f"__DZ_SAY={clips}",
            "Async": "true",
        }
        try:
            if clips:
                await self._switchboard.nodes[running.node].link.action("Originate", whisper)
        except (ActionRefused, LinkDown) as fault:
            log.info("wait_not_told", touch=running.call.touch, fault=str(fault))

    def _operator_changed(self, change: StateChange) -> None:
        if change.was is OperatorState.TALKING:
            self._handling_s += SMOOTHING * (change.was_s - self._handling_s)
