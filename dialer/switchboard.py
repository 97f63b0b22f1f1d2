"""The switchboard: links to the nodes, and the fold of everything they say into calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from asterisk.ami.link import AmiLink
from asterisk.ami.messages import AmiMessage, LinkEvent, LinkLost, LinkUp
from asterisk.ami.render import OriginateRequest
from asterisk.events import to_call_event
from dialer.board import Stats
from dialer.clock import Clock
from dialer.handlers.reconcile import settle_by_traces, survey
from dialer.handlers.settle import Ended
from dialer.recorder import Recorder
from dialer.running import Running, RunningCalls
from dialer.settings import NodeSettings
from dialer.trunk import Trunk
from domain.call import Call, advance
from domain.call_events import AnyCallEvent, NotPlaced
from domain.errors import DozvonError, InputError, LinkDown
from domain.touch import TouchId
from ledger.journal import KIND_OF, entry_of

log = structlog.get_logger(__name__)

GRACE_S = 3.0
"""An Originate that we wrote just before we died may still be on its way through the node, and so may the events
of a channel whose failure we know."""

SWEEP_S = 1.0
AGAIN_S = 5.0
SILENT_S = 10.0
LONGEST_CALL_S = 900.0


@dataclass(frozen=True, slots=True)
class NodeLink:
    """A node and the manager link to it."""

    settings: NodeSettings
    link: AmiLink


class Switchboard:
    """Places calls and follows them to their ends. It decides nothing about whom to call.

    ``hearers`` are told every manager message, ``followers`` the state of a call before each change, and the call.
    """

    def __init__(
        self,
        nodes: dict[str, NodeLink],
        inbox: asyncio.Queue[AmiMessage | LinkEvent],
        recorder: Recorder,
        stats: Stats,
        clock: Clock,
        *,
        on_up: Callable[[NodeLink], Coroutine[Any, Any, None]],
        on_lost: Callable[[str], None],
        ring_timeout_s: float,
        clock_ahead: timedelta = timedelta(),
    ) -> None:
        self.nodes, self.calls, self.stats = nodes, RunningCalls(), stats
        self.trunks = {name: Trunk(node.settings) for name, node in nodes.items()}
        self._inbox, self._recorder, self._clock = inbox, recorder, clock
        self._ring_timeout_s, self._clock_ahead = ring_timeout_s, clock_ahead
        self._on_up, self._on_lost = on_up, on_lost
        self.hearers: list[Callable[[AmiMessage, datetime], None]] = []
        self.followers: list[Callable[[Call, Running], None]] = []
        self._ready: set[str] = set()
        self._epochs: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def free_node(self, *, with_operators: bool = False) -> NodeLink | None:
        """The ready node with the fewest calls; None when no link is up, or no dialplan is loaded yet."""
        up = [
            node
            for name, node in self.nodes.items()
            if node.link.connected and name in self._ready
            if node.settings.operators_folder or not with_operators
        ]
        return min(up, key=lambda node: self.calls.on_node(node.settings.name), default=None)

    def place(self, running: Running, request: OriginateRequest) -> None:
        """Write one call to its node. A call that cannot be written is settled as not placed."""
        self.calls.add(running)
        try:
            self.nodes[running.node].link.originate(request)
        except (LinkDown, InputError) as error:
            self._take(NotPlaced(request.touch, self._clock.now(), str(error)))

    def refuse(self, running: Running, event: NotPlaced) -> None:
        """Settle a reserved call that cannot be rendered."""
        self.calls.add(running)
        self._take(event)

    def adopt(self, calls: list[Running]) -> None:
        """Follow calls that an earlier owner placed; those that are over already are settled now."""
        for running in calls:
            if running.node in self.nodes:
                running.missed = True
                self.calls.add(running)
        for name, node in self.nodes.items():
            if node.link.connected:
                self._examine_soon(name, [running for running in calls if running.node == name])
        if strange := {running.node for running in calls} - self.nodes.keys():
            log.error("calls_of_unknown_nodes", nodes=sorted(strange), remedy="add them to DOZVON_NODES")

    def forget(self, campaign_id: int) -> None:
        """Leave a campaign's calls to its new owner."""
        for running in self.calls.all():
            if running.campaign_id == campaign_id:
                self.calls.remove(running.call.touch)

    async def run(self) -> None:
        """Fold what the nodes say, for ever."""
        sweeper = asyncio.create_task(self._sweep(), name="sweep")
        try:
            while True:
                self._hear(await self._inbox.get())
        finally:
            sweeper.cancel()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(sweeper, *self._tasks, return_exceptions=True)

    def _hear(self, item: AmiMessage | LinkEvent) -> None:
        match item:
            case LinkUp(node=node, epoch=epoch):
                self._epochs[node] = epoch
                self._own(self._make_ready(node, epoch), name=f"up {node}")
                self._examine_soon(node, self.calls.of_node(node))
            case LinkLost(node=node, reason=reason):
                self._ready.discard(node)
                self._epochs.pop(node, None)
                for running in self.calls.of_node(node):
                    running.missed = True
                self._on_lost(node)
                log.warning("node_lost", node=node, reason=reason, calls=self.calls.on_node(node))
            case _:
                now = self._clock.now()
                for hear in self.hearers:
                    hear(item, now)
                event = to_call_event(item, now)
                if isinstance(event, NotPlaced) and "Event" in item:
                    self._doubt(event.touch)
                elif event is not None:
                    self._take(event)

    async def _make_ready(self, node: str, epoch: int) -> None:
        """Give it its dialplans, again until it has them or the link is lost: the next one begins anew."""
        while self._epochs.get(node) == epoch:
            try:
                await self._on_up(self.nodes[node])
            except DozvonError as fault:
                log.error("node_not_ready", node=node, fault=str(fault))
                await asyncio.sleep(AGAIN_S)
            else:
                self._ready.add(node)
                return

    def _doubt(self, touch: TouchId) -> None:
        """An OriginateResponse that tells of a failure proves nothing, so the next sweep examines the call.

        Asterisk says the same of a busy phone as of an endpoint that it does not know; when the node is loaded,
        this event overtakes those of the channel; after a lost link those were never heard.
        """
        if running := self.calls.get(touch):
            running.doubted = True

    def _take(self, event: AnyCallEvent) -> None:
        running = self.calls.get(event.touch)
        if running is None:
            return
        self._become(running, self._learn(running.call, event, running.campaign_id))

    def _learn(self, call: Call, event: AnyCallEvent, campaign_id: int) -> Call:
        """Fold an event in. What is new is journalled at once: a crash of ours must not lose it."""
        after = advance(call, event)
        if after != call and type(event) in KIND_OF:
            self._recorder.seen(entry_of(event))
            self.stats.heard(event, campaign_id)
        return after

    def _become(self, running: Running, after: Call) -> None:
        before, running.call = running.call, after
        if after.queued_at and before.queued_at is None:
            running.queued = asyncio.get_running_loop().time()
        if after != before:
            for follow in self.followers:
                follow(before, running)
        if not running.call.over or running.missed:
            return
        self.calls.remove(running.call.touch)
        ended = Ended(
            running.call, running.plan, running.phone, running.campaign_id, running.caller, running.line
        )
        self._recorder.ended(ended)
        self.stats.ended(ended.verdict.outcome, running.campaign_id)

    def _examine_soon(self, node: str, calls: list[Running]) -> None:
        if calls:
            self._own(self.examine(node, calls), name=f"examine {node}")

    def _own(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def examine(self, node: str, calls: list[Running]) -> None:
        """Look for traces of these calls, and once more after a grace for those that are not up."""
        try:
            calls = await self._examine_once(node, calls, final=False)
            if calls:
                await asyncio.sleep(GRACE_S)
                await self._examine_once(node, calls, final=True)
        except LinkDown:
            return  # the next LinkUp examines them again

    async def _examine_once(self, node: str, calls: list[Running], *, final: bool) -> list[Running]:
        """Settle what the node's traces tell; answers the calls that are neither up nor settled."""
        target = self.nodes[node]
        touches = [running.call.touch for running in calls]
        traces = await survey(target.link, target.settings.channel_log, touches, self._clock_ahead)
        calls = [running for running in calls if self.calls.get(running.call.touch) is running]
        for running in calls:
            running.missed = False
            call = running.call
            for event in traces.logged.get(call.touch, ()):
                call = self._learn(call, event, running.campaign_id)
            self._become(running, settle_by_traces(call, traces, final=final, at=self._clock.now()))
            if running.call.over:
                log.info("call_reconciled", touch=running.call.touch, node=node)
        return [
            running for running in calls if not running.call.over and running.call.touch not in traces.live
        ]

    async def _sweep(self) -> None:
        """Examine calls that have been silent for longer than they can be: an event of theirs was lost."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SWEEP_S)
            now = loop.time()
            for name, node in self.nodes.items():
                if not node.link.connected:
                    continue
                silent = [
                    r for r in self.calls.of_node(name) if now - max(r.since, r.examined) > self._patience(r)
                ]
                for running in silent:
                    running.examined = now
                self._examine_soon(name, silent)

    def _patience(self, running: Running) -> float:
        if running.call.answered_at is not None:
            return LONGEST_CALL_S
        if running.call.created_at is not None:
            return self._ring_timeout_s + SILENT_S
        return GRACE_S if running.doubted else SILENT_S
