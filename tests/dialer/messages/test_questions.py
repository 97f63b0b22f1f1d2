"""Questions about late receipts: one after another, and in peace with a provider who does not answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from dialer.messages import questions
from dialer.messages.counter import Counter
from dialer.messages.fake import FakeProvider
from dialer.messages.limits import FAILURES
from dialer.messages.provider import Arrival, Unsure
from dialer.messages.questions import Questions
from dialer.messages.settings import ProviderSettings
from domain.message import MessageState, Receipt
from domain.touch import TouchId
from ledger.messages import Message
from tests.dialer.messages.post import PHONE, SMSC, receipt
from tests.ledger.rows import NOON
from tests.polling import until

pytestmark = pytest.mark.unit


def message(nth: int) -> Message:
    touch = TouchId(f"01a200bb715f72ddb91035d9{nth:08x}")
    return Message(touch, 1, 1, "sms", PHONE, "text", 1, 100, 7_200, nth, NOON, None, provider="smsc")


class Desk:
    """Questions to a provider, and what is heard of the answers."""

    def __init__(self) -> None:
        asked = {**SMSC, "status_query": True, "questions_per_second": 1_000}
        self.smsc, self.heard = FakeProvider("smsc"), list[Receipt]()
        self.counter = Counter(self.smsc, ProviderSettings.model_validate(asked))
        self.questions = Questions(self.counter)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.questions.run(self._arrived))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _arrived(self, arrival: Arrival) -> bool:
        assert isinstance(arrival.heard, Receipt)
        arrival.kept()
        self.heard.append(arrival.heard)
        return True

    @property
    def queried(self) -> list[tuple[int, tuple[str, ...]]]:
        return [(one.echo, refs) for one, refs in self.smsc.queried]


async def test_what_is_answered_is_told_as_if_it_had_come_by_itself() -> None:
    desk = Desk()
    desk.smsc.states = [receipt("a", MessageState.DELIVERED), receipt("b", MessageState.SENT)]
    async with desk.at_work():
        desk.questions.add(message(1), ["a", "b"])
        desk.questions.add(message(2), ["c"])
        await until(lambda: len(desk.heard) == 4, what="two answers of two receipts")
    assert desk.queried == [(1, ("a", "b")), (2, ("c",))]


def test_who_does_not_answer_is_asked_ever_more_seldom(virtual_time: Callable[..., list[int]]) -> None:
    async def scenario() -> list[int]:
        """How many questions he has had, each second."""
        desk, asked = Desk(), list[int]()
        desk.smsc.states = Unsure("it is silent")
        async with desk.at_work():
            for nth in range(4):
                desk.questions.add(message(nth), ["a"])
            await asyncio.sleep(0.5)
            for _ in range(15):
                asked.append(len(desk.queried))
                await asyncio.sleep(1)
        assert desk.heard == []
        return asked

    assert virtual_time(scenario()) == [1] * 2 + [2] * 4 + [3] * 8 + [4]


async def test_a_provider_who_is_not_well_is_not_asked() -> None:
    desk = Desk()
    loop = asyncio.get_running_loop()
    for _ in range(FAILURES):
        desk.counter.breaker.failed(loop.time() + 1e6)
    async with desk.at_work():
        desk.questions.add(message(1), ["a"])
        await until(lambda: desk.questions.waiting == 0, what="it is put aside")
        desk.counter.breaker.well()
        desk.questions.add(message(2), ["b"])
        await until(lambda: len(desk.queried) == 1, what="a question")
    assert desk.queried == [(2, ("b",))]


async def test_no_more_wait_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "WAITING_MOST", 2)
    desk = Desk()
    for nth in range(5):
        desk.questions.add(message(nth), ["a"])
    async with desk.at_work():
        await until(lambda: len(desk.queried) == 2, what="those for which there was room")
    assert [echo for echo, _ in desk.queried] == [0, 1]
