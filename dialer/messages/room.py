"""The post room: one process's senders, receivers and sweep around the providers' links, on one event loop.

It works in rounds. Each is one transaction, which writes down what providers have answered and told since the last one,
and claims what they may be given next: under load a commit carries many messages, and one that is claimed goes out at
once. What is given to a post room may be lost with it: the books know what waits, and the sweep of any other finds it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import cycle

import structlog

from dialer.clock import Clock
from dialer.handlers.receipts import take_receipts
from dialer.handlers.replies import take_replies
from dialer.handlers.sending import Order, do_round, never_taken, overdue, unsent
from dialer.ids import new_touch_id
from dialer.ledger_thread import LedgerThread
from dialer.messages.counter import Counter, outgoing
from dialer.messages.provider import Answer, Arrival, Heard, Unsure
from dialer.messages.questions import Questions
from dialer.messages.works import Works
from domain.errors import EnvironmentFault
from domain.message import MessageState, Receipt
from domain.reply import Reply
from ledger.books import Books
from ledger.messages import Message

log = structlog.get_logger(__name__)

LOOK_S, ROUND_S, COMPANY = 0.01, 0.2, 10
"""A round costs as much as ten messages, so it waits for so many answers or receipts, though no longer than 0.2 s."""

WAITING_MOST = 10_000
HEARD_MOST = 2_000
"""So much of what came in may wait for the books; then providers are told to come again."""

HEARD_AT_ONCE = 500
SWEEP_S = 1.0
SWEPT_AT_ONCE = 500
AGAIN_S = 1.0


class PostRoom:
    """Give it messages by kind; it claims, sends and records them, and keeps what comes back."""

    def __init__(self, books: Books, works: Works, clock: Clock, counters: Sequence[Counter]) -> None:
        self._books, self._works, self._clock = books, works, clock
        self._counters = {one.provider.name: one for one in counters}
        self._ledger = LedgerThread()
        self._questions = {one.provider.name: Questions(one) for one in counters if one.settings.status_query}
        kinds = {kind for one in counters for kind in one.provider.kinds}
        self._waiting = {kind: deque[str]() for kind in sorted(kinds)}
        self._heard: deque[Arrival] = deque()
        self._answers: list[tuple[Message, Answer]] = []
        self._under_way = 0
        self._work, self._stopping = asyncio.Event(), False

    async def run(self) -> None:
        """Work until `stop`; what is with a provider then is waited for."""
        async with asyncio.TaskGroup() as group:
            links = (one.provider.run(self._arrived) for one in self._counters.values())
            questions = (one.run(self._arrived) for one in self._questions.values())
            helpers = [group.create_task(helper) for helper in (*links, *questions, self._sweep())]
            await self._rounds(group)
            for helper in helpers:
                helper.cancel()
        self._ledger.close()

    def stop(self) -> None:
        """Take no more."""
        self._stopping = True
        self._work.set()

    def give(self, kind: str, touches: Sequence[str]) -> None:
        """Messages to be sent; those for which there is no room, or that nobody carries, are left to the books."""
        waiting = self._waiting.get(kind)
        if waiting is not None:
            waiting.extend(touches[: WAITING_MOST - len(waiting)])
            self._work.set()

    async def keep(self, heard: Sequence[Heard]) -> None:
        """What a webhook brought; returns when all of it is in the books. EnvironmentFault when too much waits."""
        if self._crowded:
            raise EnvironmentFault("too much waits for the books", remedy="it will be told again")
        done = [asyncio.Event() for _ in heard]
        self._heard.extend(Arrival(one, kept.set) for one, kept in zip(heard, done, strict=True))
        self._work.set()
        for kept in done:
            await kept.wait()

    def _arrived(self, arrival: Arrival) -> bool:
        if self._crowded:
            return False
        self._heard.append(arrival)
        self._work.set()
        return True

    @property
    def _crowded(self) -> bool:
        return len(self._heard) >= HEARD_MOST

    # ------------------------------------------------------------------ rounds
    async def _rounds(self, group: asyncio.TaskGroup) -> None:
        """One after another, until nothing is under way when it is stopped."""
        loop = asyncio.get_running_loop()
        while not self._stopping or self._under_way or self._answers:
            await self._work.wait()
            began = loop.time()
            if not (self._answers or self._heard or any(self._waiting.values()) or self._stopping):
                self._work.clear()
            try:
                await self._round(group)
            except EnvironmentFault as fault:
                log.error(
                    "ledger_refused", fault=str(fault), answers=len(self._answers), heard=len(self._heard)
                )
                await asyncio.sleep(AGAIN_S)
            await self._company(began + ROUND_S)

    async def _company(self, until: float) -> None:
        """Wait for more to put into the next round."""
        loop = asyncio.get_running_loop()
        pause = LOOK_S
        while pause > 0:
            await asyncio.sleep(pause)
            pause = 0.0 if self._in_haste else min(LOOK_S, until - loop.time())

    @property
    def _in_haste(self) -> bool:
        """Whether the next round shall not wait: there is enough for it, or nothing under way while messages wait."""
        idle = not self._under_way and (self._stopping or any(self._waiting.values()))
        return idle or len(self._answers) + len(self._heard) >= COMPANY

    async def _round(self, group: asyncio.TaskGroup) -> None:
        """What it takes is given back when the books refuse it: what a provider has said must not be forgotten."""
        since, now = asyncio.get_running_loop().time(), self._clock.now()
        answers, self._answers = self._answers, []
        heard = [self._heard.popleft() for _ in range(min(HEARD_AT_ONCE, len(self._heard)))]
        orders = [] if self._stopping else list(self._orders(since))
        if not (answers or heard or orders):
            return
        receipts = [one.heard for one in heard if isinstance(one.heard, Receipt)]
        replies = [one.heard for one in heard if isinstance(one.heard, Reply)]
        try:
            if replies:
                await self._ledger.run(take_replies, self._books, replies, new_touch_id, now)
            claimed = await self._ledger.run(
                do_round, self._books, self._works, answers, receipts, orders, now
            )
        except EnvironmentFault:
            self._answers[:0] = answers
            self._heard.extendleft(reversed(heard))
            raise  # the sweep finds what was ordered
        for order, messages in zip(orders, claimed, strict=True):
            self._send(group, self._counters[order.provider], messages, since)
        for one in heard:
            one.kept()

    def _orders(self, now: float) -> Iterator[Order]:
        """What each provider may be given now; of several that carry a kind the first that is well gets it."""
        served: set[str] = set()
        for name, counter in self._counters.items():
            if not counter.breaker.closed(now):
                continue
            queues = [self._waiting[kind] for kind in counter.provider.kinds if kind not in served]
            served.update(counter.provider.kinds)
            if room := counter.room(now, sum(map(len, queues))):
                touches = _in_turn(queues, room)
                yield Order(name, touches, counter.provider.by_part, counter.asked_after)

    def _send(
        self, group: asyncio.TaskGroup, counter: Counter, messages: Sequence[Message], since: float
    ) -> None:
        counter.take(len(messages))
        self._under_way += len(messages)
        for message in messages:
            group.create_task(self._answered(counter, message, since))

    async def _answered(self, counter: Counter, message: Message, since: float) -> None:
        answer = await counter.send(message, since)
        self._answers.append((message, answer))  # whose list it is then: a round takes it away
        self._under_way -= 1
        self._work.set()

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
        if not any(self._waiting.values()):
            for kind, touches in (await run(unsent, self._books, now, SWEPT_AT_ONCE)).items():
                self.give(kind, touches)
        for message, refs in await run(overdue, self._books, self._works, now, SWEPT_AT_ONCE):
            questions = self._questions.get(message.provider)
            if message.state is MessageState.SENDING and not refs:
                await self._ask(message)
            elif refs and questions:
                questions.add(message, refs)

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
            waiting = sum(len(self._waiting[kind]) for kind in one.provider.kinds)
            yield name, one.breaker.closed(now), waiting


def _in_turn(queues: Sequence[deque[str]], count: int) -> list[str]:
    """So many of the first of these queues, one of each by turns; there must be as many."""
    turns = cycle(queues)
    taken: list[str] = []
    while len(taken) < count:
        if queue := next(turns):
            taken.append(queue.popleft())
    return taken
