"""The register of caller numbers: a number that is not in it, or no longer, may not be shown."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.caller_number import CallerNumber
from domain.debtor import Debtor
from domain.errors import InputError
from domain.intensity import Allowed, Refused
from domain.portfolio import Portfolio
from domain.rules import Validity
from domain.touch import CHANNEL_GROUPS, Channel
from ledger.books import Books
from tests.ledger.rows import BASIS, CALLER, NOON, ON_POSTGRESQL, add_debtor, request, rules_of, waiting
from tests.polling import until

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


def test_when_each_may_be_shown(books: Books) -> None:
    water = replace(HEAT, number="+74950000001", valid_to=None)
    put(books, water, HEAT)
    with books.read() as tx:
        found = tx.numbers.registered({HEAT.number, water.number, "+70000000000", ""})
    assert found == {HEAT.number: HEAT.valid, water.number: Validity(NOON, None)}


@pytest.mark.integration
@ON_POSTGRESQL
async def test_two_who_register_the_same_new_number(books: Books) -> None:
    with books.write() as tx:
        tx.numbers.put(HEAT)
        second = asyncio.create_task(asyncio.to_thread(put, books, replace(HEAT, label="Тепло")))
        await until(lambda: waiting(books) == 1, what="the second waits for the first")
    await second
    with books.read() as tx:
        assert tx.numbers.all() == [replace(HEAT, label="Тепло")]


class TestReserve:
    """41-FZ: a call whose number is not registered, or not at its instant, is not made."""

    @pytest.fixture
    def debtor(self, books: Books, portfolio: Portfolio) -> Debtor:
        with books.write() as tx:
            return add_debtor(tx, portfolio.id, "A", "+79160000001")

    def reserve(
        self, books: Books, debtor: Debtor, id: str, number: str, now: datetime, channel: Channel
    ) -> Allowed | Refused:
        asked = replace(request(debtor, id), caller_number=number, channel=channel)
        with books.write() as tx:
            (verdict,) = tx.touches.reserve([asked], rules_of(), BASIS, now)
        return verdict

    @pytest.mark.parametrize("channel", sorted(CHANNEL_GROUPS["call"]))
    def test_until_it_is_registered_and_once_it_is_no_longer(
        self, books: Books, debtor: Debtor, channel: Channel
    ) -> None:
        def asked(id: str, now: datetime) -> Allowed | Refused:
            return self.reserve(books, debtor, id, HEAT.number, now, channel)

        assert asked("t1", NOON) == Refused(("caller-number",), None, (("caller-number", "not registered"),))
        put(books, HEAT)
        another_time = (("caller-number", "registered for another time"),)
        assert asked("t2", NOON - timedelta(seconds=1)) == Refused(("caller-number",), NOON, another_time)
        assert asked("t3", NOON) == Allowed()
        assert HEAT.valid_to is not None
        assert asked("t4", HEAT.valid_to - timedelta(seconds=1)) == Allowed()
        assert asked("t5", HEAT.valid_to) == Refused(("caller-number",), None, another_time)

    @pytest.mark.parametrize("channel", sorted(set(Channel) - CHANNEL_GROUPS["call"]))
    def test_what_is_no_call_shows_none(self, books: Books, debtor: Debtor, channel: Channel) -> None:
        assert self.reserve(books, debtor, "t1", "", NOON, channel) == Allowed()

    def test_each_of_a_batch_by_its_own_number(self, books: Books, debtor: Debtor) -> None:
        numbers = (CALLER.number, "+74990000000", "", CALLER.number)
        asked = [replace(request(debtor, f"t{n}"), caller_number=of) for n, of in enumerate(numbers)]
        with books.write() as tx:
            verdicts = tx.touches.reserve(asked, rules_of(), BASIS, NOON)
        assert [isinstance(verdict, Allowed) for verdict in verdicts] == [True, False, False, True]
