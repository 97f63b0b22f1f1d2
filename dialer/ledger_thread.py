"""The ledger is synchronous; one thread does its work, so that the event loop never waits for a disk."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
Lane = deque[tuple[Future[Any], Callable[[], Any]]]


class LedgerThread:
    """Runs ledger work one piece after another: order of submission is order of commit.

    What somebody waits for on the telephone goes before all that has not begun yet.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._urgent: Lane = deque()
        self._ordinary: Lane = deque()

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do it in the thread and wait for its result."""
        return await self._do(self._ordinary, partial(work, *args, **kwargs))

    async def run_first(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same, before all ordinary work: a caller hears ringing, or an operator waits for a card."""
        return await self._do(self._urgent, partial(work, *args, **kwargs))

    async def _do(self, lane: Lane, piece: Callable[[], T]) -> T:
        future: Future[T] = Future()
        lane.append((future, piece))
        self._pool.submit(self._next)
        return await asyncio.wrap_future(future)

    def _next(self) -> None:
        """As many calls of this are submitted as there are pieces."""
        future, piece = (self._urgent or self._ordinary).popleft()
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(piece())
        except BaseException as fault:  # whoever waits for it gets it, as from any executor
            future.set_exception(fault)

    def close(self) -> None:
        """Wait for the work that was submitted."""
        self._pool.shutdown(wait=True)
