"""Plans: taken when due, the highest priority first, by index."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.engine import Connection

from domain.campaign import Campaign, Mode, Plan, PlanState, Why
from domain.portfolio import Portfolio
from domain.touch import TouchId
from ledger.books import Books
from ledger.tables import DebtorRow, PlanRow, table
from tests.ledger.rows import NOON, ON_POSTGRESQL, ON_SQLITE, add_campaign, add_debtor

pytestmark = pytest.mark.unit


@pytest.fixture
def campaign(books: Books, portfolio: Portfolio) -> Campaign:
    """A campaign with debtors 1 to 6 and no plans."""
    with books.write() as tx:
        for number in range(1, 7):
            assert add_debtor(tx, portfolio.id, f"D{number}").id == number
        return add_campaign(tx, portfolio.id)


def plan(debtor: int, minutes: float = 0, priority: int = 10, **more: object) -> Plan:
    """A plan that falls due so many minutes after noon."""
    due = Plan(debtor, NOON + timedelta(minutes=minutes), segment="fresh", priority=priority)
    return replace(due, **more)  # type: ignore[arg-type]


def write(books: Books, campaign: Campaign, *plans: Plan) -> None:
    with books.write() as tx:
        tx.plans.save(campaign.id, plans)


def due(books: Books, campaign: Campaign, limit: int = 10) -> list[int]:
    with books.write() as tx:
        return [plan.debtor_id for plan in tx.plans.take_due(campaign.id, NOON, limit)]


class TestTakeDue:
    def test_by_priority_then_by_how_long_they_wait(self, books: Books, campaign: Campaign) -> None:
        write(books, campaign, plan(1, -1), plan(2, -9), plan(3, -1, 20), plan(4, -5, 0), plan(5, 0, 20))
        assert due(books, campaign) == [3, 5, 2, 1, 4]

    def test_no_more_than_asked_whatever_the_priority(self, books: Books, campaign: Campaign) -> None:
        write(books, campaign, plan(1, -1), plan(2, -9), plan(3, -1, 20), plan(4, -5, 0))
        assert [due(books, campaign, limit) for limit in (0, 1, 2, 3)] == [[], [3], [3, 2], [3, 2, 1]]

    def test_only_what_is_due(self, books: Books, campaign: Campaign) -> None:
        in_touch = plan(3, -1, state=PlanState.IN_TOUCH, touch_id=TouchId("t1"))
        write(books, campaign, plan(1), plan(2, 1 / 60), in_touch, plan(4, -1, state=PlanState.DONE))
        assert due(books, campaign) == [1]

    def test_another_campaign_s_plans_are_its_own(
        self, books: Books, portfolio: Portfolio, campaign: Campaign
    ) -> None:
        with books.write() as tx:
            other = add_campaign(tx, portfolio.id, "autumn")
        write(books, campaign, plan(1))
        write(books, other, plan(1), plan(2))
        assert (due(books, campaign), due(books, other)) == ([1], [1, 2])

    def test_each_desk_has_its_own_and_what_needs_no_operator_too(
        self, books: Books, campaign: Campaign
    ) -> None:
        preview = replace(plan(3), desk="debts", mode=Mode.PREVIEW)
        write(books, campaign, plan(1), replace(plan(2), desk="debts", mode=Mode.PREDICTIVE), preview)
        with books.write() as tx:
            found = {
                (desk, mode): [one.debtor_id for one in tx.plans.take_due(campaign.id, NOON, 5, desk, mode)]
                for desk, mode in (("", None), ("debts", Mode.PREDICTIVE), ("debts", Mode.PREVIEW))
            }
            assert tx.plans.take_due(campaign.id, NOON, 5, "operators", Mode.PREVIEW) == []
        assert found == {("", None): [1], ("debts", Mode.PREDICTIVE): [2], ("debts", Mode.PREVIEW): [3]}

    def test_what_a_desk_has_due_is_counted_up_to_a_bound(self, books: Books, campaign: Campaign) -> None:
        lane = ("debts", Mode.PREDICTIVE)
        of_desk = [replace(plan(id, priority=id), desk=lane[0], mode=lane[1]) for id in (1, 2, 3)]
        write(books, campaign, *of_desk[:2], replace(of_desk[2], due_at=NOON + timedelta(hours=1)))
        with books.read() as tx:
            counted = [tx.plans.due(campaign.id, NOON, *lane, at_most) for at_most in (0, 1, 5)]
            assert counted == [(0, 0), (1, 2), (2, 2)]
            assert tx.plans.due(campaign.id, NOON, "other", Mode.PREDICTIVE, 5) == (0, 0)

    @ON_SQLITE
    def test_the_question_is_answered_by_the_index_in_its_order(
        self, books: Books, campaign: Campaign
    ) -> None:
        asked: list[tuple[str, tuple[object, ...]]] = []

        def note(
            _: Connection, __: object, statement: str, parameters: tuple[object, ...], *___: object
        ) -> None:
            asked.append((statement, parameters))

        write(books, campaign, plan(1), plan(2, 1), plan(3, priority=20))
        with books.write() as tx:
            event.listen(books.engine, "before_cursor_execute", note)
            tx.plans.take_due(campaign.id, NOON, 5)
            event.remove(books.engine, "before_cursor_execute", note)
            steps = {
                row.detail
                for statement, parameters in asked
                for row in tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            }
        lane = "campaign_id=? AND state=? AND desk=? AND mode=?"
        index = f"SEARCH plan USING INDEX plan_due ({lane} AND priority=? AND due_at<?)"
        highest, next_one = (
            f"SEARCH plan USING COVERING INDEX plan_due ({lane}{priority})"
            for priority in ("", " AND priority<?")
        )
        assert steps == {index, highest, next_one}, "a sort would read every plan that is due"


class TestSave:
    def test_every_field_comes_back(self, books: Books, campaign: Campaign) -> None:
        whole = Plan(
            debtor_id=2,
            due_at=NOON + timedelta(days=3, microseconds=7),
            state=PlanState.IN_TOUCH,
            segment="aged",
            variant="gentle",
            step="inform",
            attempts=2,
            round=4,
            turn=3,
            avoid="+79160000001",
            priority=20,
            desk="debts",
            mode=Mode.PREVIEW,
            touch_id=TouchId("t1"),
            why=Why.RETRY,
            reason="занято",
        )
        write(books, campaign, plan(1), plan(2))
        with books.write() as tx:
            tx.plans.save(campaign.id, [whole])
        with books.read() as tx:
            assert tx.plans.load(campaign.id, [1, 2, 3]) == {1: plan(1), 2: whole}

    def test_saving_nothing_and_again(self, books: Books, campaign: Campaign) -> None:
        write(books, campaign, plan(1), plan(2))
        write(books, campaign, plan(2, 5))
        with books.write() as tx:
            tx.plans.save(campaign.id, [])
        with books.read() as tx:
            assert tx.plans.load(campaign.id, [1, 2]) == {1: plan(1), 2: plan(2, 5)}


class TestClaim:
    def test_who_has_a_plan_and_who_has_none(self, books: Books, campaign: Campaign) -> None:
        write(books, campaign, plan(1), plan(3))
        with books.write() as tx:
            assert tx.plans.claim(campaign.id, [1, 2, 3]) == {1: plan(1), 2: None, 3: plan(3)}
            assert tx.plans.claim(campaign.id, []) == {}

    @ON_POSTGRESQL
    def test_a_plan_that_somebody_works_on_is_his(self, books: Books, campaign: Campaign) -> None:
        write(books, campaign, plan(1), plan(3))
        with books.write() as one, books.write() as other:
            one.plans.take_due(campaign.id, NOON, 1)
            assert other.plans.claim(campaign.id, [1, 2, 3]) == {2: None, 3: plan(3)}


class TestCounts:
    def test_states(self, books: Books, campaign: Campaign) -> None:
        done = plan(3, -99, state=PlanState.DONE)
        write(books, campaign, plan(1, 7, 20), plan(2, 5, 0), done, plan(4, 9))
        with books.read() as tx:
            assert tx.plans.counts(campaign.id) == {PlanState.DUE: 3, PlanState.DONE: 1}
            assert tx.plans.counts(campaign.id + 1) == {}


def places(books: Books) -> dict[int, str]:
    with books.read() as tx:
        told = select(table(PlanRow).c.debtor_id, table(PlanRow).c.place)
        return dict(tx.connection.execute(told).all())


class TestPlace:
    @pytest.fixture
    def moved(self, books: Books, campaign: Campaign) -> Campaign:
        """Debtors 1 and 2 have plans; the first one has moved since."""
        write(books, campaign, plan(1), plan(2))
        with books.write() as tx:
            debtor = table(DebtorRow)
            elsewhere = {"region": "RU-OMS", "zones": "Asia/Omsk"}
            tx.connection.execute(update(debtor).where(debtor.c.id == 1).values(**elsewhere))
        assert places(books) == {1: " Europe/Moscow", 2: " Europe/Moscow"}
        return campaign

    def test_whoever_writes_a_plan_tells_where_the_debtor_lives(self, books: Books, moved: Campaign) -> None:
        write(books, moved, plan(1, 5), plan(3))
        assert places(books) == {1: "RU-OMS Asia/Omsk", 2: " Europe/Moscow", 3: " Europe/Moscow"}

    def test_a_move_is_noted_in_all_campaigns_of_the_portfolio(self, books: Books, moved: Campaign) -> None:
        with books.write() as tx:
            tx.plans.move(moved.portfolio_id, [1, 2, 6])
        assert places(books) == {1: "RU-OMS Asia/Omsk", 2: " Europe/Moscow"}

    def test_of_another_portfolio_nothing_is_noted(self, books: Books, moved: Campaign) -> None:
        with books.write() as tx:
            tx.plans.move(moved.portfolio_id + 1, [1])
        assert places(books)[1] == " Europe/Moscow"

    @ON_POSTGRESQL
    def test_a_locked_plan_is_not_waited_for(self, books: Books, moved: Campaign) -> None:
        with books.write() as taking:
            assert len(taking.plans.take_due(moved.id, NOON, 1)) == 1
            with books.write() as tx:
                tx.plans.move(moved.portfolio_id, [1, 2])
        assert places(books)[1] == " Europe/Moscow"


def test_when_the_next_plan_falls_due(books: Books, campaign: Campaign) -> None:
    write(books, campaign, plan(1, 9), plan(2, 5), plan(3, 1, state=PlanState.DONE))
    with books.read() as tx:
        assert tx.plans.next_due(campaign.id) == NOON + timedelta(minutes=5)
        assert tx.plans.next_due(campaign.id + 1) is None
