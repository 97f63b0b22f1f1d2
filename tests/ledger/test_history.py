"""What a reserve reads and locks: histories of debtors, phones, campaigns and trunks, as far as rules look at them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from threading import Barrier

import pytest
from sqlalchemy import Connection, event, select
from structlog.testing import capture_logs

from domain.call import Call
from domain.debtor import Debtor
from domain.intensity import Allowed, Refused
from domain.portfolio import Portfolio
from domain.rules import Count, RuleSet, Scope
from domain.touch import Outcome
from domain.verdict import Verdict
from domain.window import CalendarWindow
from ledger.books import Books
from ledger.tables import TouchRow, table
from ledger.touches import Closing, TouchRequest
from tests.ledger.rows import (
    BASIS,
    CALLER,
    NOON,
    ON_POSTGRESQL,
    ON_SQLITE,
    ONE_A_PHONE,
    ONE_LIVE_A_DAY,
    THREE_A_DAY,
    add_campaign,
    add_debtor,
    request,
    rules_of,
    waiting,
)
from tests.polling import until

pytestmark = pytest.mark.unit

OTHER = replace(CALLER, number="+78000000001")
THREADS, JOIN_S = 4, 60.0
ids = count()


def limit(scope: Scope, most: int = 2) -> RuleSet:
    """So many attempts a day in that scope, and one live call a day of each debtor."""
    return rules_of(ONE_LIVE_A_DAY, replace(THREE_A_DAY, id="shared", scope=scope, max=most))


@pytest.fixture
def debtors(books: Books, portfolio: Portfolio) -> list[Debtor]:
    """Six with a phone each, and a second number of ours."""
    with books.write() as tx:
        tx.numbers.put(OTHER)
        return [add_debtor(tx, portfolio.id, str(n), f"+7916000000{n}") for n in range(6)]


Ask = Callable[..., TouchRequest]


@pytest.fixture
def ask(books: Books, portfolio: Portfolio) -> Ask:
    """A call to a debtor in a campaign (spring if not told) from a number."""
    with books.write() as tx:
        campaigns = {name: add_campaign(tx, portfolio.id, name) for name in ("spring", "autumn")}

    def asked(debtor: Debtor, campaign: str | None = "spring", trunk: str = CALLER.number) -> TouchRequest:
        named = campaigns[campaign] if campaign else None
        return replace(request(debtor, f"t{next(ids)}", named), caller_number=trunk)

    return asked


def reserve(
    books: Books, asked: Sequence[TouchRequest], rules: RuleSet, now: datetime = NOON
) -> list[Allowed | Refused]:
    with books.write() as tx:
        return tx.touches.reserve(asked, rules, BASIS, now)


def granted(verdicts: Sequence[Allowed | Refused]) -> list[bool]:
    return [isinstance(verdict, Allowed) for verdict in verdicts]


class TestSharedLimits:
    @pytest.mark.parametrize(
        ("scope", "elsewhere"),
        [(Scope.CAMPAIGN, {"campaign": "autumn"}), (Scope.TRUNK, {"trunk": OTHER.number})],
    )
    def test_touches_of_others_count_and_those_elsewhere_do_not(
        self, books: Books, debtors: list[Debtor], ask: Ask, scope: Scope, elsewhere: dict[str, str]
    ) -> None:
        rules = limit(scope)
        assert granted(reserve(books, [ask(debtors[0])], rules)) == [True]
        assert granted(reserve(books, [ask(debtors[1], **elsewhere)], rules)) == [True]
        assert granted(reserve(books, [ask(debtors[2])], rules)) == [True]
        (verdict,) = reserve(books, [ask(debtors[3])], rules)
        assert verdict == Refused(("shared",), NOON.replace(hour=21))
        assert granted(reserve(books, [ask(debtors[3], **elsewhere)], rules)) == [True]

    @pytest.mark.parametrize("scope", [Scope.CAMPAIGN, Scope.TRUNK])
    def test_earlier_requests_of_the_batch_count(
        self, books: Books, debtors: list[Debtor], ask: Ask, scope: Scope
    ) -> None:
        assert granted(reserve(books, [ask(d) for d in debtors], limit(scope))) == [True] * 2 + [False] * 4

    def test_each_campaign_of_a_batch_has_its_own(
        self, books: Books, debtors: list[Debtor], ask: Ask
    ) -> None:
        asked = [ask(d, campaign) for d, campaign in zip(debtors, ("spring", "autumn") * 3, strict=True)]
        assert granted(reserve(books, asked, limit(Scope.CAMPAIGN))) == [True] * 4 + [False] * 2

    def test_a_closed_touch_that_does_not_count_frees_it(
        self, books: Books, debtors: list[Debtor], ask: Ask
    ) -> None:
        rules, asked = limit(Scope.TRUNK, 1), ask(debtors[0])
        reserve(books, [asked], rules)
        assert granted(reserve(books, [ask(debtors[1])], rules)) == [False]
        with books.write() as tx:
            tx.touches.close([Closing(Call(asked.id), Verdict(Outcome.NOT_PLACED, ""), NOON)])
        assert granted(reserve(books, [ask(debtors[1])], rules)) == [True]

    def test_a_call_outside_any_campaign_is_in_none(
        self, books: Books, debtors: list[Debtor], ask: Ask
    ) -> None:
        rules = limit(Scope.CAMPAIGN, 1)
        asked = [ask(debtors[0]), *(ask(debtor, None) for debtor in debtors[1:])]
        assert granted(reserve(books, asked, rules)) == [True] * 6

    def test_distinct_debtors_of_a_trunk(self, books: Books, debtors: list[Debtor], ask: Ask) -> None:
        people = replace(THREE_A_DAY, id="people", scope=Scope.TRUNK, max=2, count=Count.DEBTORS)
        asked = [ask(debtors[place]) for place in (0, 0, 1, 2, 0)]
        assert granted(reserve(books, asked, rules_of(people))) == [True, True, True, False, True]

    def test_it_reaches_back_to_the_beginning_of_its_own_window(
        self, books: Books, debtors: list[Debtor], ask: Ask
    ) -> None:
        monthly = replace(THREE_A_DAY, id="shared", scope=Scope.TRUNK, max=1, window=CalendarWindow("month"))
        rules = rules_of(ONE_LIVE_A_DAY, monthly)
        first = NOON.replace(day=1)
        assert granted(reserve(books, [ask(debtors[0])], rules, first)) == [True]
        assert granted(reserve(books, [ask(debtors[1])], rules, NOON.replace(day=31))) == [False]
        assert granted(reserve(books, [ask(debtors[1])], rules, NOON.replace(month=4, day=1))) == [True]

    def test_a_neighbour_s_clock_that_is_ahead_opens_nothing_and_is_told_once_a_batch(
        self, books: Books, debtors: list[Debtor], ask: Ask
    ) -> None:
        rules = limit(Scope.TRUNK, 4)
        reserve(books, [ask(debtors[0])], rules, NOON + timedelta(seconds=2))
        with capture_logs() as said:
            verdicts = reserve(books, [ask(debtor) for debtor in debtors[1:]], rules)
        assert granted(verdicts) == [True] * 3 + [False] * 2
        assert [(line["event"], line["behind_s"]) for line in said] == [("clock_behind_log", 2.0)]
        touch = table(TouchRow)
        with books.read() as tx:
            at = set(tx.connection.scalars(select(touch.c.reserved_at)))
        assert at == {NOON + timedelta(seconds=2)}


@contextmanager
def selects(books: Books) -> Iterator[list[str]]:
    """The tables that are asked."""
    asked: list[str] = []

    def note(_: Connection, __: object, statement: str, *___: object) -> None:
        if statement.startswith("SELECT") and "\nFROM " in statement:
            asked.append(statement.split("\nFROM ", 1)[1].split()[0])

    event.listen(books.engine, "before_cursor_execute", note)
    yield asked
    event.remove(books.engine, "before_cursor_execute", note)


@ON_SQLITE
def test_a_batch_asks_once_for_each_scope_that_a_limit_has(
    books: Books, debtors: list[Debtor], ask: Ask
) -> None:
    beside = ["block", "consent", "caller_number"]
    for rules, histories in (
        (rules_of(ONE_LIVE_A_DAY), 1),
        (rules_of(ONE_LIVE_A_DAY, ONE_A_PHONE), 2),
        (rules_of(ONE_LIVE_A_DAY, ONE_A_PHONE, *limit(Scope.TRUNK).limits), 3),
    ):
        with selects(books) as asked:
            reserve(books, [ask(debtor) for debtor in debtors], rules)
        assert asked == ["touch"] * histories + beside


@ON_SQLITE
def test_every_history_is_found_by_its_index(books: Books, debtors: list[Debtor], ask: Ask) -> None:
    """Tables this small would be read whole by a planner that knew their size; ours has no statistics."""
    asked: list[tuple[str, tuple[object, ...]]] = []

    def note(_: Connection, __: object, statement: str, parameters: tuple[object, ...], *___: object) -> None:
        if statement.startswith("SELECT") and "\nFROM touch" in statement:
            asked.append((statement, parameters))

    event.listen(books.engine, "before_cursor_execute", note)
    both = [*limit(Scope.TRUNK).limits, *limit(Scope.CAMPAIGN).limits]
    reserve(books, [ask(debtors[0])], rules_of(ONE_A_PHONE, *both))
    event.remove(books.engine, "before_cursor_execute", note)
    with books.read() as tx:
        plans = [
            " ".join(row.detail for row in tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {told}", these))
            for told, these in asked
        ]
    found = Counter(
        name
        for plan in plans
        for name in ("debtor_id", "phone", "campaign_id", "caller_number")
        if f"({name}=? AND reserved_at>?)" in plan
    )
    assert found == Counter(["debtor_id", "phone", "campaign_id", "caller_number"]), plans


class TestTwoAtOnce:
    @pytest.mark.integration
    @pytest.mark.parametrize("scope", [Scope.CAMPAIGN, Scope.TRUNK])
    def test_many_connections_use_it_up_exactly(
        self, books: Books, debtors: list[Debtor], ask: Ask, scope: Scope
    ) -> None:
        rules, start = limit(scope, 3), Barrier(THREADS)
        asked = [[ask(debtor) for debtor in debtors] for _ in range(THREADS)]

        def compete(mine: list[TouchRequest]) -> int:
            opened = Books.open(books.engine.url.render_as_string(hide_password=False))
            start.wait(JOIN_S)
            verdicts = [attempt(opened, asking) for asking in mine]
            opened.close()
            return sum(isinstance(verdict, Allowed) for (verdict,) in verdicts)

        def attempt(opened: Books, asking: TouchRequest) -> list[Allowed | Refused]:
            return opened.attempt(lambda tx: tx.touches.reserve([asking], rules, BASIS, NOON))

        with ThreadPoolExecutor(THREADS) as pool:
            assert sum(pool.map(compete, asked)) == 3

    @pytest.mark.integration
    @ON_POSTGRESQL
    @pytest.mark.parametrize("scope", [Scope.CAMPAIGN, Scope.TRUNK])
    async def test_the_second_waits_for_the_first_and_sees_it(
        self, books: Books, debtors: list[Debtor], ask: Ask, scope: Scope
    ) -> None:
        rules = limit(scope, 1)
        with books.write() as first:
            assert granted(first.touches.reserve([ask(debtors[0])], rules, BASIS, NOON)) == [True]
            second = asyncio.create_task(asyncio.to_thread(reserve, books, [ask(debtors[1])], rules))
            await until(lambda: waiting(books) == 1, what="the second reserve waits")
        assert granted(await second) == [False]

    @pytest.mark.integration
    @ON_POSTGRESQL
    def test_without_such_a_limit_nobody_waits(self, books: Books, debtors: list[Debtor], ask: Ask) -> None:
        with books.write() as first, books.write() as second:
            first.touches.reserve([ask(debtors[0])], rules_of(ONE_LIVE_A_DAY), BASIS, NOON)
            second.connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
            second.touches.reserve([ask(debtors[1])], rules_of(ONE_LIVE_A_DAY), BASIS, NOON)
