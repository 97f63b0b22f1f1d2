"""The engine's own providers are understood by an office that was written apart from them, and understand it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dialer.clock import SystemClock
from dialer.demo.post_office.addressees import Addressee
from dialer.demo.post_office.customer import providers_of, settle_down
from dialer.demo.post_office.plan import PostPlan
from dialer.demo.post_office.process import PostOffice
from dialer.messages.http import HttpProvider
from dialer.messages.provider import Arrival, Heard, Outgoing, Provider, Refused, Taken, Unsure
from dialer.messages.smpp import SmppProvider
from domain.message import MessageState, Receipt, echo_of
from domain.reply import Reply
from domain.touch import TouchId
from tests.dialer.demo.post_office.offices import QUICK, phone
from tests.polling import until

pytestmark = pytest.mark.integration

TOUCH = TouchId("0198f000000070008000000000001ee7")
LONG = "ЭнергоСбыт: долг 1 234,50 руб. за тепло. Оплатите или позвоните: +7 495 000-00-01 🙏 " * 3


def letter(who: Addressee, kind: str = "sms", text: str = LONG) -> Outgoing:
    return Outgoing(TOUCH, kind, phone(who), text, echo_of(TOUCH))


@asynccontextmanager
async def office(folder: Path, **plan: Any) -> AsyncIterator[PostOffice]:
    """A running one, whose webhooks nobody hears."""
    post, _ = settle_down(PostPlan(habits=QUICK, **plan), folder, timedelta())
    try:
        await post.start()
        yield post
    finally:
        post.stop()


@asynccontextmanager
async def smsc(post: PostOffice) -> AsyncIterator[tuple[SmppProvider, list[Heard]]]:
    """Our SMPP, bound to it, and what it hears."""
    provider, heard = SmppProvider(providers_of(post.plan)[0], SystemClock().now), list[Heard]()
    async with running(provider, heard):
        await until(provider.bound.is_set)
        yield provider, heard


@asynccontextmanager
async def hub(post: PostOffice) -> AsyncIterator[HttpProvider]:
    """Our HTTP."""
    provider = HttpProvider(providers_of(post.plan)[1], SystemClock().now)
    async with running(provider, []):
        yield provider


@asynccontextmanager
async def running(provider: Provider, heard: list[Heard]) -> AsyncIterator[None]:
    """It keeps its connections up, and what it hears is confirmed."""

    def arrived(arrival: Arrival) -> bool:
        heard.append(arrival.heard)
        arrival.kept()
        return True

    task = asyncio.create_task(provider.run(arrived))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_smpp(tmp_path: Path) -> None:
    async with office(tmp_path) as post, smsc(post) as (provider, heard):
        answer = await provider.send(letter(Addressee.ASKS))
        assert isinstance(answer, Taken)
        await until(lambda: any(isinstance(one, Reply) for one in heard))
        await until(lambda: len(heard) == len(answer.refs) + 1)
        receipts = [one for one in heard if isinstance(one, Receipt)]
        assert {one.ref for one in receipts} == set(answer.refs)
        assert {(one.state, one.echo) for one in receipts} == {(MessageState.DELIVERED, echo_of(TOUCH))}
        assert [row["text"] for row in post.rows() if "handed" in row] == [LONG]
        assert isinstance(await provider.send(letter(Addressee.UNKNOWN_NUMBER)), Refused)


async def test_http(tmp_path: Path) -> None:
    async with office(tmp_path) as post, hub(post) as provider:
        twice = [await provider.send(letter(Addressee.RECEIVES, "messenger")) for _ in range(2)]
        assert isinstance(twice[0], Taken)
        assert twice[0] == twice[1], "the touch's id is the key by which it is taken once"
        told = await provider.ask(letter(Addressee.RECEIVES, "messenger"))
        assert isinstance(told, Receipt)
        assert (told.touch, told.ref) == (TOUCH, twice[0].refs[0])
        (taken,) = (row for row in post.rows() if "taken" in row)
        assert (taken["text"], taken["kind"]) == (LONG, "messenger")


async def test_what_http_refuses_is_known_not_to_be_taken(tmp_path: Path) -> None:
    async with office(tmp_path, messages_per_s=0.0) as post, hub(post) as provider:
        answer = await provider.send(letter(Addressee.RECEIVES, "messenger"))
        assert isinstance(answer, Refused)
        assert answer.retry
        assert await provider.ask(letter(Addressee.RECEIVES, "messenger")) is None


@pytest.mark.parametrize("plan", [{"faults": 1.0}, {"lost_answers": 1.0}])
async def test_a_broken_answer_leaves_it_unsure(tmp_path: Path, plan: dict[str, float]) -> None:
    async with office(tmp_path, **plan) as post, hub(post) as provider:
        assert isinstance(await provider.send(letter(Addressee.RECEIVES, "messenger")), Unsure)
        known = await provider.ask(letter(Addressee.RECEIVES, "messenger"))
        assert (known is None) == ("faults" in plan)
