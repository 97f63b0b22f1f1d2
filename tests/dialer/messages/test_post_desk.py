"""The desk of messages in a dialler: reserves what campaigns want written while somebody sends it, and never more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace
from typing import Any, cast

import pytest
from redis import Redis
from structlog.testing import capture_logs

from dialer.campaign_loop import CampaignLoop, Tools
from dialer.jobs.queue import JobQueue
from dialer.ledger_thread import LedgerThread
from dialer.messages import post_desk
from dialer.messages.post_desk import SECONDS_AHEAD, PostDesk, _are_sent
from domain.campaign import CampaignStatus
from ledger.books import Books
from tests.dialer.messages.post import Post
from tests.ledger.rows import NOON
from tests.polling import until

pytestmark = pytest.mark.integration

NO_REDIS = "redis://127.0.0.1:1/0"


@pytest.fixture
def post(books: Books) -> Post:
    return Post(books)


def loop_of(post: Post, **more: Any) -> CampaignLoop:
    """The dialler's loop of the campaign, as far as the desk looks at it."""
    with post.books.read() as tx:
        campaign = tx.campaigns.named("spring")
    ready = SimpleNamespace(work=post.work)
    return cast(
        CampaignLoop, SimpleNamespace(**({"campaign": campaign, "ready": ready, "stopping": False} | more))
    )


@asynccontextmanager
async def working(post: Post, *loops: CampaignLoop, redis_url: str = NO_REDIS) -> AsyncIterator[list[int]]:
    """While it lasts the desk works these; the list grows by one each time that it looks for work."""
    looks: list[int] = []
    ledger = LedgerThread()
    clock = SimpleNamespace(now=lambda: NOON)
    tools = cast(Tools, SimpleNamespace(books=post.books, ledger=ledger, clock=clock))

    def seen() -> tuple[CampaignLoop, ...]:
        looks.append(1)
        return loops

    settings = post.settings.model_copy(update={"redis_url": redis_url})
    desk = asyncio.create_task(PostDesk(tools, settings, seen).run())
    try:
        yield looks
    finally:
        desk.cancel()
        with suppress(asyncio.CancelledError):
            await desk
        ledger.close()


def reserved(post: Post) -> int:
    with post.books.read() as tx:
        return len(tx.messages.of_campaign(post.campaign.id))


async def test_without_redis_it_reserves_and_the_sweep_of_a_post_room_sends(post: Post) -> None:
    for number in range(3):
        post.add(f"A{number}", f"+7916000000{number}")
    async with working(post, loop_of(post)):
        await until(lambda: reserved(post) == 3, what="three messages are reserved")
    assert post.outcomes() == [None] * 3


async def test_no_more_are_reserved_than_can_be_sent_soon(post: Post) -> None:
    slow = tuple(one.model_copy(update={"per_second": 4.0}) for one in post.settings.providers)
    post.settings = post.settings.model_copy(update={"providers": slow})
    most = round(SECONDS_AHEAD * 8)
    for number in range(most + 5):
        post.add(f"A{number}", f"+79160{number:06}")
    async with working(post, loop_of(post)) as looks:
        await until(lambda: reserved(post) >= most, what="messages are reserved")
        before = len(looks)
        await until(lambda: len(looks) > before + 2, what="it looks again")
    assert reserved(post) == most


async def test_what_does_not_run_is_left_alone(post: Post) -> None:
    post.add("A")
    stopping = loop_of(post, stopping=True)
    with post.books.write() as tx:
        tx.campaigns.set_status("spring", CampaignStatus.PAUSED)
    async with working(post, stopping, loop_of(post)) as looks:
        await until(lambda: len(looks) > 2, what="it looks for work")
    assert reserved(post) == 0


async def test_a_campaign_of_a_newer_owner_is_left_to_him(post: Post) -> None:
    post.add("A")
    mine = loop_of(post)
    with post.books.write() as tx:
        tx.campaigns.take_over(post.campaign.id)
    async with working(post, mine) as looks:
        await until(lambda: len(looks) > 2, what="it looks for work")
    assert reserved(post) == 0


async def test_while_nobody_sends_nothing_is_reserved_and_that_is_told_once(
    post: Post, redis_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def ask(queue: JobQueue) -> bool:
        asked.append(_are_sent(queue))
        return asked[-1]

    monkeypatch.setattr(post_desk, "_are_sent", ask)
    monkeypatch.setattr(post_desk, "ASKED_S", 0.0)
    monkeypatch.setattr(post_desk, "IDLE_S", 0.01)
    with Redis.from_url(redis_server) as redis:
        redis.flushdb()
    post.add("A")
    with capture_logs() as logs:
        async with working(post, loop_of(post), redis_url=redis_server) as looks:
            await until(lambda: len(asked) > 3, what="it asks several times whether somebody sends")
    assert not any(asked)
    assert looks == []
    assert reserved(post) == 0
    (told,) = (one for one in logs if one["event"] == "nobody_sends_messages")
    assert told["remedy"] == "start `dozvon messages`"


async def test_a_house_without_providers_has_nothing_to_do(post: Post) -> None:
    post.settings = post.settings.model_copy(update={"providers": ()})
    tools = cast(Tools, SimpleNamespace())
    await PostDesk(tools, post.settings, tuple).run()
