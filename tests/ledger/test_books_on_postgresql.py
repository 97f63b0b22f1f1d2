"""What is PostgreSQL's own: its snapshots, its clock, its faults, and which index answers which question."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import InternalError

from dialer.private.postgres import PrivatePostgres
from domain.block import Block, Consent
from domain.campaign import Plan
from domain.errors import EnvironmentFault
from domain.intensity import Allowed
from domain.portfolio import Portfolio
from domain.rules import Scope
from domain.touch import Channel
from ledger.blocks import Put
from ledger.books import Books, Transaction
from ledger.migrate import upgrade
from ledger.reports.statement import statement
from tests.ledger.rows import (
    BASIS,
    NOON,
    ON_POSTGRESQL,
    ONE_A_PHONE,
    ONE_LIVE_A_DAY,
    add_campaign,
    add_debtor,
    request,
    rules_of,
    waiting,
)
from tests.polling import until

pytestmark = [pytest.mark.integration, ON_POSTGRESQL]
RULES = rules_of(ONE_LIVE_A_DAY, ONE_A_PHONE)


def names(books: Books) -> list[str]:
    with books.read() as tx:
        return [portfolio.name for portfolio in tx.portfolios.all()]


def refusal(url: str, ask: Callable[[Books], object] = names) -> str:
    """What a user is told: one line."""
    books = Books.open(url)
    with pytest.raises(EnvironmentFault) as raised:
        ask(books)
    books.close()
    assert "\n" not in str(raised.value)
    return str(raised.value)


class TestTransactions:
    def test_a_reader_cannot_reserve(self, books: Books, portfolio: Portfolio) -> None:
        """His snapshot may be older than a neighbour's touch."""
        with books.write() as tx:
            debtor = add_debtor(tx, portfolio.id, "A", "+79160000001")
        with pytest.raises(InternalError, match="read-only transaction"), books.read() as tx:
            tx.touches.reserve([request(debtor, "t1")], RULES, BASIS, NOON)

    def test_a_writer_after_a_reader_may_write(self, books: Books) -> None:
        """Both get the same connection from the pool."""
        assert names(books) == []
        with books.write() as tx:
            tx.portfolios.put("heat", creditor="", contact_phone="", basis=None)
        assert names(books) == ["heat"]

    def test_times_are_utc_whatever_the_server_s_zone(self, books: Books, portfolio: Portfolio) -> None:
        with books.write() as tx:
            tx.connection.exec_driver_sql("SET LOCAL timezone = 'Asia/Vladivostok'")
            tx.portfolios.put(portfolio.name, creditor="", contact_phone="", basis=BASIS)
            basis = tx.portfolios.named(portfolio.name).basis
        assert basis == BASIS
        assert str(basis.valid_from) == str(BASIS.valid_from)


class TestTwoWritersOfABlock:
    """Each reads what is known before it writes; two importers must not both find nothing."""

    BLOCK = Block(frozenset({Channel.VOICE_MSG}), NOON, reason="hospital")

    async def test_the_second_waits_and_finds_what_the_first_put(
        self, books: Books, portfolio: Portfolio
    ) -> None:
        with books.write() as tx:
            debtor = add_debtor(tx, portfolio.id, "A", "+79160000001")

        def put() -> Put:
            with books.write() as tx:
                return tx.blocks.put(self.BLOCK, debtor_id=debtor.id, author="second")

        with books.write() as first:
            assert first.blocks.put(self.BLOCK, debtor_id=debtor.id, author="first") is Put.ADDED
            second = asyncio.create_task(asyncio.to_thread(put))
            await until(lambda: waiting(books) == 1, what="the second importer waits")
        assert await second is Put.UNCHANGED
        with books.read() as tx:
            assert tx.blocks.of(debtor.id) == [self.BLOCK]

    async def test_so_do_two_of_a_consent(self, books: Books, portfolio: Portfolio) -> None:
        consent = Consent(frozenset({Channel.VOICE_MSG}), NOON, document="letter 7", phone="+79160000001")
        with books.write() as tx:
            debtor = add_debtor(tx, portfolio.id, "A", "+79160000001")

        def put() -> Put:
            with books.write() as tx:
                return tx.consents.put(consent, debtor_id=debtor.id, author="second")

        with books.write() as first:
            assert first.consents.put(consent, debtor_id=debtor.id, author="first") is Put.ADDED
            second = asyncio.create_task(asyncio.to_thread(put))
            await until(lambda: waiting(books) == 1, what="the second waits")
        assert await second is Put.UNCHANGED

    def test_an_import_holds_up_no_reserve_and_no_reserve_an_import(
        self, books: Books, portfolio: Portfolio
    ) -> None:
        with books.write() as tx:
            debtors = [add_debtor(tx, portfolio.id, key, f"+7916000000{key}") for key in "12"]
        with books.write() as importer, books.write() as dialler:
            for tx in (importer, dialler):
                tx.connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
            importer.blocks.put(self.BLOCK, debtor_id=debtors[0].id, author="import")
            asked = [request(debtor, f"t{debtor.id}") for debtor in debtors]
            assert dialler.touches.reserve(asked, RULES, BASIS, NOON) == [Allowed(), Allowed()]
            importer.blocks.put(self.BLOCK, debtor_id=debtors[1].id, author="import")


def check_range(plan: str, index: str, key: str) -> None:
    """The plan reads the recent touches of a key, and no more, from the index."""
    _, told = plan.split(f"using {index} on touch", 1)
    condition = told.splitlines()[1]
    assert "Index Cond" in condition
    assert key in condition
    assert "reserved_at >" in condition


class TestFaults:
    def test_a_database_without_tables_says_what_to_do(self, postgres: PrivatePostgres, books: Books) -> None:
        del books
        told = refusal(postgres.url)
        assert 'relation "portfolio" does not exist' in told
        assert "dozvon ledger upgrade" in told

    def test_a_server_that_is_not_there(self, books: Books, tmp_path: Path) -> None:
        del books
        assert "the database refused: connection" in refusal(f"postgresql+psycopg://a@/b?host={tmp_path}")

    def test_a_database_that_is_not_there(self, postgres: PrivatePostgres, books: Books) -> None:
        del books
        told = refusal(postgres.url_of("nobodys"), lambda unopened: upgrade(unopened.engine))
        assert 'database "nobodys" does not exist' in told

    def test_a_right_that_is_missing(self, books: Books) -> None:
        with books.write() as tx:
            tx.connection.exec_driver_sql("DROP ROLE IF EXISTS guest")
            tx.connection.exec_driver_sql("CREATE ROLE guest LOGIN")
        url = books.engine.url.set(username="guest").render_as_string(hide_password=False)
        assert "permission denied for table portfolio" in refusal(url)

    def test_a_connection_that_is_cut_loses_only_what_was_not_committed(self, books: Books) -> None:
        def cut() -> None:
            with books.write() as tx:
                tx.portfolios.put("heat", creditor="", contact_phone="", basis=None)
                pid = tx.connection.scalar(text("SELECT pg_backend_pid()"))
                with books.engine.connect() as other:
                    other.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": pid})
                tx.portfolios.all()

        with pytest.raises(EnvironmentFault, match="terminating connection"):
            cut()
        assert names(books) == []


def test_checks_and_partial_indexes_came_along(books: Books) -> None:
    """Alembic compares neither."""
    checks = "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = 'debt'::regclass"
    partial = "SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%WHERE (outcome IS NULL)'"
    with books.read() as tx:
        assert tx.connection.scalars(text(checks)).all() == ["debt_not_negative"]
        assert tx.connection.scalars(text(partial)).all() == ["touch_open"]


class TestSpeed:
    """The questions of every tick must not read the whole log: here they are asked by the repositories themselves."""

    @pytest.fixture
    def plans(self, books: Books, portfolio: Portfolio) -> Callable[[Callable[[Transaction], object]], str]:
        """Tells how the server answers what a repository asks; tables this small it would rather read whole."""

        def explain(ask: Callable[[Transaction], object]) -> str:
            asked: list[tuple[str, dict[str, object]]] = []

            def note(
                _: Connection, __: object, statement: str, parameters: dict[str, object], *___: object
            ) -> None:
                asked.append((statement, parameters))

            with books.write() as tx:
                tx.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
                tx.connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
                event.listen(books.engine, "before_cursor_execute", note)
                ask(tx)
                event.remove(books.engine, "before_cursor_execute", note)
                lines = [
                    line
                    for statement, parameters in asked
                    if statement.startswith("SELECT")
                    for line in tx.connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars()
                ]
            return "\n".join(lines)

        return explain

    def test_a_history_is_found_by_debtor_and_by_phone(
        self, books: Books, portfolio: Portfolio, plans: Callable[[Callable[[Transaction], object]], str]
    ) -> None:
        with books.write() as tx:
            debtor = add_debtor(tx, portfolio.id, "A", "+79160000001")
        plan = plans(lambda tx: tx.touches.reserve([request(debtor, "t1")], RULES, BASIS, NOON))
        for index, key in (("touch_of_debtor", "debtor_id"), ("touch_of_phone", "phone")):
            check_range(plan, index, key)

    def test_limits_of_a_campaign_and_a_trunk_find_their_touches(
        self, books: Books, portfolio: Portfolio, plans: Callable[[Callable[[Transaction], object]], str]
    ) -> None:
        with books.write() as tx:
            debtor = add_debtor(tx, portfolio.id, "A", "+79160000001")
            asked = request(debtor, "t1", add_campaign(tx, portfolio.id))
        shared = [replace(ONE_LIVE_A_DAY, scope=scope) for scope in (Scope.CAMPAIGN, Scope.TRUNK)]
        plan = plans(lambda tx: tx.touches.reserve([asked], rules_of(*shared), BASIS, NOON))
        for index, key in (("touch_of_campaign", "campaign_id"), ("touch_of_trunk", "caller_number")):
            check_range(plan, index, key)

    def test_a_statement_is_found_by_debtor_by_phone_and_by_touch(
        self, books: Books, portfolio: Portfolio, plans: Callable[[Callable[[Transaction], object]], str]
    ) -> None:
        with books.write() as tx:
            debtor = add_debtor(tx, portfolio.id, "A", "+79160000001")
            tx.touches.reserve([request(debtor, "t1")], RULES, BASIS, NOON)
        plan = plans(lambda tx: statement(tx.connection, debtor, lambda _: RULES))
        for index in ("touch_of_debtor", "touch_of_phone", "event_of_touch"):
            assert f"using {index} on" in plan

    def test_due_plans_come_from_the_index_in_its_order(
        self, books: Books, portfolio: Portfolio, plans: Callable[[Callable[[Transaction], object]], str]
    ) -> None:
        with books.write() as tx:
            campaign = add_campaign(tx, portfolio.id)
            tx.plans.save(campaign.id, [Plan(add_debtor(tx, portfolio.id, "A").id, NOON)])
        plan = plans(lambda tx: tx.plans.take_due(campaign.id, NOON, 5))
        assert "Index Only Scan Backward using plan_due on plan" in plan, "the highest priority"
        assert "Index Scan using plan_due on plan" in plan
        assert "due_at <=" in plan
        assert "Sort" not in plan, "a sort would read every plan that is due"

    def test_open_touches_are_found_by_index(
        self, books: Books, portfolio: Portfolio, plans: Callable[[Callable[[Transaction], object]], str]
    ) -> None:
        assert "using touch_o" in plans(lambda tx: tx.touches.open(1))
