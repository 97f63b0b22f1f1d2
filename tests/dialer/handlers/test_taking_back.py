"""Registers changed and taken back, on each kind of database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dialer.handlers.lines import ToldLine, put_line, remove_line, take_back_line
from dialer.handlers.numbers import end_number, register_number, take_back_number
from dialer.handlers.shifts import set_shifts, take_back_shifts
from dialer.handlers.taking_back import Change, last_change
from domain.audit import AuditAction
from domain.errors import FormFault, InputError
from domain.user import COMMAND_LINE
from ledger.books import Books
from tests.ledger.conftest import books, books_url
from tests.ledger.rows import CALLER

__all__ = ["books", "books_url"]

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 10, 9, 0, 0, 123457, tzinfo=UTC)
LATER = NOW + timedelta(microseconds=1)
LINE = ToldLine("+78005553535", overflow_desk="court", overflow_s=45)


def last(books: Books, action: AuditAction) -> Change:
    with books.read() as tx:
        found = last_change(tx, action)
    assert found
    return found


def test_a_line_that_was_removed_is_there_again(books: Books) -> None:
    with books.write() as tx:
        line = put_line(tx, LINE, by=COMMAND_LINE, now=NOW)
    with books.write() as tx:
        remove_line(tx, line.number, by=COMMAND_LINE, now=LATER)
    change = last(books, AuditAction.LINE_CHANGED)
    assert change.befores[line.number]
    with books.write() as tx:
        take_back_line(tx, change.id, by=COMMAND_LINE, now=LATER + timedelta(seconds=1))
        assert tx.lines.all() == [line]
    with books.write() as tx, pytest.raises(InputError, match="changed after it"):
        take_back_line(tx, change.id, by=COMMAND_LINE, now=LATER)


def test_weeks_of_several_are_one_change(books: Books) -> None:
    with books.write() as tx:
        for login in ("anna", "vera"):
            tx.operators.add(login, login, [], "secret", 30)
        set_shifts(tx, ["anna", "vera"], ["mon", "sat"], "09:00-18:00", by=COMMAND_LINE, now=NOW)
    with books.write() as tx:
        set_shifts(tx, ["anna", "vera"], ["sat"], "none", by=COMMAND_LINE, now=LATER)
    change = last(books, AuditAction.SHIFT_CHANGED)
    week = {"mon": "09:00-18:00", "sat": "09:00-18:00"}
    assert change.befores == {"anna": week, "vera": week}
    with books.write() as tx:
        take_back_shifts(tx, change.id, by=COMMAND_LINE, now=LATER + timedelta(seconds=1))
        assert [one.weekday for one in tx.shifts.all()] == [0, 5, 0, 5]


def test_a_number_that_was_ended_is_in_force_again(books: Books) -> None:
    with books.write() as tx:
        register_number(tx, CALLER, by=COMMAND_LINE, now=NOW)
    with books.write() as tx:
        end_number(tx, CALLER.number, by=COMMAND_LINE, now=LATER)
    change = last(books, AuditAction.NUMBER_CHANGED)
    with books.write() as tx:
        take_back_number(tx, change.id, by=COMMAND_LINE, now=LATER + timedelta(seconds=1))
        assert tx.numbers.all() == [CALLER]


def test_all_that_is_wrong_with_a_line_is_told_at_once(books: Books) -> None:
    told = ToldLine("12", portfolio="none", desk="A", zone="Moscow", hours="late", weekend="", script="none")
    with books.write() as tx, pytest.raises(FormFault) as refused:
        put_line(tx, told, by=COMMAND_LINE, now=NOW)
    fields = {one.field for one in refused.value.faults}
    assert fields == {"number", "portfolio", "desk", "zone", "hours", "weekend", "script"}
    with books.read() as tx:
        assert tx.lines.all() == []
        assert last_change(tx, AuditAction.LINE_CHANGED) is None
