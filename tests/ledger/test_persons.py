"""One human being in two portfolios is one debtor to the limits, and to what lies in himself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select, update

from domain.block import Block, BlockReason
from domain.call import Call
from domain.debtor import Debtor
from domain.errors import TryAgain
from domain.intensity import BLOCK, Allowed, Refused, Verdict
from domain.portfolio import Portfolio
from domain.rules import Scope
from domain.touch import CHANNEL_GROUPS, Outcome
from domain.verdict import Verdict as Judged
from ledger.books import Books
from ledger.imports.debtors import import_debtors
from ledger.reports.statement import statement
from ledger.tables import DebtorRow, table
from ledger.touches import Closing
from tests.ledger.importing import Import, importing, rejects
from tests.ledger.rows import (
    BASIS,
    NOON,
    ON_POSTGRESQL,
    ON_SQLITE,
    ONE_A_PHONE,
    ONE_LIVE_A_DAY,
    THREE_A_DAY,
    add_debtor,
    request,
    rules_of,
    waiting,
)
from tests.polling import until

pytestmark = pytest.mark.unit

RULES = rules_of(ONE_LIVE_A_DAY, THREE_A_DAY, ONE_A_PHONE)
DEBTOR = table(DebtorRow)
HOUR = timedelta(hours=1)
TOO_OFTEN = ("live-per-day",)


@pytest.fixture
def water(books: Books) -> Portfolio:
    """Another creditor's portfolio."""
    with books.write() as tx:
        return tx.portfolios.put("water", creditor="Водоканал", contact_phone="", basis=None)


@pytest.fixture
def anna(books: Books, portfolio: Portfolio, water: Portfolio) -> tuple[Debtor, Debtor]:
    """Who owes for heat and for water, and is rung over another phone for each."""
    with books.write() as tx:
        return (
            add_debtor(tx, portfolio.id, "A", "+79160000001", person="anna"),
            add_debtor(tx, water.id, "W", "+79160000002", person="anna"),
        )


def reserve(books: Books, *asked: tuple[Debtor, str]) -> list[Verdict]:
    with books.write() as tx:
        return tx.touches.reserve([request(debtor, id) for debtor, id in asked], RULES, BASIS, NOON)


def refusals(verdicts: list[Verdict]) -> list[tuple[str, ...]]:
    return [verdict.rules if isinstance(verdict, Refused) else () for verdict in verdicts]


class TestLimits:
    def test_the_second_call_of_a_day_is_refused_whichever_portfolio_asks(
        self, books: Books, anna: tuple[Debtor, Debtor]
    ) -> None:
        heat, water = anna
        assert refusals(reserve(books, (heat, "t1"))) == [()]
        assert refusals(reserve(books, (water, "t2"))) == [TOO_OFTEN]
        assert refusals(reserve(books, (heat, "t3"))) == [(*TOO_OFTEN, "live-per-phone")]

    def test_so_it_is_within_a_batch(self, books: Books, anna: tuple[Debtor, Debtor]) -> None:
        heat, water = anna
        assert refusals(reserve(books, (water, "t1"), (heat, "t2"))) == [(), TOO_OFTEN]

    def test_every_attempt_counts_not_only_talks(self, books: Books, anna: tuple[Debtor, Debtor]) -> None:
        for number, debtor in enumerate((*anna, anna[0])):
            assert refusals(reserve(books, (debtor, f"t{number}"))) == [()]
            with books.write() as tx:
                call = Call(request(debtor, f"t{number}").id)
                tx.touches.close([Closing(call, Judged(Outcome.BUSY, ""), NOON)])
        assert refusals(reserve(books, (anna[1], "t4"))) == [("attempts-per-day",)]

    def test_another_person_of_the_same_portfolio_is_free(
        self, books: Books, portfolio: Portfolio, anna: tuple[Debtor, Debtor]
    ) -> None:
        with books.write() as tx:
            others = [
                add_debtor(tx, portfolio.id, "B", "+79160000003", person="boris"),
                add_debtor(tx, portfolio.id, "C", "+79160000004"),
                add_debtor(tx, portfolio.id, "D", "+79160000005"),
            ]
        asked = [(debtor, f"t{debtor.id}") for debtor in (*anna, *others)]
        assert refusals(reserve(books, *asked)) == [(), TOO_OFTEN, (), (), ()]

    async def test_of_two_connections_at_once_exactly_one_passes(
        self, books: Books, anna: tuple[Debtor, Debtor]
    ) -> None:
        heat, water = anna
        with books.write() as first:
            assert first.touches.reserve([request(heat, "t1")], RULES, BASIS, NOON) == [Allowed()]
            second = asyncio.create_task(asyncio.to_thread(reserve, books, (water, "t2")))
            if books.engine.dialect.name == "postgresql":
                await until(lambda: waiting(books) == 1, what="the second waits for the person")
        assert refusals(await second) == [TOO_OFTEN]

    @pytest.mark.integration
    @ON_POSTGRESQL
    def test_a_person_told_since_the_debtor_was_read_begins_the_batch_anew(
        self, books: Books, portfolio: Portfolio, water: Portfolio
    ) -> None:
        with books.write() as tx:
            heat = add_debtor(tx, portfolio.id, "A", "+79160000001")
            add_debtor(tx, water.id, "W", "+79160000002", person="anna")
            tx.connection.execute(update(DEBTOR).where(DEBTOR.c.id == heat.id).values(person="anna"))
        with pytest.raises(TryAgain, match=f"the person of debtor {heat.id} has just changed"):
            reserve(books, (heat, "t1"))

    def test_who_has_no_person_costs_no_question_more(self, books: Books, portfolio: Portfolio) -> None:
        asked: list[str] = []

        def note(_: Connection, __: object, statement: str, *___: object) -> None:
            asked.append(statement)

        with books.write() as tx:
            debtor = add_debtor(tx, portfolio.id, "A", "+79160000001")
            event.listen(books.engine, "before_cursor_execute", note)
            tx.touches.judge([request(debtor, "t1")], RULES, BASIS, NOON)
            event.remove(books.engine, "before_cursor_execute", note)
        assert asked
        assert not [statement for statement in asked if "person" in statement]


@ON_SQLITE
def test_a_person_s_debtors_are_found_by_the_index(books: Books) -> None:
    """The index holds only those who have a person: the database must see that nobody else is asked for."""
    query = "EXPLAIN QUERY PLAN SELECT id, person FROM debtor WHERE person IN ('a', 'b')"
    with books.read() as tx:
        plan = [row[3] for row in tx.connection.exec_driver_sql(query)]
    assert plan == ["SEARCH debtor USING COVERING INDEX debtor_of_person (person=?)"]


class TestBlocks:
    @pytest.mark.parametrize("reason", sorted(BlockReason))
    def test_what_lies_in_the_human_being_holds_for_all_of_him(
        self, books: Books, anna: tuple[Debtor, Debtor], reason: BlockReason
    ) -> None:
        heat, water = anna
        block = Block(CHANNEL_GROUPS["call"], NOON - HOUR, reason=reason)
        with books.write() as tx:
            tx.blocks.put(block, debtor_id=heat.id, author="x")
        of_him = {"bankruptcy", "hospital", "minor", "incapacity", "disabled", "deceased"}
        assert refusals(reserve(books, (water, "t1"))) == [(BLOCK,) if reason in of_him else ()]
        assert refusals(reserve(books, (heat, "t2")))[0][0] == BLOCK

    def test_a_block_of_one_phone_stays_with_its_debtor(
        self, books: Books, anna: tuple[Debtor, Debtor]
    ) -> None:
        heat, water = anna
        phone = water.phones[0].number
        block = Block(CHANNEL_GROUPS["call"], NOON - HOUR, reason="hospital", scope=Scope.PHONE, target=phone)
        with books.write() as tx:
            tx.blocks.put(block, debtor_id=heat.id, author="x")
        assert refusals(reserve(books, (water, "t1"))) == [()]


class TestStatement:
    def test_it_lists_his_own_touches_and_counts_as_the_reserve_did(
        self, books: Books, anna: tuple[Debtor, Debtor]
    ) -> None:
        heat, water = anna
        reserve(books, (heat, "t1"))
        with books.write() as tx:
            tx.touches.close([Closing(Call(request(heat, "t1").id), Judged(Outcome.BUSY, ""), NOON)])
        with books.write() as tx:
            assert tx.touches.reserve([request(water, "t2")], RULES, BASIS, NOON + HOUR) == [Allowed()]
        with books.read() as tx:
            (line,) = statement(tx.connection, water, lambda _: RULES)
        assert line.touch == "t2"
        assert line.counters == {
            "live-per-day": (0, 1),
            "attempts-per-day": (1, 3),
            "live-per-phone": (0, 1),
        }


HEADER = "Код должника;Сумма долга;Месяц образования долга;Телефон;ИНН должника"
WITHOUT = "Код должника;Сумма долга;Месяц образования долга;Телефон"


class TestImport:
    @pytest.fixture
    def heat(self, books: Books, portfolio: Portfolio, tmp_path: Path) -> Import:
        return importing(import_debtors, books, portfolio, tmp_path / "heat.csv")

    @pytest.fixture
    def water_file(self, books: Books, water: Portfolio, tmp_path: Path) -> Import:
        return importing(import_debtors, books, water, tmp_path / "water.csv")

    @pytest.fixture
    def persons(self, books: Books) -> Callable[[], dict[str, str]]:
        """Every debtor's person, by his key."""

        def load() -> dict[str, str]:
            with books.read() as tx:
                ids = tx.connection.scalars(select(DEBTOR.c.id)).all()
                return {debtor.external_id: debtor.person for debtor in tx.debtors.load(ids).values()}

        return load

    def test_the_same_number_in_two_files_is_one_person_however_it_is_written(
        self, heat: Import, water_file: Import, persons: Callable[[], dict[str, str]], books: Books
    ) -> None:
        heat(HEADER, "A;100;2025-11;89160000001;5009 123456-78", "B;100;2025-11;89160000003;770912345678")
        water_file(HEADER, "W;100;2025-11;89160000002;500912345678")
        found = persons()
        assert found["A"] == found["W"] != found["B"]
        assert all(len(person) == 64 and "12345678" not in person for person in found.values())
        with books.read() as tx:
            debtors = {one.external_id: one for one in tx.debtors.load([1, 2, 3]).values()}
        asked = [(debtors[key], key) for key in ("A", "W", "B")]
        assert refusals(reserve(books, *asked)) == [(), TOO_OFTEN, ()]

    def test_a_later_file_may_tell_another_person_none_or_say_nothing(
        self, heat: Import, persons: Callable[[], dict[str, str]]
    ) -> None:
        heat(HEADER, "A;100;2025-11;89160000001;500912345678")
        first = persons()["A"]
        assert heat(HEADER, "A;100;2025-11;89160000001;500912345678").unchanged == 1
        assert heat(HEADER, "A;100;2025-11;89160000001;770912345678").changed == 1
        second = persons()["A"]
        assert "" != second != first
        assert heat(WITHOUT, "A;100;2025-11;89160000001").changed == 1
        assert persons()["A"] == second
        heat(HEADER, "A;100;2025-11;89160000001;")
        assert persons()["A"] == ""

    def test_a_change_of_person_moves_what_is_counted(
        self, heat: Import, water_file: Import, books: Books
    ) -> None:
        heat(HEADER, "A;100;2025-11;89160000001;500912345678")
        water_file(HEADER, "W;100;2025-11;89160000002;")

        def call(key: str, id: str) -> list[tuple[str, ...]]:
            with books.read() as tx:
                debtor = tx.debtors.keyed(key)
            return refusals(reserve(books, (debtor, id)))

        assert call("A", "t1") == [()]
        water_file(HEADER, "W;100;2025-11;89160000002;500912345678")
        assert call("W", "t2") == [TOO_OFTEN]
        water_file(HEADER, "W;100;2025-11;89160000002;770912345678")
        assert call("W", "t3") == [()]

    @pytest.mark.parametrize("none", ["-", "нет данных", "000000000000", "12345"])
    def test_what_stands_for_none_makes_nobody_one_person(
        self, heat: Import, persons: Callable[[], dict[str, str]], none: str
    ) -> None:
        lines = [f"{key};100;2025-11;8916000000{place};{none}" for place, key in enumerate("AB")]
        result = heat(HEADER, *lines)
        assert (result.added, persons()) == (2, {"A": "", "B": ""})
        assert [line["field"] for line in rejects(result)] == ["person", "person"]

    def test_without_a_key_everybody_is_only_himself(
        self, heat: Import, water_file: Import, books: Books, persons: Callable[[], dict[str, str]]
    ) -> None:
        heat(WITHOUT, "A;100;2025-11;89160000001")
        water_file(WITHOUT, "W;100;2025-11;89160000002")
        assert persons() == {"A": "", "W": ""}
        with books.read() as tx:
            debtors = tx.debtors.load([1, 2]).values()
        asked = [(debtor, f"t{debtor.id}") for debtor in debtors]
        assert refusals(reserve(books, *asked)) == [(), ()]
