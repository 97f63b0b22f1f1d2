"""The operators' log loses nothing and writes nothing twice."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta

import pytest

from dialer.floor_log import FloorLog
from dialer.ledger_thread import LedgerThread
from domain.errors import EnvironmentFault
from domain.operator import OperatorState, StateChange
from domain.operator_events import OperatorId
from ledger.books import Books
from ledger.operators import Operators
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

ANNA = OperatorId(1)


def change(nth: int) -> StateChange:
    at = NOON + timedelta(seconds=nth)
    return StateChange(ANNA, at, OperatorState.READY, "", "", "", OperatorState.PAUSED, 1.0)


def written(books: Books) -> list[StateChange]:
    with books.read() as tx:
        return tx.operators.log_of(ANNA, NOON, NOON + timedelta(days=1))


@pytest.fixture
def record(books: Books) -> FloorLog:
    with books.write() as tx:
        tx.operators.add("anna", "", [], "secret", 10)
    return FloorLog(books, LedgerThread())


async def test_a_flush_that_is_cancelled_while_it_writes_writes_once(record: FloorLog, books: Books) -> None:
    started, go_on = threading.Event(), threading.Event()

    def busy() -> None:
        started.set()
        go_on.wait(60.0)

    blocker = asyncio.create_task(record._ledger.run(busy))
    record.add(change(1))
    first = asyncio.create_task(record.flush())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first.cancel()
    record.add(change(2))
    go_on.set()
    await record.flush()
    await blocker
    assert first.cancelled()
    assert written(books) == [change(1), change(2)]


async def test_what_the_database_refuses_is_kept_and_written_later_in_order(
    record: FloorLog, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Operators, changes: list[StateChange]) -> None:
        raise EnvironmentFault("disk full")

    record.add(change(1))
    with monkeypatch.context() as patch:
        patch.setattr(Operators, "append_log", refuse)
        await record.flush()
    assert written(books) == []
    record.add(change(2))
    await record.flush()
    assert written(books) == [change(1), change(2)]
