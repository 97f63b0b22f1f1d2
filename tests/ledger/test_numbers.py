"""The register of caller numbers: a number that is not in it, or no longer, may not be shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.caller_number import CallerNumber
from domain.errors import InputError
from ledger.books import Books
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

HEAT = CallerNumber(
    "+74950000000", "contract 5", "Тепловые сети", "utilities", NOON, NOON + timedelta(days=30)
)


def put(books: Books, *numbers: CallerNumber) -> None:
    for number in numbers:
        with books.write() as tx:
            tx.numbers.put(number)


def test_a_number_comes_back_whole_and_the_register_is_in_order(books: Books) -> None:
    water = replace(HEAT, number="+74950000001", label="Вода", valid_to=None)
    put(books, water, HEAT)
    with books.read() as tx:
        assert tx.numbers.all() == [HEAT, water]
        assert tx.numbers.find(HEAT.number) == HEAT
        assert tx.numbers.find("+70000000000") is None


def test_put_again_replaces_what_is_known(books: Books) -> None:
    put(books, HEAT, replace(HEAT, label="Тепло", valid_to=None))
    with books.read() as tx:
        assert tx.numbers.all() == [replace(HEAT, label="Тепло", valid_to=None)]


def test_one_in_force_may_be_used(books: Books) -> None:
    put(books, HEAT)
    with books.read() as tx:
        assert tx.numbers.usable(HEAT.number, NOON) == HEAT


@pytest.mark.parametrize("days", [-1, 30, 400])
def test_one_out_of_force_may_not(books: Books, days: int) -> None:
    put(books, HEAT)
    with (
        books.read() as tx,
        pytest.raises(InputError, match="the registration of .* is not in force; dozvon number"),
    ):
        tx.numbers.usable(HEAT.number, NOON + timedelta(days=days))


def test_one_that_nobody_registered_may_not(books: Books) -> None:
    with (
        books.read() as tx,
        pytest.raises(InputError, match="is not in the register of caller numbers; dozvon number"),
    ):
        tx.numbers.usable(HEAT.number, NOON)


def test_one_that_is_ended_stays_in_the_register(books: Books) -> None:
    put(books, HEAT)
    later = NOON + timedelta(days=1)
    with books.write() as tx:
        assert tx.numbers.end(HEAT.number, later) == HEAT
        assert tx.numbers.all() == [replace(HEAT, valid_to=later)]
        tx.numbers.end(HEAT.number, later + timedelta(days=1))
        assert tx.numbers.all() == [replace(HEAT, valid_to=later)], "it has ended already"


def test_one_that_was_never_shown_is_forgotten(books: Books) -> None:
    put(books, HEAT)
    with books.write() as tx:
        tx.numbers.end(HEAT.number, NOON)
        assert tx.numbers.all() == []
        with pytest.raises(InputError, match="not in the register"):
            tx.numbers.end(HEAT.number, NOON)
