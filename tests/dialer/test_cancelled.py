"""A loop ends when it is cancelled, even where Python 3.11 loses the cancellation."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from dialer.cancelled import cancelled
from dialer.floor.screens import read_feed

pytestmark = pytest.mark.unit


async def lost(task: asyncio.Task[None]) -> None:
    """Let the cancellation of a task meet the end of what it waits for."""
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(done.set_result, None)
    asyncio.get_running_loop().call_soon(task.cancel)
    await asyncio.wait_for(done, 60.0)


async def test_a_cancellation_that_wait_for_loses_is_seen() -> None:
    rounds = 0

    async def work() -> None:
        nonlocal rounds
        while not cancelled():
            rounds += 1
            await lost(task)

    task = asyncio.create_task(work())
    await asyncio.wait([task], timeout=30.0)
    assert task.done()
    assert rounds == 1


async def test_who_reads_a_feed_is_let_go_too() -> None:
    class Client:
        async def xread(self, *_: object, **__: object) -> list[object]:
            await lost(task)
            return []

    async def read() -> None:
        async for _ in read_feed(cast(Any, Client()), 1, "0"):
            pass

    task = asyncio.create_task(read())
    await asyncio.wait([task], timeout=30.0)
    assert task.cancelled()


async def test_a_task_that_nobody_cancels_goes_on() -> None:
    assert not cancelled()
