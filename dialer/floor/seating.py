"""Who sits at which desk in Asterisk: what the queues were told, made what they should know.

For each operator and node there is one task at most, which goes on until the node was told what is wanted now. So
actions never overtake each other, and what changes while one is on its way is told behind it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from asterisk.ami.actions import ActionRefused
from asterisk.ami.link import AmiLink
from asterisk.ami.messages import AmiMessage
from asterisk.operators import Member, hold_back, members, seat, unseat, wake
from dialer.floor.waiting import WaitingCallers
from domain.errors import LinkDown
from domain.operator_events import OperatorId

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Seat:
    """An operator's desks with their penalties, and why he is held back (empty: he is offered calls)."""

    desks: Mapping[str, int] = field(default_factory=dict)
    held_back: str = ""


NOWHERE = Seat()


class Seating:
    """Keeps the queues of all nodes at what ``wanted`` says of an operator."""

    def __init__(self, wanted: Callable[[OperatorId], Seat]) -> None:
        self._wanted, self._waiting = wanted, WaitingCallers()
        self._links: dict[str, AmiLink] = {}
        self._told: dict[tuple[str, OperatorId], Seat] = {}
        self._tasks: dict[tuple[str, OperatorId], asyncio.Task[None]] = {}
        self.refused: set[str] = set()
        """Nodes that refused an action: a queue is missing there, or more than that."""

    async def survey(self, node: str, link: AmiLink) -> None:
        """Read who sits where at a node, and put right what differs. Raises LinkDown and ActionRefused."""
        before = {key: seat for key, seat in self._told.items() if key[0] == node}
        found = _seats(await members(link))
        self._links[node] = link
        for id in sorted({*found, *(id for _, id in before)}):
            key = (node, id)
            if key not in self._tasks and self._told.get(key) == before.get(
                key
            ):  # else it was told meanwhile
                self._told[key] = found.get(id, NOWHERE)
            self.change(id)

    def hear(self, message: AmiMessage) -> None:
        """Any manager message: callers who wait are remembered."""
        self._waiting.hear(message)

    def change(self, id: OperatorId) -> None:
        """What is wanted of an operator may have changed."""
        for node in self._links:
            key = (node, id)
            if key not in self._tasks and self._told.get(key, NOWHERE) != self._wanted(id):
                self._tasks[key] = asyncio.create_task(self._tell(key), name=f"seat {id} at {node}")

    async def settled(self, id: OperatorId) -> None:
        """Wait until all nodes that answer know what is wanted of him."""
        tasks = [task for (_, of), task in self._tasks.items() if of == id]
        await asyncio.gather(*tasks, return_exceptions=True)

    def lost(self, node: str) -> None:
        """The node cannot be told anything until the next `survey`."""
        self._links.pop(node, None)
        self._waiting.forget(node)
        self._told = {key: seat for key, seat in self._told.items() if key[0] != node}

    async def aclose(self) -> None:
        """Tell nobody anything more."""
        for node in list(self._links):
            self.lost(node)
        for task in list(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _tell(self, key: tuple[str, OperatorId]) -> None:
        node, id = key
        try:
            while (link := self._links.get(node)) and (wanted := self._wanted(id)) != self._told.get(
                key, NOWHERE
            ):
                await _bring(link, id, self._told.get(key, NOWHERE), wanted)
                if self._links.get(node) is link:
                    self._told[key] = wanted
                if not wanted.held_back:
                    await self._wake_callers(node, link, wanted)
        except LinkDown:
            return  # the next survey tells where he sits
        except ActionRefused as refused:
            log.error("seat_refused", node=node, operator=id, fault=str(refused))
            self.refused.add(node)
        finally:
            del self._tasks[key]

    async def _wake_callers(self, node: str, link: AmiLink, free: Seat) -> None:
        for channel in self._waiting.longest(node, free.desks):
            with suppress(ActionRefused):  # he has just been served, or has hung up
                await wake(link, channel)


async def _bring(link: AmiLink, id: OperatorId, told: Seat, wanted: Seat) -> None:
    """Desks that he leaves, desks that he joins, and whether he is held back at them."""
    for desk in sorted(told.desks.keys() - wanted.desks.keys()):
        await unseat(link, desk, id)
    joined = {desk: at for desk, at in wanted.desks.items() if told.desks.get(desk) != at}
    for desk, penalty in joined.items():
        await seat(link, Member(desk, id, penalty, bool(wanted.held_back)))
    if wanted.desks and (wanted.held_back != told.held_back or (joined and wanted.held_back)):
        await hold_back(link, id, wanted.held_back)


def _seats(found: list[Member]) -> dict[OperatorId, Seat]:
    """What the queues know; one who is held back at some desks only is held back for no reason that we would give."""
    seats = {}
    for id in {member.operator for member in found}:
        mine = [member for member in found if member.operator == id]
        reasons = {member.reason or "?" if member.paused else "" for member in mine}
        desks = {member.desk: member.penalty for member in mine}
        seats[id] = Seat(desks, reasons.pop() if len(reasons) == 1 else "?")
    return seats
