"""An event loop on virtual time: hours of timers pass in milliseconds, in the right order.

Only for code that waits on timers and on its own tasks. A socket, a subprocess or a thread lives in real time,
and the clock would jump past it.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class _ClockThatJumps(selectors.SelectSelector):
    """Where a loop would sleep until its next timer, move the clock there."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("virtual time: every task waits and no timer is set, this would hang for ever")
        if not ready and timeout is not None:
            self.now += max(timeout, 0.0)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """``loop.time()`` starts at 0.0 and jumps from timer to timer, in seconds."""

    def __init__(self) -> None:
        self._clock_that_jumps = _ClockThatJumps()
        super().__init__(self._clock_that_jumps)

    def time(self) -> float:
        return self._clock_that_jumps.now


def run_on_virtual_time(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run ``coroutine`` to its end; RuntimeError when it could only hang."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(coroutine)
