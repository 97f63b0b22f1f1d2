"""No interleaving of processes passes a limit: four of them reserve for the same few debtors.

The checker counts from the log alone, and is shown to see what it is for.
"""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from domain.call import Call
from domain.debtor import Debtor
from domain.errors import EnvironmentFault
from domain.intensity import Allowed
from domain.portfolio import Portfolio
from domain.touch import LIVE_ANSWERS, Outcome, TouchId
from domain.verdict import Verdict
from ledger.books import Books
from ledger.tables import TouchRow, table
from ledger.touches import Closing, Touches, TouchRequest
from tests.ledger.rows import (
    BASIS,
    NOON,
    ON_SQLITE,
    ONE_A_PHONE,
    ONE_LIVE_A_DAY,
    THREE_A_DAY,
    add_debtor,
    request,
    rules_of,
)

pytestmark = [pytest.mark.integration, pytest.mark.proof]

RULES = rules_of(ONE_LIVE_A_DAY, THREE_A_DAY, ONE_A_PHONE)
PROCESSES, TRIES, DEBTORS = 4, 8, 6
JOIN_S = 60.0
Granted = Sequence[tuple[TouchRequest, datetime]]
WORST = {outcome.value for outcome in LIVE_ANSWERS} | {None, Outcome.UNKNOWN.value}


def excesses(books: Books) -> list[str]:
    """Every limit that the log shows to be passed; all touches of these tests are of one day."""
    touch = table(TouchRow)
    attempts: Counter[int] = Counter()
    live: Counter[tuple[str, Any]] = Counter()
    with books.read() as tx:
        for row in tx.connection.execute(select(touch.c.debtor_id, touch.c.phone, touch.c.outcome)):
            attempts[row.debtor_id] += row.outcome != Outcome.NOT_PLACED.value
            live[("debtor", row.debtor_id)] += row.outcome in WORST
            live[("phone", row.phone)] += row.outcome in WORST
    too_often = [f"debtor {id}: {count} attempts" for id, count in attempts.items() if count > 3]
    return too_often + [f"{who} {id}: {count} live" for (who, id), count in live.items() if count > 1]


def work(url: str, worker: int, start: Barrier) -> None:
    """Reserve for all debtors again and again; what is granted to odd debtors ends busy at once."""
    books = Books.open(url)
    with books.read() as tx:
        debtors = list(tx.debtors.load(range(1, DEBTORS + 1)).values())
    start.wait(JOIN_S)
    for turn in range(TRIES):
        asked = [request(debtor, f"{worker} {turn} {debtor.id}") for debtor in debtors]
        with books.write() as tx:
            verdicts = tx.touches.reserve(asked, RULES, BASIS, NOON)
        granted = [asking for asking, verdict in zip(asked, verdicts, strict=True) if verdict == Allowed()]
        busy = Verdict(Outcome.BUSY, "")
        with books.write() as tx:
            tx.touches.close([Closing(Call(t.id), busy, NOON) for t in granted if t.debtor.id % 2])
    books.close()


@pytest.fixture
def debtors(books: Books, portfolio: Portfolio) -> list[Debtor]:
    """Each with a phone of his own, but the last two share one."""
    phones = [f"+7916000000{min(number, DEBTORS - 1)}" for number in range(1, DEBTORS + 1)]
    with books.write() as tx:
        return [add_debtor(tx, portfolio.id, phone + str(place), phone) for place, phone in enumerate(phones)]


def test_four_processes_never_pass_a_limit(books: Books, debtors: list[Debtor]) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(PROCESSES)
    processes = [
        context.Process(target=work, args=(str(books.engine.url), worker, start))
        for worker in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    try:
        for process in processes:
            process.join(JOIN_S)
        assert [process.exitcode for process in processes] == [0] * PROCESSES
    finally:
        for process in processes:
            process.kill()
            process.join()
    assert excesses(books) == []
    touch = table(TouchRow)
    with books.read() as tx:
        used = Counter(tx.connection.scalars(select(touch.c.debtor_id)))
    assert [used[debtor.id] for debtor in debtors[:4]] == [3, 1, 3, 1], (
        "each limit is used up to its last call"
    )
    assert 1 <= used[debtors[4].id] + used[debtors[5].id] <= 4


@contextmanager
def writing_later(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Granted]]:
    """Reserving as many diallers do it: checked now, written by another transaction."""
    held: list[Granted] = []
    with monkeypatch.context() as patched:
        patched.setattr(Touches, "_log", lambda _, granted, rules: held.append(granted))
        yield held


def test_a_check_apart_from_its_write_passes_the_limit_and_is_seen(
    books: Books, debtors: list[Debtor], monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing_later(monkeypatch) as held:
        for worker in ("a", "b"):
            with books.write() as tx:
                tx.touches.reserve([request(debtors[0], worker)], RULES, BASIS, NOON)
    for granted in held:
        with books.write() as tx:
            tx.touches._log(granted, RULES)
    assert excesses(books) == ["debtor 1: 2 live", f"phone {debtors[0].phones[0].number}: 2 live"]


def test_the_checker_sees_attempts_too(books: Books, debtors: list[Debtor]) -> None:
    with books.write() as tx:
        asked = [request(debtors[0], f"t{number}") for number in range(4)]
        tx.touches.reserve(asked, rules_of(), BASIS, NOON)
        tx.touches.close([Closing(Call(TouchId(t.id)), Verdict(Outcome.BUSY, ""), NOON) for t in asked])
    assert excesses(books) == ["debtor 1: 4 attempts"]


@ON_SQLITE
def test_a_transaction_that_began_as_a_reader_cannot_write_on_what_it_read(
    books: Books, debtors: list[Debtor]
) -> None:
    """Were the reservation to begin without the writer's lock, SQLite itself would refuse the second one."""

    def both() -> None:
        with books.read() as first, books.read() as second:
            assert first.touches.open(1) == second.touches.open(1) == []
            first.touches.reserve([request(debtors[0], "a")], RULES, BASIS, NOON)
            first.connection.commit()
            second.touches.reserve([request(debtors[0], "b")], RULES, BASIS, NOON)

    with pytest.raises(EnvironmentFault, match="database is locked"):
        both()
    assert excesses(books) == []
