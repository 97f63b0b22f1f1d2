"""What a receipt would have told, asked for by query_sm, and what nobody can be asked: over TCP, with real books."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dialer.clock import Clock
from dialer.demo.post_office.addressees import Addressee, Habits
from dialer.handlers.sending import overdue
from dialer.messages import counter
from dialer.messages.counter import Counter, outgoing
from dialer.messages.provider import Arrival, Heard, Outgoing, Taken, Unsure
from dialer.messages.room import PostRoom
from dialer.messages.settings import ProviderSettings
from dialer.messages.smpp import SmppProvider
from dialer.messages.smpp_parts import NotWritten
from domain.message import MessageState, Receipt
from domain.touch import TouchId
from ledger.books import Books
from ledger.messages import Message
from tests.dialer.demo.post_office.offices import Town, open_town, phone
from tests.dialer.messages.post import SMSC, Post
from tests.ledger.rows import NOON
from tests.polling import until

pytestmark = pytest.mark.integration

BODY = """\
name: test
regime: ru-230fz-agency
segments:
  - id: everybody
    steps:
      - id: write
        message: {kind: sms, segments: 2, within: 2h, text: "%s"}
      - {id: pause, wait: 3d}
"""
TEXT = "{creditor}: долг {debt} руб. Оплатите или позвоните скорее: {callback}"
LATE = NOON + timedelta(minutes=10)
OVER = NOON + timedelta(hours=2)
LONG_DELAY = Habits(delay=(1e6, 1e6))


class Killed(SmppProvider):
    """Its process ends when it has put so many parts on the wire, whatever is answered to them."""

    survives_parts = 1

    def _write(self, pdu: Any) -> None:
        if pdu.command == "submit_sm":
            if not self.survives_parts:
                raise NotWritten("killed")
            self.survives_parts -= 1
        super()._write(pdu)


class StoppedClock(Clock):
    """It goes on when it is told to."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at


def settings_for(town: Town, **more: Any) -> ProviderSettings:
    bind = {"user": "dozvon", "secret": "postal8", "sender": "Dozvon", "port": town.smpp_port}
    return ProviderSettings.model_validate({**SMSC, **bind, "status_query": True, "answer_s": 120, **more})


@asynccontextmanager
async def bound(
    provider: SmppProvider, *, confirms: bool = True
) -> AsyncIterator[tuple[SmppProvider, list[Heard]]]:
    """At work, with what it hears."""
    heard = list[Heard]()

    def arrived(arrival: Arrival) -> bool:
        heard.append(arrival.heard)
        if confirms:
            arrival.kept()
        return True

    task = asyncio.create_task(provider.run(arrived))
    try:
        await until(provider.bound.is_set, what="the bind")
        yield provider, heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def post(books: Books) -> Post:
    made = Post(books, BODY % TEXT)
    made.ask_after("smsc", 600)
    return made


def claimed(post: Post, who: Addressee = Addressee.RECEIVES) -> Message:
    """An SMS of two parts that may be on its way from now on."""
    post.add("A", phone(who))
    (reserved,) = post.reserve().reserved
    (message,) = post.claim(reserved.request.id, provider="smsc")
    assert message.parts == 2
    return message


async def sent(post: Post, provider: SmppProvider, who: Addressee = Addressee.RECEIVES) -> Message:
    """The same, taken by the SMSC."""
    message = claimed(post, who)
    answer = await provider.send(outgoing(message))
    assert isinstance(answer, Taken)
    assert len(answer.refs) == 2
    post.answered(message, answer)
    return message


async def settled(town: Town) -> None:
    """The SMSC has nothing left to do."""
    items = town.office.items
    await until(lambda: len(items) == 2 and all(one.state.is_final for one in items.values()))


async def asked(post: Post, provider: SmppProvider, now: datetime = LATE) -> int:
    """What a post room does with a receipt that is late; answers of how many parts something was told."""
    ((message, refs),) = overdue(post.books, post.works, now, 10)
    told = await provider.query(outgoing(message), refs)
    assert not isinstance(told, Unsure), told
    post.told(*told, now=now)
    return len(told)


@pytest.mark.parametrize(
    ("who", "outcome", "reason"),
    [
        (Addressee.RECEIVES, "msg_delivered", "delivered"),
        (Addressee.SWITCHED_OFF, "msg_failed", "UNDELIV 001"),
        (Addressee.EXPIRES, "msg_failed", "EXPIRED 002"),
    ],
)
async def test_a_lost_receipt_is_asked_for(
    post: Post, tmp_path: Path, who: Addressee, outcome: str, reason: str
) -> None:
    async with (
        open_town(tmp_path / "r", lost_receipts=1.0) as town,
        bound(SmppProvider(settings_for(town), lambda: LATE)) as (provider, heard),
    ):
        message = await sent(post, provider, who)
        await settled(town)
        assert await asked(post, provider) == 2
        assert (post.outcomes(), heard) == ([outcome], [])
        assert post.message(message.touch_id).reason == reason
        assert len(town.rows("taken")) == 2


async def test_one_that_is_on_its_way_stays_open(post: Post, tmp_path: Path) -> None:
    async with (
        open_town(tmp_path / "r", habits=LONG_DELAY) as town,
        bound(SmppProvider(settings_for(town), lambda: LATE)) as (provider, _),
    ):
        message = await sent(post, provider)
        assert await asked(post, provider) == 2
        assert (post.outcomes(), post.message(message.touch_id).state) == ([None], MessageState.SENT)
        assert overdue(post.books, post.works, OVER, 10) == []
        assert post.outcomes() == ["msg_sent"]


async def test_an_id_that_the_smsc_does_not_know_says_nothing(post: Post, tmp_path: Path) -> None:
    """RQUERYFAIL comes also when it has forgotten: the message was taken, and counts."""
    async with (
        open_town(tmp_path / "r", lost_receipts=1.0) as town,
        bound(SmppProvider(settings_for(town), lambda: LATE)) as (provider, _),
    ):
        await sent(post, provider)
        town.office.items.clear()
        assert await asked(post, provider) == 0
        assert post.outcomes() == [None]
        overdue(post.books, post.works, OVER, 10)
        assert post.outcomes() == ["msg_sent"]


async def test_an_smsc_without_query_sm(tmp_path: Path) -> None:
    message = Outgoing(
        TouchId("01a200bb715f72ddb91035d900000001"), "sms", phone(Addressee.RECEIVES), "text", 1
    )
    async with open_town(tmp_path / "r", answers_queries=False) as town:
        provider = SmppProvider(settings_for(town), lambda: LATE)
        assert await provider.query(message, ["1"]) == Unsure("not connected")
        async with bound(provider):
            said = Unsure("query_sm was not answered with a state")
            assert await provider.query(message, ["1000001"]) == said
            assert await provider.query(message, ["№1"]) == Unsure("no id that could be asked for")


async def test_the_room_asks_by_itself(post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counter, "TURN_WITHIN_S", 1e6)
    clock = StoppedClock()
    async with open_town(tmp_path / "r", lost_receipts=1.0) as town:
        settings = settings_for(town, per_second=1_000.0)
        provider = SmppProvider(settings, clock.now)
        room = PostRoom(post.books, post.works, clock, [Counter(provider, settings)])
        post.add("A", phone(Addressee.RECEIVES))
        (reserved,) = post.reserve().reserved
        touch = reserved.request.id
        task = asyncio.create_task(room.run())
        try:
            await until(provider.bound.is_set, what="the bind")
            room.give("sms", [touch])
            await until(lambda: post.message(touch).state is MessageState.ACCEPTED, what="it is taken")
            await settled(town)
            assert post.outcomes() == [None]
            clock.at = LATE
            await until(lambda: post.outcomes() == ["msg_delivered"], what="an answer")
        finally:
            room.stop()
            await task
        assert len(town.rows("taken")) == 2


async def test_what_a_killed_process_never_heard_the_id_of_stays_unknown(post: Post, tmp_path: Path) -> None:
    async with open_town(tmp_path / "r", lost_receipts=1.0) as town:
        message = claimed(post)
        async with bound(SmppProvider(settings_for(town), lambda: NOON)) as (dies, _):
            await dies.send(outgoing(message))  # he dies before it is written down
        await settled(town)
        async with bound(SmppProvider(settings_for(town), lambda: LATE)) as (provider, _):
            ((left, refs),) = overdue(post.books, post.works, LATE, 10)
            assert (left.touch_id, refs) == (message.touch_id, [])
            assert isinstance(await provider.ask(outgoing(left)), Unsure)
        assert post.claim(message.touch_id, provider="smsc", now=LATE) == []
        overdue(post.books, post.works, OVER, 10)
        assert post.outcomes() == ["unknown"]
        assert len(town.rows("taken")) == 2


@pytest.mark.parametrize("told", [True, False], ids=["its receipt comes", "its receipt is lost"])
async def test_a_torn_text_is_neither_delivered_nor_sent_again(
    post: Post, tmp_path: Path, told: bool
) -> None:
    """One part was on the wire when the process was killed. The SMSC echoes our reference in receipts."""
    async with open_town(tmp_path / "r", lost_receipts=0.0 if told else 1.0) as town:
        message, items = claimed(post), town.office.items
        async with bound(Killed(settings_for(town), lambda: NOON), confirms=False) as (dies, _):
            await dies.send(outgoing(message))
        await until(lambda: [one.state.is_final for one in items.values()] == [True])
        async with bound(SmppProvider(settings_for(town), lambda: LATE)) as (_, heard):
            await until(lambda: bool(heard) or not told, what="the receipt comes to his heir")
            post.told(*(one for one in heard if isinstance(one, Receipt)), now=LATE)
        assert post.outcomes() == [None]
        assert post.claim(message.touch_id, provider="smsc", now=LATE) == []
        overdue(post.books, post.works, OVER, 10)
        assert post.outcomes() == ["msg_sent" if told else "unknown"]
        reason = "1 of 2 parts delivered; no receipt came" if told else "no receipt came"
        assert post.reasons() == [reason]
        assert len(town.rows("taken")) == 1
        assert town.rows("handed") == []


async def test_a_part_that_was_never_taken_keeps_a_text_from_being_delivered(
    post: Post, tmp_path: Path
) -> None:
    async with (
        open_town(tmp_path / "r", lost_receipts=1.0) as town,
        bound(Killed(settings_for(town), lambda: LATE)) as (provider, _),
    ):
        message, items = claimed(post), town.office.items
        answer = await provider.send(outgoing(message))
        assert isinstance(answer, Taken)
        post.answered(message, answer)
        await until(lambda: [one.state.is_final for one in items.values()] == [True])
        assert await asked(post, provider) == 1
        assert post.outcomes() == [None]
        overdue(post.books, post.works, OVER, 10)
        assert post.outcomes() == ["msg_sent"]
        assert post.reasons() == ["1 of 2 parts delivered; no receipt came"]
