"""Questions to a provider about receipts that are late: one after another, and never more than he can be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from dialer.messages.counter import Counter, outgoing
from dialer.messages.provider import Arrival, Arrived, Unsure
from ledger.messages import Message

log = structlog.get_logger(__name__)

WAITING_MOST = 1_000
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 60.0
"""After a question that was not answered; it doubles with each that follows."""


class Questions:
    """The questions of one provider. What is lost here is asked again when the message's age has doubled."""

    def __init__(self, counter: Counter) -> None:
        self._counter, self._every_s = counter, 1 / counter.settings.questions_per_second
        self._waiting = asyncio.Queue[tuple[Message, tuple[str, ...]]](WAITING_MOST)

    def add(self, message: Message, refs: Sequence[str]) -> None:
        """Ask for these parts of it, unless too many wait already."""
        if not self._waiting.full():
            self._waiting.put_nowait((message, tuple(refs)))

    @property
    def waiting(self) -> int:
        """How many are not asked yet."""
        return self._waiting.qsize()

    async def run(self, arrived: Arrived) -> None:
        """Ask, for ever, and tell what is answered as if it had come by itself."""
        loop, silent_s = asyncio.get_running_loop(), FIRST_PAUSE_S
        while True:
            message, refs = await self._waiting.get()
            if not self._counter.breaker.closed(loop.time()):
                continue
            found = await self._counter.provider.query(outgoing(message), refs)
            if isinstance(found, Unsure):
                log.warning("question_unanswered", provider=message.provider, reason=found.reason)
                await asyncio.sleep(silent_s)
                silent_s = min(2 * silent_s, LONGEST_PAUSE_S)
                continue
            silent_s = FIRST_PAUSE_S
            for receipt in found:
                arrived(Arrival(receipt, _nobody_waits))
            await asyncio.sleep(self._every_s)


def _nobody_waits() -> None:
    pass
