"""The operators' log loses nothing and writes nothing twice."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta

import pytest

from dialer.floor.log import FloorLog
from dialer.ledger_thread import LedgerThread
from domain.errors import EnvironmentFault
from domain.operator import OperatorState, StateChange
from domain.operator_events import OperatorId
from ledger.books import Books
from ledger.operators import Operators
from tests.ledger.rows import NOON
from tests.polling import until

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


async def test_a_flush_that_is_cancelled_while_it_writes_writes_once(
    record: FloorLog, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, at_the_gate, append = threading.Event(), threading.Event(), Operators.append_log

    def wait(self: Operators, changes: list[StateChange]) -> None:
        at_the_gate.set()
        gate.wait(60.0)
        append(self, changes)

    monkeypatch.setattr(Operators, "append_log", wait)
    record.add(change(1))
    cut_short = asyncio.create_task(record.flush())
    await until(at_the_gate.is_set)
    cut_short.cancel()
    await asyncio.wait([cut_short])
    record.add(change(2))
    gate.set()
    await record.flush()
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
