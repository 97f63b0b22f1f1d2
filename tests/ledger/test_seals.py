"""Seals: a journal line that was changed, removed or put in is found; adding at the end breaks nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from domain.touch import TouchId
from ledger import seals
from ledger.books import Books, Transaction
from ledger.journal import Entry
from ledger.seals import Broken
from ledger.tables import SealRow, TouchEventRow, table
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

EVENT, SEAL = table(TouchEventRow), table(SealRow)


def append(books: Books, count: int = 1, touch: str = "t") -> None:
    with books.write() as tx:
        tx.journal.append(
            Entry(TouchId(f"{touch}{number}"), NOON + timedelta(seconds=number), "ringing", {"n": number})
            for number in range(count)
        )


def seal(books: Books) -> int:
    with books.write() as tx:
        return tx.seals.seal(NOON)


def broken(books: Books) -> list[Broken]:
    with books.read() as tx:
        return list(tx.seals.broken())


def ids(books: Books) -> list[int]:
    with books.read() as tx:
        return list(tx.connection.scalars(select(EVENT.c.id).order_by(EVENT.c.id)))


def tamper(books: Books, how: Callable[[Transaction], object]) -> None:
    with books.write() as tx:
        how(tx)


def test_an_empty_journal(books: Books) -> None:
    assert seal(books) == 0
    assert broken(books) == []
    with books.read() as tx:
        assert tx.seals.unsealed() == 0
        assert tx.connection.execute(select(SEAL)).all() == []


def test_every_line_is_sealed_once(books: Books) -> None:
    append(books, 3)
    with books.read() as tx:
        assert tx.seals.unsealed() == 3
    assert seal(books) == 3
    assert seal(books) == 0
    append(books, 2)
    assert seal(books) == 2
    with books.read() as tx:
        assert tx.seals.unsealed() == 0
        assert [row.events for row in tx.connection.execute(select(SEAL).order_by(SEAL.c.id))] == [3, 2]
    assert broken(books) == []


def test_large_journals_are_sealed_in_batches(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "BATCH", 4)
    append(books, 10)
    assert seal(books) == 10
    with books.read() as tx:
        assert [row.events for row in tx.connection.execute(select(SEAL).order_by(SEAL.c.id))] == [4, 4, 2]
    assert broken(books) == []


def test_lines_appended_after_a_seal_break_nothing(books: Books) -> None:
    append(books, 3)
    seal(books)
    append(books, 3, "later")
    assert broken(books) == []


@pytest.mark.parametrize(
    "change",
    [
        {"facts": '{"n":7}'},
        {"kind": "answered"},
        {"touch_id": "another"},
        {"at": NOON + timedelta(microseconds=1)},
    ],
    ids=lambda change: str(next(iter(change))),
)
def test_a_changed_line_is_found(books: Books, change: dict[str, object]) -> None:
    append(books, 3)
    seal(books)
    append(books, 3, "later")
    seal(books)
    first, second, third, *_ = ids(books)
    tamper(
        books, lambda tx: tx.connection.execute(update(EVENT).where(EVENT.c.id == second).values(**change))
    )
    (found,) = broken(books)
    assert (found.first_event, found.last_event, found.what) == (first, third, "a line was changed")


def test_a_removed_line_is_found(books: Books) -> None:
    append(books, 3)
    seal(books)
    second = ids(books)[1]
    tamper(books, lambda tx: tx.connection.execute(delete(EVENT).where(EVENT.c.id == second)))
    (found,) = broken(books)
    assert found.what == "2 lines instead of 3"


def test_the_last_sealed_line_removed_and_another_put_in_its_place(books: Books) -> None:
    append(books, 3)
    seal(books)
    last = ids(books)[-1]
    tamper(books, lambda tx: tx.connection.execute(delete(EVENT).where(EVENT.c.id == last)))
    assert [found.what for found in broken(books)] == ["2 lines instead of 3"]
    row = {"id": last, "touch_id": "t2", "at": NOON, "kind": "closed", "facts": "{}"}
    tamper(books, lambda tx: tx.connection.execute(insert(EVENT).values(**row)))
    assert [found.what for found in broken(books)] == ["a line was changed"]


def test_a_line_put_between_is_found(books: Books) -> None:
    append(books, 3)
    second = ids(books)[1]
    tamper(books, lambda tx: tx.connection.execute(delete(EVENT).where(EVENT.c.id == second)))
    seal(books)
    row = {"id": second, "touch_id": "t", "at": NOON, "kind": "closed", "facts": "{}"}
    tamper(books, lambda tx: tx.connection.execute(insert(EVENT).values(**row)))
    assert [found.what for found in broken(books)] == ["3 lines instead of 2"]


def test_a_removed_seal_is_found_by_the_next(books: Books) -> None:
    for _ in range(3):
        append(books, 2)
        seal(books)
    with books.read() as tx:
        second = tx.connection.scalars(select(SEAL.c.id).order_by(SEAL.c.id)).all()[1]
    tamper(books, lambda tx: tx.connection.execute(delete(SEAL).where(SEAL.c.id == second)))
    assert [found.what for found in broken(books)] == ["4 lines instead of 2"]


def test_a_seal_made_anew_over_changed_lines_does_not_fit_the_one_before(books: Books) -> None:
    """Whoever makes the seals anew over a changed line gets another digest than the one kept elsewhere."""
    for _ in range(2):
        append(books, 2)
        seal(books)
    with books.read() as tx:
        kept = tx.connection.scalars(select(SEAL.c.digest).order_by(SEAL.c.id)).all()[-1]

    def forge(tx: Transaction) -> None:
        tx.connection.execute(update(EVENT).where(EVENT.c.id == ids_[0]).values(facts="{}"))
        tx.connection.execute(delete(SEAL))
        tx.seals.seal(NOON)

    ids_ = ids(books)
    tamper(books, forge)
    with books.read() as tx:
        assert tx.connection.scalars(select(SEAL.c.digest).order_by(SEAL.c.id)).all()[-1] != kept


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.integers(0, 5), min_size=1, max_size=5), place=st.integers(0, 24))
def test_wherever_a_sealed_line_is_changed(books: Books, batches: list[int], place: int) -> None:
    tamper(books, empty)
    for count in batches:
        append(books, count)
        seal(books)
    assert broken(books) == []
    if not (known := ids(books)):
        return
    victim = known[place % len(known)]
    with books.read() as tx:
        facts = tx.connection.scalars(select(EVENT.c.facts).where(EVENT.c.id == victim)).one()
    change = update(EVENT).where(EVENT.c.id == victim)
    tamper(books, lambda tx: tx.connection.execute(change.values(facts=facts + " ")))
    (found,) = broken(books)
    assert found.first_event <= victim <= found.last_event
    tamper(books, lambda tx: tx.connection.execute(change.values(facts=facts)))
    assert broken(books) == []


def empty(tx: Transaction) -> None:
    """One database serves all examples."""
    tx.connection.execute(delete(EVENT))
    tx.connection.execute(delete(SEAL))
