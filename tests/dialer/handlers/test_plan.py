"""Planning: every debtor once, page by page, begun anew each night and for each version."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from dialer.handlers.plan import Page, next_night, plan_page, planning_is_due
from domain.campaign import Planning, PlanState
from domain.debtor import Promise, PromiseState, Want
from domain.errors import LeaseLost
from ledger.books import Books
from ledger.promises import Promised
from strategies.load import parse_strategy
from tests.dialer.work import BODY, STRATEGY, Desk
from tests.ledger.conftest import books, books_url
from tests.ledger.rows import NOON, add_debtor

__all__ = ["books", "books_url"]
pytestmark = pytest.mark.unit

MOSCOW = "Europe/Moscow"
PHONE = "+79160000001"


@pytest.fixture
def desk(books: Books) -> Desk:
    return Desk(books)


def newcomers(desk: Desk, *roubles: int) -> list[int]:
    """Ids of debtors whom nobody has planned yet."""
    with desk.books.write() as tx:
        return [
            add_debtor(tx, desk.portfolio.id, f"D{nth}", PHONE, roubles=sum).id
            for nth, sum in enumerate(roubles)
        ]


def page(desk: Desk, *, now: datetime = NOON, size: int = 2, version_id: int = 1, fence: int = 1) -> Page:
    return plan_page(desk.books, desk.campaign.id, fence, STRATEGY, version_id=version_id, now=now, size=size)


def test_pages_go_through_the_portfolio_once(desk: Desk) -> None:
    ids = newcomers(desk, 1000, 9000, 0, 1000, 1000)
    pages = [page(desk) for _ in range(3)]
    assert [one.debtors for one in pages] == [2, 2, 1]
    assert [one.planning.to for one in pages] == [ids[1], ids[3], None]
    assert [one.written for one in pages] == [2, 2, 1]
    assert sum((one.left_out for one in pages), Counter()) == {"paid": 1}
    with desk.books.read() as tx:
        plans = tx.plans.load(desk.campaign.id, ids)
        planning = tx.campaigns.named("spring").planning
    assert [plans[id].segment for id in ids] == ["big", "huge", "", "big", "big"]
    assert planning == Planning(NOON, 1, None)


def test_a_pass_that_was_cut_off_goes_on_where_it_was(desk: Desk) -> None:
    ids = newcomers(desk, 1000, 1000, 1000)
    page(desk)
    fence = desk.take_over().campaign.fence
    later = page(desk, now=NOON + timedelta(hours=1), fence=fence)
    assert (later.debtors, later.planning) == (1, Planning(NOON, 1, None))
    with desk.books.read() as tx:
        assert set(tx.plans.load(desk.campaign.id, ids)) == set(ids)


def test_a_former_owner_plans_nobody(desk: Desk) -> None:
    ids = newcomers(desk, 1000)
    desk.take_over()
    with pytest.raises(LeaseLost):
        page(desk)
    with desk.books.read() as tx:
        assert tx.plans.load(desk.campaign.id, ids) == {}


def test_another_version_begins_at_the_first_debtor_again(desk: Desk) -> None:
    ids = newcomers(desk, 1000, 1000, 1000)
    page(desk)
    assert page(desk, version_id=2).planning == Planning(NOON, 2, ids[1])


def test_a_night_without_news_writes_nothing(desk: Desk) -> None:
    newcomers(desk, 1000, 0)
    page(desk, size=9)
    again = page(desk, now=NOON + timedelta(days=1), size=9)
    assert (again.debtors, again.written, again.left_out) == (2, 0, {"paid": 1})


def test_whoever_is_talked_to_is_left_alone(desk: Desk) -> None:
    debtor = desk.add("A", PHONE)
    desk.reserve()
    before = desk.plan(debtor)
    assert before.state is PlanState.IN_TOUCH
    assert page(desk).written == 0
    assert desk.plan(debtor) == before


def test_promises_are_judged_before_anybody_is_planned(desk: Desk) -> None:
    debtor = desk.add("A", PHONE)
    with desk.books.write() as tx:
        made = NOON - timedelta(days=9)
        tx.promises.add([Promised(debtor.id, Promise(made, made.date() + timedelta(days=5)))])
    strategy = parse_strategy(
        BODY.replace("when: {sum:", "when: {promises: {state: broken}, sum:"), "test.yaml"
    )
    plan_page(desk.books, desk.campaign.id, 1, strategy, version_id=1, now=NOON)
    with desk.books.read() as tx:
        (promise,) = tx.debtors.load([debtor.id], {Want.PROMISES})[debtor.id].promises
    assert promise.state is PromiseState.BROKEN
    assert desk.plan(debtor).segment == "big", "which is for those who broke a promise now"


def test_an_empty_portfolio_is_planned_at_once(desk: Desk) -> None:
    assert page(desk) == Page(Planning(NOON, 1, None), 0, 0)


@pytest.mark.parametrize(
    ("planning", "version_id", "now", "due"),
    [
        (Planning(), 1, NOON, True),
        (Planning(NOON, 1, 7), 1, NOON, True),
        (Planning(NOON, 1), 2, NOON, True),
        (Planning(NOON, 1), 1, NOON + timedelta(hours=14, minutes=59), False),
        (Planning(NOON, 1), 1, NOON + timedelta(hours=15), True),
    ],
    ids=["never planned", "under way", "another version", "before three at night", "three at night"],
)
def test_when_planning_is_due(planning: Planning, version_id: int, now: datetime, due: bool) -> None:
    assert planning_is_due(planning, version_id, MOSCOW, now) is due


@pytest.mark.parametrize(
    ("after", "night"),
    [
        (datetime(2026, 3, 10, 0, 0, tzinfo=UTC), datetime(2026, 3, 11, 0, 0, tzinfo=UTC)),
        (datetime(2026, 3, 9, 23, 59, tzinfo=UTC), datetime(2026, 3, 10, 0, 0, tzinfo=UTC)),
    ],
)
def test_the_next_night_is_after_this_one(after: datetime, night: datetime) -> None:
    assert next_night(after, MOSCOW) == night


def test_the_zone_is_that_of_most_debtors(desk: Desk) -> None:
    with desk.books.write() as tx:
        assert tx.debtors.main_zone(desk.portfolio.id) == "UTC"
        for nth in range(9):
            zones = "Asia/Omsk,Europe/Moscow" if nth % 3 else "Europe/Moscow"
            add_debtor(tx, desk.portfolio.id, f"D{nth}", zones=zones)
        assert tx.debtors.main_zone(desk.portfolio.id) == "Asia/Omsk"
