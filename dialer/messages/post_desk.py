"""The desk of messages in a dialler: reserves what campaigns want written, no faster than it can be sent.

A reserved message counts against limits and is lawful only so long, so few of them wait: what a few seconds carry.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from math import inf

import structlog

from dialer.campaign_loop import CampaignLoop, Tools
from dialer.handlers.reserve import Batch, reserve_batch
from dialer.ids import new_touch_id
from dialer.jobs.messages import send_soon
from dialer.jobs.queue import MESSAGES, JobQueue
from dialer.settings import Settings
from domain.campaign import POST_DESK, CampaignStatus
from domain.errors import EnvironmentFault, LeaseLost

log = structlog.get_logger(__name__)

TICK_S, IDLE_S, FAULT_S, ASKED_S = 0.1, 0.5, 2.0, 2.0
SECONDS_AHEAD = 3.0
LEAST_AHEAD = 20
BATCH = 200


class PostDesk:
    """Works the messages of every campaign of this dialler, as long as somebody sends them."""

    def __init__(self, tools: Tools, settings: Settings, loops: Callable[[], Sequence[CampaignLoop]]) -> None:
        self._tools, self._loops = tools, loops
        self._per_second = sum(provider.per_second for provider in settings.providers)
        self._queue = JobQueue(settings.redis_url, MESSAGES) if settings.providers else None
        self._told = False

    async def run(self) -> None:
        """For ever; a house without providers has nothing to do here."""
        clock, asked, sent = asyncio.get_running_loop(), -inf, False
        while self._queue is not None:
            if clock.time() > asked + ASKED_S:
                asked, sent = clock.time(), await asyncio.to_thread(_are_sent, self._queue)
                self._tell(sent)
            pauses = [await self._look(loop, self._queue) for loop in self._loops()] if sent else []
            await asyncio.sleep(min(pauses, default=IDLE_S))

    async def _look(self, loop: CampaignLoop, queue: JobQueue) -> float:
        """Reserve what one campaign wants written now; answers how many seconds later to look again."""
        steps = (step for segment in loop.ready.work.strategy.segments for step in segment.all_steps)
        writes = any(step.message and step.performer in loop.ready.work.performs for step in steps)
        if not writes or loop.stopping or loop.campaign.status is not CampaignStatus.RUNNING:
            return IDLE_S
        try:
            batch = await self._tools.ledger.run(self._reserve, loop)
        except LeaseLost:
            return IDLE_S  # the loop finds out as well
        except EnvironmentFault as fault:
            log.error("ledger_refused", campaign=loop.campaign.name, fault=str(fault))
            return FAULT_S
        touches: defaultdict[str, list[str]] = defaultdict(list)
        for one in batch.reserved:
            touches[one.step.performer].append(one.request.id)
        if touches:
            await asyncio.to_thread(send_soon, queue, touches)
        return 0.0 if touches else TICK_S if batch.taken else IDLE_S

    def _reserve(self, loop: CampaignLoop) -> Batch:
        tools, campaign = self._tools, loop.campaign
        with tools.books.read() as tx:
            waiting = sum(tx.messages.waiting(campaign.id).values())
        ahead = max(LEAST_AHEAD, round(self._per_second * SECONDS_AHEAD))
        return reserve_batch(
            tools.books,
            loop.ready.work,
            campaign.id,
            campaign.fence,
            want=min(BATCH, ahead - waiting),
            node="",
            new_id=new_touch_id,
            now=tools.clock.now(),
            desk=POST_DESK,
        )

    def _tell(self, sent: bool) -> None:
        if not sent and not self._told:
            log.warning("nobody_sends_messages", remedy="start `dozvon messages`")
        self._told = not sent


def _are_sent(queue: JobQueue) -> bool:
    """Whether some process sends messages; without Redis nobody knows, and its sweep finds them."""
    return queue.workers() > 0 or not queue.reached()
