"""A loop ends when it is cancelled, even where Python 3.11 loses the cancellation."""

from __future__ import annotations

import asyncio

import pytest

from dialer.cancelled import cancelled

pytestmark = pytest.mark.unit


async def test_a_cancellation_that_wait_for_loses_is_seen() -> None:
    rounds = 0

    async def work() -> None:
        nonlocal rounds
        while not cancelled():
            rounds += 1
            done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(done.set_result, None)
            asyncio.get_running_loop().call_soon(task.cancel)
            await asyncio.wait_for(done, 60.0)

    task = asyncio.create_task(work())
    await asyncio.wait([task], timeout=30.0)
    assert task.done()
    assert rounds == 1


async def test_a_task_that_nobody_cancels_goes_on() -> None:
    assert not cancelled()
