"""The audit: the log is the journal's projection whatever happened, every difference is found, a rebuild mends it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, text, update

from domain.call import Call, advance
from domain.call_events import Answered, Created, DigitPressed, HungUp, Ringing
from domain.debtor import Debtor
from domain.errors import EnvironmentFault
from domain.portfolio import Portfolio
from domain.touch import Channel, Outcome, TouchId, outcomes_of
from domain.verdict import Verdict
from ledger import audit
from ledger.audit import Audit, rebuild, verify
from ledger.books import Books
from ledger.journal import entry_of
from ledger.tables import SealRow, TouchEventRow, TouchRow, table
from ledger.touches import Closing
from tests.ledger.rows import BASIS, NOON, ON_POSTGRESQL, ON_SQLITE, add_debtor, request, rules_of, waiting
from tests.polling import until

pytestmark = pytest.mark.unit

TOUCH, EVENT = table(TouchRow), table(TouchEventRow)


@pytest.fixture
def debtor(books: Books, portfolio: Portfolio) -> Debtor:
    with books.write() as tx:
        return add_debtor(tx, portfolio.id, "A", "+79160000001")


def reserve(books: Books, debtor: Debtor, *ids: str) -> None:
    with books.write() as tx:
        tx.touches.reserve([request(debtor, id) for id in ids], rules_of(), BASIS, NOON)


def close(books: Books, id: str, outcome: Outcome = Outcome.BUSY) -> None:
    touch, call = TouchId(id), Call(TouchId(id))
    events = (
        Created(touch, NOON),
        Ringing(touch, NOON + timedelta(seconds=1.5)),
        Answered(touch, NOON + timedelta(seconds=4, microseconds=1)),
        DigitPressed(touch, NOON + timedelta(seconds=9), "choice", "2"),
        HungUp(touch, NOON + timedelta(seconds=14), 16),
    )
    for event in events:
        call = advance(call, event)
    with books.write() as tx:
        tx.journal.append(entry_of(event) for event in events[1:4])
        tx.touches.close([Closing(call, Verdict(outcome, "as told"), NOON)])


def correct(books: Books, id: str, outcome: Outcome = Outcome.NOT_PLACED) -> None:
    with books.write() as tx:
        tx.touches.correct(TouchId(id), outcome, author="me", reason="heard it", now=NOON + timedelta(days=1))


def audited(books: Books) -> Audit:
    with books.read() as tx:
        return verify(tx.connection)


def rows(books: Books) -> list[dict[str, Any]]:
    with books.read() as tx:
        return [dict(row._mapping) for row in tx.connection.execute(select(TOUCH).order_by(TOUCH.c.id))]


def tamper(books: Books, statement: Any) -> None:
    with books.write() as tx:
        tx.connection.execute(statement)


@pytest.fixture
def three(books: Books, debtor: Debtor) -> Books:
    """An open touch, a closed and a corrected one, all sealed."""
    reserve(books, debtor, "t1", "t2", "t3")
    close(books, "t2")
    close(books, "t3")
    correct(books, "t3")
    with books.write() as tx:
        tx.seals.seal(NOON)
    return books


def test_empty_books_are_sound(books: Books) -> None:
    assert audited(books) == Audit()
    assert audited(books).sound


def test_sound_books_are_counted(three: Books) -> None:
    found = audited(three)
    assert found.sound
    assert (found.touches, found.events, found.unsealed) == (3, 12, 0)


def test_lines_without_a_seal_are_counted_and_no_fault(three: Books, debtor: Debtor) -> None:
    reserve(three, debtor, "t4")
    found = audited(three)
    assert (found.sound, found.unsealed) == (True, 1)


class TestDifferences:
    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("outcome", "talk_debtor"),
            ("outcome", None),
            ("phone", "+79990000000"),
            ("reserved_at", NOON + timedelta(microseconds=1)),
            ("ended_at", None),
            ("rules", "another@1"),
            ("talk_ms", 1),
            ("digits", ""),
        ],
    )
    def test_a_changed_column(self, three: Books, column: str, value: object) -> None:
        tamper(three, update(TOUCH).where(TOUCH.c.id == "t2").values({column: value}))
        found = audited(three)
        assert (found.sound, found.differing) == (False, [f"t2: differs in {column}"])

    def test_an_open_touch_closed_by_hand(self, three: Books) -> None:
        tamper(three, update(TOUCH).where(TOUCH.c.id == "t1").values(outcome="not_placed"))
        assert audited(three).differing == ["t1: differs in outcome"]

    @pytest.mark.parametrize("id", ["t1", "t2", "t3"])
    def test_a_touch_taken_out_of_the_log(self, three: Books, id: str) -> None:
        tamper(three, delete(TOUCH).where(TOUCH.c.id == id))
        assert audited(three).differing == [f"{id}: is missing from the log"]

    @pytest.mark.parametrize("id", ["a", "t21", "z"])
    def test_a_touch_put_into_the_log(self, three: Books, id: str) -> None:
        row = next(row for row in rows(three) if row["id"] == "t2")
        tamper(three, insert(TOUCH).values({**row, "id": id}))
        found = audited(three)
        assert found.differing == [f"{id}: has no event in the journal"]
        assert found.touches == 3

    def test_a_touch_whose_reservation_is_gone_from_the_journal(self, three: Books) -> None:
        tamper(three, delete(EVENT).where(EVENT.c.touch_id == "t2", EVENT.c.kind == "reserved"))
        found = audited(three)
        assert found.differing == ["t2: has no reservation in the journal"]
        assert [broken.what for broken in found.broken] == ["11 lines instead of 12"]

    def test_a_changed_line_breaks_seal_and_projection(self, three: Books) -> None:
        change = update(EVENT).where(EVENT.c.touch_id == "t2", EVENT.c.kind == "closed")
        tamper(three, change.values(facts=func.replace(EVENT.c.facts, '"busy"', '"no_answer"')))
        found = audited(three)
        assert found.differing == ["t2: differs in outcome"]
        assert len(found.broken) == 1

    @pytest.mark.parametrize(
        ("kind", "facts", "told"),
        [
            ("ringing", "not JSON", ["t2: line 5 of the journal cannot be read"]),
            ("closed", "[1]", ["t2: line 8 of the journal cannot be read", "t2: differs in answered_at"]),
            ("closed", '{"ended_at": "noon"}', ["t2: differs in answered_at"]),
            ("reserved", "{}", ["t2: differs in debtor_id"]),
        ],
    )
    def test_a_line_that_somebody_wrote_over(
        self, books: Books, debtor: Debtor, kind: str, facts: str, told: list[str]
    ) -> None:
        reserve(books, debtor, "t1", "t2", "t3", "t4")
        close(books, "t2")
        tamper(books, update(EVENT).where(EVENT.c.touch_id == "t2", EVENT.c.kind == kind).values(facts=facts))
        found = audited(books)
        assert not found.sound
        assert [line.split(",")[0] for line in found.differing] == told

    def test_a_correction_that_somebody_wrote_over(self, books: Books, debtor: Debtor) -> None:
        reserve(books, debtor, "t1")
        close(books, "t1")
        correct(books, "t1")
        tamper(books, update(EVENT).where(EVENT.c.kind == "corrected").values(facts="{}"))
        assert audited(books).differing == ["t1: differs in outcome, reason"]

    @ON_SQLITE
    @pytest.mark.parametrize("table", ["touch", "touch_event"])
    def test_a_time_that_is_none(self, three: Books, table: str) -> None:
        column = "reserved_at" if table == "touch" else "at"
        tamper(three, text(f"UPDATE {table} SET {column} = 'noon'"))
        with pytest.raises(EnvironmentFault, match="the books: 'noon' stands where a time must be; restore"):
            audited(three)

    def test_only_some_are_named_and_all_are_counted(self, books: Books, debtor: Debtor) -> None:
        reserve(books, debtor, *(f"t{number:02}" for number in range(30)))
        tamper(books, update(TOUCH).values(phone="+70000000000"))
        found = audited(books)
        assert found.differences == 30
        assert len(found.differing) == 20

    def test_pages_do_not_hide_anything(
        self, books: Books, debtor: Debtor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(audit, "PAGE", 3)
        reserve(books, debtor, *(f"t{number:02}" for number in range(10)))
        assert audited(books).touches == 10
        tamper(books, update(TOUCH).where(TOUCH.c.id.in_(["t00", "t03", "t09"])).values(phone="+70000000000"))
        tamper(books, delete(TOUCH).where(TOUCH.c.id.in_(["t02", "t05"])))
        found = audited(books)
        assert [line[:3] for line in found.differing] == ["t00", "t02", "t03", "t05", "t09"]


class TestRebuild:
    def test_the_same_rows(self, three: Books) -> None:
        before = rows(three)
        with three.write() as tx:
            assert rebuild(tx.connection) == 3
        assert rows(three) == before
        assert audited(three).sound

    def test_a_spoilt_log_is_mended(self, three: Books) -> None:
        before = rows(three)
        tamper(three, update(TOUCH).values(outcome="busy", phone="+70000000000"))
        tamper(three, delete(TOUCH).where(TOUCH.c.id == "t1"))
        with three.write() as tx:
            rebuild(tx.connection)
        assert rows(three) == before

    def test_a_journal_that_was_changed_makes_no_log(self, three: Books) -> None:
        before = rows(three)
        tamper(three, delete(EVENT).where(EVENT.c.touch_id == "t2"))
        told = "journal, lines 1 to 12: 7 lines instead of 12; restore the journal from a copy first"
        with three.write() as tx, pytest.raises(EnvironmentFault, match=told):
            rebuild(tx.connection)
        assert rows(three) == before

    @pytest.mark.integration
    @ON_POSTGRESQL
    async def test_who_writes_touches_meanwhile_waits(self, three: Books, debtor: Debtor) -> None:
        with three.write() as tx:
            rebuild(tx.connection)
            writers = [
                asyncio.create_task(asyncio.to_thread(reserve, three, debtor, "t4")),
                asyncio.create_task(asyncio.to_thread(close, three, "t1")),
            ]
            await until(lambda: waiting(three) == 2, what="a reserve and a close wait")
        await asyncio.gather(*writers)
        assert {row["id"]: row["outcome"] for row in rows(three)}.keys() == {"t1", "t2", "t3", "t4"}
        assert next(row for row in rows(three) if row["id"] == "t1")["outcome"] == "busy"
        assert audited(three).sound

    def test_empty_books(self, books: Books) -> None:
        with books.write() as tx:
            assert rebuild(tx.connection) == 0

    def test_in_pages(self, books: Books, debtor: Debtor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(audit, "PAGE", 3)
        reserve(books, debtor, *(f"t{number:02}" for number in range(10)))
        before = rows(books)
        with books.write() as tx:
            assert rebuild(tx.connection) == 10
        assert rows(books) == before


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "close", "correct", "seal", "close_batch"]),
        st.integers(0, 5),
        st.sampled_from(sorted(outcomes_of(Channel.VOICE_MSG))),
    ),
    max_size=25,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_after_any_history_the_log_is_the_projection_and_a_rebuild_changes_nothing(
    books: Books, debtor: Debtor, steps: Sequence[tuple[str, int, Outcome]]
) -> None:
    empty(books)
    for place, (step, number, outcome) in enumerate(steps):
        known = rows(books)
        touch = known[number % len(known)] if known else None
        if step == "reserve":
            reserve(books, debtor, f"t{place:02}")
        elif step == "seal":
            with books.write() as tx:
                tx.seals.seal(NOON)
        elif touch and step == "close":
            close(books, touch["id"], outcome)
        elif touch and step == "close_batch":
            call = replace(Call(TouchId(touch["id"])), ended_at=NOON)
            with books.write() as tx:
                tx.touches.close(
                    [Closing(call, Verdict(one, ""), NOON) for one in (outcome, Outcome.UNKNOWN)]
                )
        elif touch and touch["outcome"]:
            correct(books, touch["id"], outcome)
    before = rows(books)
    assert audited(books).sound
    with books.write() as tx:
        assert rebuild(tx.connection) == len(before)
    assert rows(books) == before


def empty(books: Books) -> None:
    """One database serves all examples."""
    for one in (TouchRow, TouchEventRow, SealRow):
        tamper(books, delete(table(one)))
