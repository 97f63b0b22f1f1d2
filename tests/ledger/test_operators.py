"""Operators in the books: who works here, what he can take, and what he did when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import InputError
from domain.operator import Operator, OperatorState, StateChange
from domain.operator_events import OperatorId
from domain.operator_phone import OperatorPhone, PhoneKind
from ledger.books import Books, Transaction
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit


def anna(tx: Transaction) -> Operator:
    return tx.operators.add("anna", "Анна", ["debt", "bailiffs"], "secret-a", 20)


def boris(tx: Transaction) -> Operator:
    return tx.operators.add("boris", "Борис", [], "secret-b", 0)


def test_who_is_added_is_there_with_his_skills_in_order(books: Books) -> None:
    with books.write() as tx:
        added = [anna(tx), boris(tx)]
    with books.read() as tx:
        assert tx.operators.all() == added
        assert tx.operators.find("anna") == Operator(added[0].id, "anna", "Анна", ("debt", "bailiffs"), 20)
        assert tx.operators.phones() == {
            added[0].id: OperatorPhone("secret-a"),
            added[1].id: OperatorPhone("secret-b"),
        }
    assert (added[0].desks, added[1].desks) == (("debt", "bailiffs", "operators"), ("operators",))


def test_skills_are_replaced_and_named_once(books: Books) -> None:
    with books.write() as tx:
        anna(tx)
        assert tx.operators.set_skills("anna", ["bailiffs", "court", "bailiffs"]).skills == (
            "bailiffs",
            "court",
        )
        assert tx.operators.set_skills("anna", []).skills == ()


def test_a_login_is_taken_once(books: Books) -> None:
    with books.write() as tx:
        anna(tx)
        with pytest.raises(InputError, match="operator 'anna' exists already; choose another login"):
            anna(tx)


def test_who_is_removed_keeps_his_log_and_may_come_back(books: Books) -> None:
    with books.write() as tx:
        before = anna(tx)
        tx.operators.append_log([line(before.id, 0)])
        assert tx.operators.remove("anna") == before
        assert (tx.operators.all(), tx.operators.phones()) == ([], {})
        with pytest.raises(InputError, match="there is no operator 'anna'"):
            tx.operators.find("anna")
        back = tx.operators.add("anna", "Анна", ["debt"], "secret-c", 10)
        assert (back.id, back.skills) == (before.id, ("debt",))
        assert tx.operators.log_of(back.id, NOON, NOON + timedelta(days=1)) == [line(before.id, 0)]


@pytest.mark.parametrize("verb", ["remove", "find"])
def test_nobody_of_that_name(books: Books, verb: str) -> None:
    with books.write() as tx, pytest.raises(InputError, match="`dozvon operator list` shows them"):
        getattr(tx.operators, verb)("nobody")


def test_a_new_secret(books: Books) -> None:
    with books.write() as tx:
        id = anna(tx).id
        tx.operators.set_secret("anna", "fresh")
        assert tx.operators.phones() == {id: OperatorPhone("fresh")}


def test_what_he_talks_on_changes_and_the_password_stays(books: Books) -> None:
    with books.write() as tx:
        before = anna(tx)
        assert tx.operators.set_phone("anna", PhoneKind.BROWSER) == before
        assert tx.operators.phones() == {before.id: OperatorPhone("secret-a", PhoneKind.BROWSER)}


def line(id: OperatorId, seconds: float, state: OperatorState = OperatorState.READY) -> StateChange:
    at = NOON + timedelta(seconds=seconds)
    return StateChange(id, at, state, "", "", "", OperatorState.OFFLINE, 12.345)


class TestLog:
    def test_what_is_written_comes_back_whole_and_in_order(self, books: Books) -> None:
        with books.write() as tx:
            id = anna(tx).id
            lines = [
                line(id, 0),
                StateChange(
                    id, NOON, OperatorState.TALKING, "", "t1", "node1-17.4", OperatorState.READY, 0.0
                ),
                replace(line(id, 30, OperatorState.PAUSED), reason="обед"),
            ]
            tx.operators.append_log(lines)
            assert tx.operators.log_of(id, NOON, NOON + timedelta(seconds=31)) == lines
            assert tx.operators.log_of(id, NOON, NOON + timedelta(seconds=30)) == lines[:2]

    def test_the_last_line_of_each_who_has_one(self, books: Books) -> None:
        with books.write() as tx:
            first, second = anna(tx).id, boris(tx).id
            tx.operators.append_log([line(first, 0), line(first, 10), line(first, 10, OperatorState.PAUSED)])
            assert tx.operators.last_changes() == {first: line(first, 10, OperatorState.PAUSED)}
            tx.operators.append_log([line(second, 5)])
            assert tx.operators.last_changes().keys() == {first, second}

    def test_nothing_to_write_is_nothing_written(self, books: Books) -> None:
        with books.write() as tx:
            tx.operators.append_log([])
            assert tx.operators.last_changes() == {}
