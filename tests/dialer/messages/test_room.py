"""The post room with providers that do as they are told: what is sent, retried, asked, kept and thanked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import pytest

from dialer.clock import Clock
from dialer.handlers.sending import do_round
from dialer.messages import counter, room
from dialer.messages.counter import Counter
from dialer.messages.fake import FakeProvider
from dialer.messages.provider import Answer, Outgoing, Refused, Unsure
from dialer.messages.room import PostRoom
from dialer.messages.works import Works
from domain.errors import EnvironmentFault
from domain.message import MessageState
from domain.reply import Reply
from ledger.books import Books
from tests.dialer.messages.post import PHONE, Post, receipt
from tests.ledger.rows import NOON
from tests.polling import until

pytestmark = pytest.mark.unit

WAIT_S = 60.0
DOWN = Refused("not connected", retry=True, down=True)


class StoppedClock(Clock):
    """It goes on when it is told to."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at

    def goes_on(self, **by: float) -> None:
        self.at += timedelta(**by)


class SlowProvider(FakeProvider):
    """Answers when it ``wakes``."""

    asleep = 0

    async def send(self, message: Outgoing) -> Answer:
        self.asleep += 1
        await self.wakes.wait()
        return await super().send(message)

    @cached_property
    def wakes(self) -> asyncio.Event:
        return asyncio.Event()


class Rig:
    """A post room at work over a campaign's books."""

    def __init__(self, post: Post, *providers: FakeProvider) -> None:
        self.post, self.clock = post, StoppedClock()
        settings = {one.name: one for one in post.settings.providers}
        fast = {"per_second": 1_000.0}
        counters = [Counter(one, settings["hub"].model_copy(update=fast)) for one in providers]
        self.room = PostRoom(post.books, post.works, self.clock, counters)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.room.run())
        try:
            yield
        finally:
            self.room.stop()
            await task

    async def outcomes(self, *wanted: str | None) -> None:
        await until(
            lambda: self.post.outcomes() == list(wanted), WAIT_S, f"{wanted}, not {self.post.outcomes()}"
        )

    async def state(self, touch: str, wanted: MessageState) -> None:
        await until(lambda: self.post.message(touch).state is wanted, WAIT_S, f"{wanted}")


@pytest.fixture
def post(books: Books) -> Post:
    return Post(books)


def reserved(post: Post, *keys: str) -> list[str]:
    for place, key in enumerate(keys):
        post.add(key, f"+7916000000{place}")
    return [one.request.id for one in post.reserve().reserved]


async def test_what_it_is_given_is_sent_once_and_ends_with_its_receipt(post: Post) -> None:
    hub = FakeProvider("hub", ("messenger",), by_part=False)
    touches = reserved(post, "A", "B")
    rig = Rig(post, hub)
    async with rig.at_work():
        rig.room.give("messenger", touches)
        rig.room.give("messenger", touches)
        rig.room.give("viber", ["nobody carries it"])
        for touch in touches:
            await rig.state(touch, MessageState.ACCEPTED)
        assert [one.touch for one in hub.got] == touches
        hub.tell(receipt("hub-1", MessageState.DELIVERED))
        hub.tell(receipt("hub-2", MessageState.READ))
        await rig.outcomes("msg_delivered", "msg_delivered")
        await until(lambda: hub.thanked == 2, WAIT_S, "thanks")


async def test_without_a_job_the_sweep_sends(post: Post) -> None:
    hub = FakeProvider("hub", ("messenger",), by_part=False)
    (touch,) = reserved(post, "A")
    rig = Rig(post, hub)
    rig.clock.goes_on(seconds=16)
    async with rig.at_work():
        await rig.state(touch, MessageState.ACCEPTED)


async def test_what_waited_too_long_for_its_turn_goes_back(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counter, "TURN_WITHIN_S", -1.0)
    hub = FakeProvider("hub", ("messenger",), by_part=False)
    (touch,) = reserved(post, "A")
    rig = Rig(post, hub)
    async with rig.at_work():
        rig.room.give("messenger", [touch])
        await until(lambda: post.message(touch).reason == counter.LATE.reason, WAIT_S, "it goes back")
    back = post.message(touch)
    assert (hub.got, back.state, back.tries) == ([], MessageState.WAITING, 0)


async def test_of_two_providers_of_a_kind_the_one_that_works_is_taken(post: Post) -> None:
    hub = FakeProvider("hub", ("messenger",), by_part=False)
    other = FakeProvider("other", ("messenger",), by_part=False)
    hub.answers = iter([DOWN] * 5)
    touches = reserved(post, "A", "B", "C", "D", "E")
    rig = Rig(post, hub, other)
    async with rig.at_work():
        rig.room.give("messenger", touches)
        await until(
            lambda: {post.message(one).reason for one in touches} == {"not connected"},
            WAIT_S,
            "five failures",
        )
        rig.clock.goes_on(seconds=16)
        for touch in touches:
            await rig.state(touch, MessageState.ACCEPTED)
    assert sorted(one.touch for one in other.got) == sorted(touches)


async def test_nobody_knows_so_he_is_asked_and_it_is_not_sent_again(post: Post) -> None:
    hub = FakeProvider("hub", ("messenger",), by_part=False)
    hub.answers = iter([Unsure("no answer")])
    (touch,) = reserved(post, "A")
    rig = Rig(post, hub)
    async with rig.at_work():
        rig.room.give("messenger", [touch])
        await until(lambda: len(hub.got) == 1, WAIT_S, "sent")
        hub.knows = receipt("r9", MessageState.DELIVERED, touch=touch)
        await rig.state(touch, MessageState.SENDING)
        rig.clock.goes_on(seconds=36)
        await rig.outcomes("msg_delivered")
    assert len(hub.got) == 1


async def test_he_never_had_it(post: Post) -> None:
    hub = FakeProvider("hub", ("messenger",), by_part=False)
    hub.answers, hub.knows = iter([Unsure("no answer")]), None
    (touch,) = reserved(post, "A")
    rig = Rig(post, hub)
    async with rig.at_work():
        rig.room.give("messenger", [touch])
        await until(lambda: len(hub.got) == 1, WAIT_S, "sent")
        rig.clock.goes_on(seconds=36)
        await rig.outcomes("not_placed")


async def test_what_webhooks_bring_is_kept_before_they_are_thanked(post: Post) -> None:
    hub = FakeProvider("hub", ("messenger",), by_part=False)
    reserved(post, "A")
    rig = Rig(post, hub)
    async with rig.at_work():
        reply = Reply("hub", "m1", PHONE, "спасибо", NOON)
        await rig.room.keep([reply, receipt("nobody's", MessageState.DELIVERED)])
        with post.books.read() as tx:
            assert tx.replies.count() == 1


async def test_what_there_is_no_room_for_must_be_told_again(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "HEARD_MOST", 0)
    hub = FakeProvider("hub", ("messenger",), by_part=False)
    rig = Rig(post, hub)
    news = receipt("nobody's", MessageState.DELIVERED)
    async with rig.at_work():
        await until(lambda: hub.runs, WAIT_S, "it is connected")
        assert not hub.tell(news)
        with pytest.raises(EnvironmentFault, match="too much waits"):
            await rig.room.keep([news])
        monkeypatch.undo()
        assert hub.tell(news)
        await until(lambda: hub.thanked == 1, WAIT_S, "thanks")


async def test_what_the_books_refuse_is_written_when_they_are_back(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = FakeProvider("hub", ("messenger",), by_part=False)
    (touch,) = reserved(post, "A")
    rig, refused = Rig(post, hub), list[int]()

    def refuse(books: Books, works: Works, answers: Sequence[Any], *rest: Any) -> Any:
        if answers and len(refused) < 2:
            refused.append(len(answers))
            raise EnvironmentFault("the disk is full")
        return do_round(books, works, answers, *rest)

    monkeypatch.setattr(room, "do_round", refuse)
    monkeypatch.setattr(room, "AGAIN_S", 0.01)
    async with rig.at_work():
        rig.room.give("messenger", [touch])
        await until(lambda: len(hub.got) == 1, WAIT_S, "sent")
        assert hub.tell(receipt("hub-1", MessageState.DELIVERED))
        await rig.outcomes("msg_delivered")
    assert (refused, len(hub.got), hub.thanked) == ([1, 1], 1, 1)


async def test_it_stops_when_what_is_under_way_is_answered(post: Post) -> None:
    hub = SlowProvider("hub", ("messenger",), by_part=False)
    touches = reserved(post, "A", "B")
    rig = Rig(post, hub)
    async with rig.at_work():
        rig.room.give("messenger", touches[:1])
        await until(lambda: hub.asleep == 1, WAIT_S, "it is under way")
        rig.room.stop()
        rig.room.give("messenger", touches[1:])
        hub.wakes.set()
    assert [post.message(touch).state for touch in touches] == [MessageState.ACCEPTED, MessageState.WAITING]


async def test_states_for_whoever_watches(post: Post) -> None:
    rig = Rig(post, FakeProvider("hub", ("messenger",)))
    assert list(rig.room.states()) == [("hub", True, 0)]
