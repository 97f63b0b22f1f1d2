"""The post room: one process's senders, receivers and sweep around the providers' links, on one event loop.

What is given to it may be lost with it: the books know what waits, and the sweep of any post room finds it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from dialer.clock import Clock
from dialer.handlers.receipts import take_receipts
from dialer.handlers.replies import take_replies
from dialer.handlers.sending import claim, never_taken, overdue, record, unsent
from dialer.ids import new_touch_id
from dialer.ledger_thread import LedgerThread
from dialer.messages.limits import Breaker, TokenBucket
from dialer.messages.provider import Answer, Arrival, Heard, Outgoing, Provider, Refused, Unsure
from dialer.messages.settings import ProviderSettings
from dialer.messages.works import Works
from domain.errors import EnvironmentFault
from domain.message import Receipt
from domain.reply import Reply
from domain.touch import TouchId
from ledger.books import Books
from ledger.messages import Message

log = structlog.get_logger(__name__)

CARTS = 2
"""Batches of a kind that are under way together: one is with the provider while the other is with the books."""

MOST_CLAIMED = 100
TURN_WITHIN_S = 10.0
"""A claimed message whose turn does not come within so long goes back: nobody may ask for one that waits here yet."""

LATE = Refused("its turn did not come", retry=True, down=True)
WAITING_MOST = 2_000
SWEEP_S = 1.0
SWEPT_AT_ONCE = 500
AGAIN_S = 1.0
THROTTLED_S = 1.0
HEARD_AT_ONCE = 500


@dataclass
class Counter:
    """A provider with what holds him back: his rate, his window, his breaker."""

    provider: Provider
    settings: ProviderSettings
    breaker: Breaker = field(default_factory=Breaker)
    not_before: float = 0.0

    @property
    def batch(self) -> int:
        """How many are claimed together: what he takes in a second, for a commit costs as much as many messages."""
        return min(MOST_CLAIMED, max(1, round(self.settings.per_second)))

    @property
    def asked_after(self) -> timedelta:
        """When a message without an answer has surely been given to him, or will never be: then he may be asked."""
        return timedelta(seconds=1.5 * TURN_WITHIN_S + 2 * self.settings.answer_s)

    def __post_init__(self) -> None:
        self.bucket = TokenBucket(self.settings.per_second)
        self.window = asyncio.Semaphore(self.settings.window)


class PostRoom:
    """Give it messages by kind; it claims, sends and records them, and keeps what comes back."""

    def __init__(self, books: Books, works: Works, clock: Clock, counters: Sequence[Counter]) -> None:
        self._books, self._works, self._clock = books, works, clock
        self._counters = {one.provider.name: one for one in counters}
        self._ledger = LedgerThread()
        kinds = {kind for one in counters for kind in one.provider.kinds}
        self._waiting = {kind: asyncio.Queue[str](WAITING_MOST) for kind in sorted(kinds)}
        self._inbox: asyncio.Queue[Arrival] = asyncio.Queue()
        self._under_way = 0
        self._quiet, self._stopping = asyncio.Event(), asyncio.Event()
        self._quiet.set()

    async def run(self) -> None:
        """Work until `stop`; what is with a provider then is waited for."""
        async with asyncio.TaskGroup() as group:
            helpers = [
                *(
                    group.create_task(one.provider.run(self._inbox.put_nowait))
                    for one in self._counters.values()
                ),
                *(group.create_task(self._cart(kind)) for kind in self._waiting for _ in range(CARTS)),
                group.create_task(self._receive()),
                group.create_task(self._sweep()),
            ]
            await self._stopping.wait()
            await self._quiet.wait()
            for helper in helpers:
                helper.cancel()
        self._ledger.close()

    def stop(self) -> None:
        """Take no more."""
        self._stopping.set()

    def give(self, kind: str, touches: Sequence[str]) -> None:
        """Messages to be sent; those for which there is no room, or that nobody carries, are left to the books."""
        queue = self._waiting.get(kind)
        if queue is None or self._stopping.is_set():
            return
        for touch in touches[: WAITING_MOST - queue.qsize()]:
            queue.put_nowait(touch)

    async def keep(self, heard: Sequence[Heard]) -> None:
        """What a webhook brought; returns when all of it is in the books."""
        done = [asyncio.Event() for _ in heard]
        for one, kept in zip(heard, done, strict=True):
            self._inbox.put_nowait(Arrival(one, kept.set))
        for kept in done:
            await kept.wait()

    # ------------------------------------------------------------------ sending
    async def _cart(self, kind: str) -> None:
        """Batch by batch, for ever."""
        queue = self._waiting[kind]
        while True:
            touches = [await queue.get()]
            counter = await self._open_counter(kind)
            while len(touches) < counter.batch and not queue.empty():
                touches.append(queue.get_nowait())
            if self._stopping.is_set():
                return
            self._under_way += 1
            self._quiet.clear()
            try:
                await self._send_all(counter, touches)
            except EnvironmentFault as fault:  # the sweep finds them again
                log.error("ledger_refused", fault=str(fault), messages=len(touches))
                await asyncio.sleep(AGAIN_S)
            finally:
                self._under_way -= 1
                if not self._under_way:
                    self._quiet.set()

    async def _open_counter(self, kind: str) -> Counter:
        """The first provider of a kind that is well, or as soon as one may be."""
        loop = asyncio.get_running_loop()
        carrying = [one for one in self._counters.values() if kind in one.provider.kinds]
        while True:
            for one in carrying:
                if one.breaker.closed(loop.time()):
                    return one
            await asyncio.sleep(max(0.05, min(one.breaker.opens_again() for one in carrying) - loop.time()))

    async def _send_all(self, counter: Counter, touches: Sequence[str]) -> None:
        provider, run = counter.provider, self._ledger.run
        now, turn_until = self._clock.now(), asyncio.get_running_loop().time() + TURN_WITHIN_S
        claimed = await run(
            claim,
            self._books,
            self._works,
            touches,
            provider.name,
            by_part=provider.by_part,
            now=now,
            ask_after=counter.asked_after,
        )
        answers = await asyncio.gather(*(self._send(counter, message, turn_until) for message in claimed))
        both = list(zip(claimed, answers, strict=True))
        while both:
            try:
                await run(record, self._books, self._works, both, provider.name, self._clock.now())
                return
            except EnvironmentFault as fault:  # what a provider has said must not be forgotten
                log.error("ledger_refused", fault=str(fault), messages=len(both))
                await asyncio.sleep(AGAIN_S)

    async def _send(self, counter: Counter, message: Message, turn_until: float) -> Answer:
        loop = asyncio.get_running_loop()
        async with counter.window:
            if loop.time() > turn_until:
                return LATE
            await asyncio.sleep(max(counter.bucket.take(loop.time()), counter.not_before - loop.time()))
            if not counter.breaker.closed(loop.time()):
                return Refused("the provider is not well", retry=True, down=True)
            answer = await counter.provider.send(outgoing(message))
        if isinstance(answer, Unsure) or (isinstance(answer, Refused) and answer.down):
            counter.breaker.failed(loop.time())
            log.warning("provider_failed", provider=counter.provider.name, reason=answer.reason)
        else:
            counter.breaker.well()
        if isinstance(answer, Refused) and answer.retry and not answer.down:
            counter.not_before = loop.time() + THROTTLED_S
        return answer

    # ------------------------------------------------------------------ receiving
    async def _receive(self) -> None:
        """Keep what comes in, in order, a batch at a time; thanks go out when it is in the books."""
        while True:
            batch = [await self._inbox.get()]
            while len(batch) < HEARD_AT_ONCE and not self._inbox.empty():
                batch.append(self._inbox.get_nowait())
            while True:
                if await self._kept([one.heard for one in batch]):
                    break
                await asyncio.sleep(AGAIN_S)
            for one in batch:
                one.kept()

    async def _kept(self, heard: Sequence[Heard]) -> bool:
        now = self._clock.now()
        receipts = [one for one in heard if isinstance(one, Receipt)]
        replies = [one for one in heard if isinstance(one, Reply)]
        try:
            if receipts:
                await self._ledger.run(take_receipts, self._books, self._works, receipts, now)
            if replies:
                await self._ledger.run(take_replies, self._books, replies, new_touch_id, now)
        except EnvironmentFault as fault:
            log.error("ledger_refused", fault=str(fault), heard=len(heard))
            return False
        return True

    # ------------------------------------------------------------------ the sweep
    async def _sweep(self) -> None:
        """Find what nobody has sent, and settle what nobody has heard of, for ever."""
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                await self._sweep_once()
            except EnvironmentFault as fault:
                log.error("ledger_refused", fault=str(fault))

    async def _sweep_once(self) -> None:
        run, now = self._ledger.run, self._clock.now()
        if not any(queue.qsize() for queue in self._waiting.values()):
            for kind, touches in (await run(unsent, self._books, now, SWEPT_AT_ONCE)).items():
                self.give(kind, touches)
        for message in await run(overdue, self._books, self._works, now, SWEPT_AT_ONCE):
            await self._ask(message)

    async def _ask(self, message: Message) -> None:
        counter = self._counters.get(message.provider)
        if counter and not counter.breaker.closed(asyncio.get_running_loop().time()):
            return  # whoever waits for a dead provider's answers sweeps nothing else
        found = (
            await counter.provider.ask(outgoing(message)) if counter else Unsure("no such provider any more")
        )
        now = self._clock.now()
        if found is None:
            await self._ledger.run(never_taken, self._books, self._works, message, now)
        elif isinstance(found, Receipt):
            await self._ledger.run(take_receipts, self._books, self._works, [found], now)

    def states(self) -> Iterator[tuple[str, bool, int]]:
        """Of each provider whether his breaker is closed, and how many messages of his kinds wait here."""
        now = asyncio.get_running_loop().time()
        for name, one in self._counters.items():
            waiting = sum(self._waiting[kind].qsize() for kind in one.provider.kinds)
            yield name, one.breaker.closed(now), waiting


def outgoing(message: Message) -> Outgoing:
    """A message as a provider is given it."""
    return Outgoing(TouchId(message.touch_id), message.kind, message.phone, message.text, message.echo)
