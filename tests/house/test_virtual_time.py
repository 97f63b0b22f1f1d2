"""The virtual clock itself: order, speed, and the diagnosis of a hang."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tests.virtual_time import run_on_virtual_time

pytestmark = pytest.mark.unit

Run = Callable[[Coroutine[Any, Any, Any]], Any]


def test_sleeping_two_hours_moves_the_clock_by_two_hours(virtual_time: Run) -> None:
    async def nap() -> float:
        start = asyncio.get_running_loop().time()
        await asyncio.sleep(7200)
        return asyncio.get_running_loop().time() - start

    assert virtual_time(nap()) == pytest.approx(7200)


def test_timers_fire_in_the_order_of_their_times(virtual_time: Run) -> None:
    fired: list[str] = []

    async def after(seconds: float, name: str) -> None:
        await asyncio.sleep(seconds)
        fired.append(name)

    async def scenario() -> None:
        await asyncio.gather(after(3600, "hour"), after(0.001, "millisecond"), after(86_400 * 30, "month"))

    virtual_time(scenario())
    assert fired == ["millisecond", "hour", "month"]


def test_a_time_limit_ends_what_takes_longer(virtual_time: Run) -> None:
    async def scenario() -> None:
        await asyncio.wait_for(asyncio.sleep(61), timeout=60)

    with pytest.raises(TimeoutError):
        virtual_time(scenario())


def test_a_task_that_could_only_hang_is_reported() -> None:
    async def scenario() -> None:
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="no timer is set"):
        run_on_virtual_time(scenario())
