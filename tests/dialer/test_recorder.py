"""Group commit: nothing is dropped while the ledger refuses, everything is written when it takes again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine

from dialer import recorder as recorders
from dialer.handlers.settle import Ended
from dialer.ledger_thread import LedgerThread
from dialer.recorder import Recorder
from domain.call import Call, advance
from domain.call_events import Created, HungUp, Ringing
from domain.errors import EnvironmentFault
from ledger.books import Books, Transaction
from ledger.journal import entry_of
from tests.dialer.work import Desk
from tests.ledger.rows import NOON
from tests.polling import until

pytestmark = pytest.mark.unit


class FailingBooks(Books):
    """Books whose disk is full while ``broken``, and whose writers wait at the gate while it is shut."""

    broken = False
    refused = 0

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.gate, self.at_the_gate = threading.Event(), threading.Event()
        self.gate.set()

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        if self.broken:
            self.refused += 1
            raise EnvironmentFault("the database refused: database or disk is full")
        if not self.gate.is_set():
            self.at_the_gate.set()
            self.gate.wait(60.0)
        with super().write() as tx:
            yield tx


@pytest.fixture
def failing(books: Books) -> FailingBooks:
    return FailingBooks(books.engine)


@pytest.fixture
def desk(failing: FailingBooks) -> Desk:
    return Desk(failing)


@pytest.fixture
async def recorder(failing: FailingBooks, desk: Desk) -> AsyncIterator[Recorder]:
    ledger = LedgerThread()
    yield Recorder(failing, ledger, SimpleNamespace(now=lambda: NOON), lambda _: desk.work)
    ledger.close()


def ends(desk: Desk, count: int) -> list[Ended]:
    """So many reserved calls that turned out busy."""
    for number in range(count):
        desk.add(f"D{number}", f"+7916{number:07}")
    found = []
    for reserved in desk.reserve(count).reserved:
        touch = reserved.request.id
        call = advance(advance(Call(touch), Created(touch, NOON)), HungUp(touch, NOON, 17, 486))
        found.append(Ended(call, reserved.plan, reserved.request.phone, desk.campaign.id))
    return found


async def test_what_is_being_written_when_a_flush_is_cancelled_is_written_once(
    desk: Desk, failing: FailingBooks, recorder: Recorder
) -> None:
    ringing = Ringing(ends(desk, 1)[0].call.touch, NOON)
    recorder.seen(entry_of(ringing))
    failing.gate.clear()
    cut_short = asyncio.create_task(recorder.flush())
    await until(failing.at_the_gate.is_set)
    cut_short.cancel()
    await asyncio.wait([cut_short])
    failing.gate.set()
    await recorder.flush()
    with desk.books.read() as tx:
        assert tx.journal.events_of([ringing.touch]) == {ringing.touch: [ringing]}


async def test_what_was_told_is_written(desk: Desk, recorder: Recorder) -> None:
    (end,) = ends(desk, 1)
    ringing = Ringing(end.call.touch, NOON)
    assert recorder.idle
    recorder.seen(entry_of(ringing))
    recorder.ended(end)
    assert not recorder.idle
    await recorder.flush()
    assert recorder.idle
    assert desk.outcomes() == {end.call.touch: "busy"}
    with desk.books.read() as tx:
        assert tx.journal.events_of([end.call.touch]) == {end.call.touch: [ringing]}


async def test_a_refusing_ledger_is_told_of_and_nothing_is_dropped(
    desk: Desk, failing: FailingBooks, recorder: Recorder
) -> None:
    first, second = ends(desk, 2)
    failing.broken = True
    recorder.ended(first)
    await recorder.flush()
    assert (recorder.stuck, recorder.idle) == (True, False)
    recorder.ended(second)
    await recorder.flush()
    assert set(desk.outcomes().values()) == {None}
    failing.broken = False
    await recorder.flush()
    assert (recorder.stuck, recorder.idle) == (False, True)
    assert set(desk.outcomes().values()) == {"busy"}


async def test_it_tries_again_by_itself(
    desk: Desk, failing: FailingBooks, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "FLUSH_S", 0.001)
    monkeypatch.setattr(recorders, "RETRY_S", 0.001)
    (end,) = ends(desk, 1)
    failing.broken = True
    recorder.ended(end)
    task = asyncio.create_task(recorder.run())
    await until(lambda: failing.refused >= 3)
    failing.broken = False
    await until(lambda: recorder.idle)
    assert desk.outcomes() == {end.call.touch: "busy"}
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_more_than_a_batch_is_written_in_order(
    desk: Desk, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "BATCH", 3)
    found = ends(desk, 8)
    for end in found:
        recorder.seen(entry_of(Ringing(end.call.touch, NOON)))
        recorder.ended(end)
    await recorder.flush()
    assert recorder.idle
    assert set(desk.outcomes().values()) == {"busy"}
    with desk.books.read() as tx:
        kinds = tx.connection.exec_driver_sql(
            "SELECT touch_id FROM touch_event WHERE kind = 'closed' ORDER BY id"
        )
        assert kinds.scalars().all() == [end.call.touch for end in found]


async def test_what_comes_in_while_it_writes_is_not_forgotten(desk: Desk, recorder: Recorder) -> None:
    first, second = ends(desk, 2)
    recorder.ended(first)
    writing = asyncio.create_task(recorder.flush())
    await asyncio.sleep(0)
    recorder.ended(second)
    await writing
    await recorder.flush()
    assert set(desk.outcomes().values()) == {"busy"}


async def test_a_cancelled_write_is_repeated_without_a_second_end(desk: Desk, recorder: Recorder) -> None:
    (end,) = ends(desk, 1)
    recorder.ended(end)
    writing = asyncio.create_task(recorder.flush())
    await asyncio.sleep(0)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    await recorder.flush()
    assert recorder.idle
    with desk.books.read() as tx:
        closed = tx.connection.exec_driver_sql("SELECT count(*) FROM touch_event WHERE kind = 'closed'")
        assert closed.scalar_one() == 1
