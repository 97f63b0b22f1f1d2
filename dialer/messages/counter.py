"""The counter of a provider: how many messages he may be given now, and what his answers say of him."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from dialer.messages.limits import Breaker, TokenBucket
from dialer.messages.provider import Answer, Outgoing, Provider, Refused, Unsure
from dialer.messages.settings import ProviderSettings
from domain.touch import TouchId
from ledger.messages import Message

log = structlog.get_logger(__name__)

TURN_WITHIN_S = 10.0
"""A claimed message whose turn does not come within so long goes back: nobody may ask for one that waits here yet."""

LATE = Refused("its turn did not come", retry=True, down=True)
NOT_WELL = Refused("the provider is not well", retry=True, down=True)
THROTTLED_S = 1.0
LOT_S = 0.1
"""Messages of so many seconds are claimed together, for a commit costs as much as many of them."""


class Counter:
    """A provider with what holds him back: his rate, his window, his breaker."""

    def __init__(self, provider: Provider, settings: ProviderSettings) -> None:
        self.provider, self.settings, self.breaker = provider, settings, Breaker()
        self._bucket, self._window = TokenBucket(settings.per_second), settings.window
        self._lot = max(1, min(round(settings.per_second * LOT_S), settings.window // 4))
        self._under_way, self._not_before = 0, 0.0
        self.asked_after = timedelta(seconds=1.5 * TURN_WITHIN_S + 2 * settings.answer_s)
        """When a message without an answer has surely been given to him, or will never be: then he may be asked."""

    def room(self, now: float, waiting: int) -> int:
        """How many of those that wait he may be given at once; 0 also while more are worth waiting for."""
        if now < self._not_before or not self.breaker.closed(now):
            return 0
        window = 1 if self.breaker.doubtful else self._window
        most = min(waiting, window - self._under_way, self._bucket.ready(now))
        return most if most >= min(waiting, window, self._lot) else 0

    def take(self, count: int) -> None:
        """So many are claimed for him, and will be sent now."""
        self._under_way += count
        self._bucket.take(count)

    async def send(self, message: Message, since: float) -> Answer:
        """Give him one that was claimed at ``since`` of the loop's clock, unless he cannot take it any more."""
        try:
            return await self._send(message, since + TURN_WITHIN_S)
        finally:
            self._under_way -= 1

    async def _send(self, message: Message, turn_until: float) -> Answer:
        loop = asyncio.get_running_loop()
        if (pause := self._not_before - loop.time()) > 0:
            await asyncio.sleep(pause)
        if loop.time() > turn_until:
            return LATE
        if not self.breaker.closed(loop.time()):
            return NOT_WELL
        answer = await self.provider.send(outgoing(message))
        if isinstance(answer, Unsure) or (isinstance(answer, Refused) and answer.down):
            self.breaker.failed(loop.time())
            log.warning("provider_failed", provider=self.provider.name, reason=answer.reason)
        else:
            self.breaker.well()
        if isinstance(answer, Refused) and answer.retry and not answer.down:
            self._not_before = loop.time() + THROTTLED_S
        return answer


def outgoing(message: Message) -> Outgoing:
    """A message as a provider is given it."""
    return Outgoing(TouchId(message.touch_id), message.kind, message.phone, message.text, message.echo)
