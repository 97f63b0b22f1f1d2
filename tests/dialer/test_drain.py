"""The end of a dialler: it waits for its own calls, not for those who ring it meanwhile."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest

from dialer.campaign_loop import Tools
from dialer.drain import drain
from dialer.floor.floor import Floor
from dialer.inbound.call_backs import CallBacks
from dialer.recorder import Recorder
from dialer.running import INBOUND, Running, RunningCalls
from dialer.settings import Settings
from domain.call import Call
from domain.campaign import Plan
from domain.touch import TouchId
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit


def call(nth: int) -> Running:
    return Running(Call(TouchId(f"{nth:032x}")), Plan(debtor_id=0, due_at=NOON), "", INBOUND, "node1", 0.0)


class Scene:
    """A dialler with one call up."""

    def __init__(self) -> None:
        self.calls = RunningCalls()
        self.ledger = SimpleNamespace(waiting=set[TouchId](), stuck=False)
        self.calls.add(call(1))
        self.draining = asyncio.create_task(drain(self.calls, cast(Recorder, self.ledger), within_s=30))

    async def still_waits(self) -> bool:
        await asyncio.sleep(0)
        return not self.draining.done()


async def test_new_callers_do_not_keep_it() -> None:
    scene = Scene()
    assert await scene.still_waits()
    scene.calls.add(call(2))
    scene.calls.remove(call(1).call.touch)
    await scene.draining
    assert len(scene.calls) == 1


async def test_a_call_that_has_ended_must_be_in_the_ledger_first() -> None:
    scene = Scene()
    touch = call(1).call.touch
    scene.ledger.waiting.add(touch)
    scene.calls.remove(touch)
    assert await scene.still_waits()
    scene.ledger.waiting.clear()
    scene.ledger.stuck = True
    assert await scene.still_waits(), "what was seen last cannot be written yet"
    scene.ledger.stuck = False
    await scene.draining


async def test_it_does_not_wait_for_ever() -> None:
    calls = RunningCalls()
    calls.add(call(1))
    await drain(calls, cast(Recorder, SimpleNamespace(waiting=set(), stuck=False)), within_s=0.25)
    assert len(calls) == 1


async def test_nobody_is_called_back_any_more() -> None:
    floor = SimpleNamespace(driving=True, operators=list)
    backs = CallBacks(cast(Tools, SimpleNamespace()), cast(Floor, floor), Settings())
    backs.stop()
    await backs.run()
