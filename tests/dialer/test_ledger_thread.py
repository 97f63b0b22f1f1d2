"""The ledger's thread: one piece at a time, callers first."""

from __future__ import annotations

import asyncio
from threading import Event

import pytest

from dialer.ledger_thread import LedgerThread
from tests.polling import until

pytestmark = pytest.mark.unit


class Busy:
    """A ledger thread that does not get on before `release`."""

    def __init__(self) -> None:
        self.ledger, self.done = LedgerThread(), list[str]()
        self._began, self._release = Event(), Event()
        self._first = asyncio.create_task(self.ledger.run(self._hold))

    def _hold(self) -> None:
        self._began.set()
        assert self._release.wait(30)

    def does(self, what: str, *, first: bool = False) -> asyncio.Task[None]:
        run = self.ledger.run_first if first else self.ledger.run
        return asyncio.create_task(run(self.done.append, what))

    async def began(self) -> None:
        await until(self._began.is_set, what="the thread is busy")

    async def release(self, *tasks: asyncio.Task[None]) -> list[str]:
        self._release.set()
        await asyncio.gather(self._first, *tasks, return_exceptions=True)
        self.ledger.close()
        return self.done


async def test_a_caller_goes_before_all_that_waits_and_the_rest_keeps_its_order() -> None:
    busy = Busy()
    await busy.began()
    tasks = [busy.does("page 1"), busy.does("page 2")]
    await asyncio.sleep(0)
    tasks += [busy.does("caller 1", first=True), busy.does("caller 2", first=True)]
    await asyncio.sleep(0)
    assert await busy.release(*tasks) == ["caller 1", "caller 2", "page 1", "page 2"]


async def test_work_that_nobody_waits_for_any_more_is_not_begun() -> None:
    busy = Busy()
    await busy.began()
    given_up, wanted = busy.does("given up"), busy.does("wanted")
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.sleep(0)
    assert await busy.release(given_up, wanted) == ["wanted"]


async def test_a_fault_reaches_whoever_asked_and_the_next_piece_is_done() -> None:
    ledger = LedgerThread()
    with pytest.raises(ZeroDivisionError):
        await ledger.run_first(divmod, 1, 0)
    assert await ledger.run(divmod, 7, 2) == (3, 1)
    ledger.close()
