"""What is PostgreSQL's own: its snapshots, its clock, its faults, and which index answers which question."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import InternalError

from dialer.private_postgres import PrivatePostgres
from domain.campaign import Plan
from domain.errors import EnvironmentFault
from domain.portfolio import Portfolio
from ledger.books import Books, Transaction
from ledger.migrate import upgrade
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
)

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
            _, told = plan.split(f"using {index} on touch", 1)
            condition = told.splitlines()[1]
            assert "Index Cond" in condition
            assert key in condition
            assert "reserved_at >" in condition

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
