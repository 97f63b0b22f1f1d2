"""Who was contacted most: counted as touches end and are corrected, and the same when the log is counted anew."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from domain.call import Call
from domain.debtor import Debtor
from domain.portfolio import Portfolio
from domain.rules import Count, LimitRule, Scope
from domain.touch import ANY_ATTEMPT, Channel, Outcome, TouchId, channels_named, outcomes_of
from domain.verdict import Verdict
from domain.window import CalendarWindow, DatesWindow, RollingWindow, Window
from ledger.books import Books
from ledger.contact_counts import (
    KEPT,
    Measure,
    Span,
    Windows,
    begins,
    forget_contacts,
    measure_of,
    recount_contacts,
    span_of,
    windows_of,
)
from ledger.report_tables import ContactCountRow
from ledger.tables import table
from ledger.touches import Closing
from tests.ledger.rows import BASIS, NOON, add_debtor, request, rules_of

pytestmark = pytest.mark.unit

COUNT = table(ContactCountRow)
TUESDAY = NOON.date()
TALKS = frozenset({Outcome.TALK_DEBTOR, Outcome.ABANDONED})


@pytest.fixture
def debtors(books: Books, portfolio: Portfolio) -> list[Debtor]:
    """One in Moscow, one in Vladivostok."""
    with books.write() as tx:
        return [
            add_debtor(tx, portfolio.id, "A", "+79160000001"),
            add_debtor(tx, portfolio.id, "B", "+79160000002", zones="Asia/Vladivostok"),
        ]


def touch(books: Books, debtor: Debtor, id: str, outcome: Outcome, at: datetime = NOON) -> None:
    with books.write() as tx:
        tx.touches.reserve([request(debtor, id)], rules_of(), BASIS, at)
        tx.touches.close([Closing(Call(TouchId(id)), Verdict(outcome, ""), at)])


def counts(books: Books) -> dict[tuple[int, str, date, str], int]:
    columns = (COUNT.c.debtor_id, COUNT.c.span, COUNT.c.since, COUNT.c.measure, COUNT.c.touches)
    with books.read() as tx:
        rows = tx.connection.execute(select(*columns).where(COUNT.c.touches != 0))
        return {tuple(row[:4]): row[4] for row in rows}


def test_day_week_and_month_are_of_the_debtors_clock(books: Books, debtors: list[Debtor]) -> None:
    evening = datetime(2026, 2, 28, 20, tzinfo=UTC)
    for debtor, id in zip(debtors, ("t1", "t2"), strict=True):
        touch(books, debtor, id, Outcome.MSG_DELIVERED, evening)
    moscow, far = (debtor.id for debtor in debtors)
    monday = date(2026, 2, 23)
    months = {
        (moscow, "month", date(2026, 2, 1), "message"): 1,
        (far, "month", date(2026, 3, 1), "message"): 1,
    }
    for measure, more in (("message", months), ("any", {})):
        assert {key: n for key, n in counts(books).items() if key[3] == measure} == {
            (moscow, "day", date(2026, 2, 28), measure): 1,
            (moscow, "week", monday, measure): 1,
            (far, "day", date(2026, 3, 1), measure): 1,
            (far, "week", monday, measure): 1,
            **more,
        }


@pytest.mark.parametrize(
    ("outcome", "measures"),
    [
        (Outcome.NO_ANSWER, {"any"}),
        (Outcome.NOT_PLACED, set()),
        (Outcome.UNKNOWN, {"any", "message"}),
        (Outcome.MACHINE_MSG, {"any", "message"}),
    ],
)
def test_what_counts_as_what(
    books: Books, debtors: list[Debtor], outcome: Outcome, measures: set[str]
) -> None:
    touch(books, debtors[0], "t1", outcome)
    assert {measure for _, _, _, measure in counts(books)} == measures


def test_whatever_ends_and_is_corrected_is_what_the_log_says(books: Books, debtors: list[Debtor]) -> None:
    random, possible = Random(1), sorted(outcomes_of(Channel.VOICE_MSG))
    end = NOON + timedelta(days=20)
    for number in range(40):
        at = NOON + timedelta(hours=random.randint(0, 24 * 20))
        touch(books, random.choice(debtors), f"t{number:02}", random.choice(possible), at)
    with books.write() as tx:
        for number in random.sample(range(40), 15):
            id = TouchId(f"t{number:02}")
            tx.touches.correct(id, random.choice(possible), author="Иванова", reason="heard", now=end)
    kept = counts(books)
    with books.write() as tx:
        forget_contacts(tx.connection, end)
    recent = counts(books)
    with books.write() as tx:
        recount_contacts(tx.connection)
    assert kept.items() >= recent.items()
    assert {key: n for key, n in counts(books).items() if key in recent} == recent


def test_old_windows_go(books: Books, debtors: list[Debtor]) -> None:
    touch(books, debtors[0], "t1", Outcome.MSG_SENT)
    with books.write() as tx:
        assert forget_contacts(tx.connection, NOON + KEPT[Span.DAY]) == 0
        assert forget_contacts(tx.connection, NOON + KEPT[Span.WEEK]) == 4
        assert forget_contacts(tx.connection, NOON + timedelta(days=100)) == 1


def windows(
    portfolio: Portfolio, window: Window, now: datetime, outcome: Outcome = Outcome.NO_ANSWER
) -> Windows:
    limit = LimitRule("x", channels_named(["call"]), frozenset({outcome}), window, 1)
    found = windows_of(limit, portfolio.id, now, [ZoneInfo("Europe/Moscow"), ZoneInfo("Asia/Vladivostok")])
    assert found is not None
    return found


def test_who_has_most_and_who_has_enough(books: Books, portfolio: Portfolio, debtors: list[Debtor]) -> None:
    for number in range(3):
        touch(books, debtors[1], f"t{number}", Outcome.NO_ANSWER, NOON + timedelta(minutes=number))
    touch(books, debtors[0], "t9", Outcome.NO_ANSWER, NOON)
    touch(books, debtors[0], "u0", Outcome.NO_ANSWER, NOON + timedelta(days=1))
    first, second = (debtor.id for debtor in debtors)
    day, week = CalendarWindow("day"), CalendarWindow("week")
    two_days = RollingWindow(timedelta(hours=48))

    def look(window: Window, least: int, after: timedelta = timedelta()) -> tuple[set[int], set[int]]:
        of = windows(portfolio, window, NOON + after)
        with books.read() as tx:
            return of.most(tx.connection, 1), set(tx.connection.scalars(of.at_least(least)))

    assert look(day, 2) == ({second}, {second})
    assert look(day, 1, timedelta(days=1)) == ({first}, {first})
    assert look(week, 2) == ({second}, {first, second})
    assert look(week, 2, timedelta(days=7)) == (set(), set())
    assert look(two_days, 2, timedelta(days=1)) == ({first, second}, {first, second})


def test_every_clock_has_its_own_today(portfolio: Portfolio) -> None:
    evening = datetime(2026, 3, 10, 16, tzinfo=UTC)
    assert windows(portfolio, CalendarWindow("day"), NOON).begin == {TUESDAY}
    assert windows(portfolio, CalendarWindow("day"), evening).begin == {TUESDAY, TUESDAY + timedelta(days=1)}


@pytest.mark.parametrize(
    ("scope", "count", "window"),
    [
        (Scope.PHONE, Count.TOUCHES, CalendarWindow("day")),
        (Scope.CAMPAIGN, Count.DEBTORS, CalendarWindow("day")),
        (Scope.DEBTOR, Count.TOUCHES, CalendarWindow("month")),
    ],
)
def test_what_is_counted_nowhere(portfolio: Portfolio, scope: Scope, count: Count, window: Window) -> None:
    limit = LimitRule("x", channels_named(["call"]), ANY_ATTEMPT, window, 1, scope, count)
    assert windows_of(limit, portfolio.id, NOON, [ZoneInfo("UTC")]) is None


@pytest.mark.parametrize(
    ("channels", "outcomes", "measure"),
    [
        (("direct",), TALKS, Measure.DIRECT),
        (("sms",), frozenset({Outcome.MSG_SENT}), Measure.MESSAGE),
        (("call",), TALKS, Measure.ANY),
        (("direct",), ANY_ATTEMPT, Measure.ANY),
    ],
)
def test_the_narrowest_measure(
    channels: tuple[str, ...], outcomes: frozenset[Outcome], measure: Measure
) -> None:
    assert measure_of(LimitRule("x", channels_named(channels), outcomes, CalendarWindow("day"), 1)) is measure


@pytest.mark.parametrize(
    ("window", "span"),
    [
        (CalendarWindow("day"), Span.DAY),
        (RollingWindow(timedelta(hours=48)), Span.DAY),
        (CalendarWindow("week"), Span.WEEK),
        (DatesWindow(7), Span.WEEK),
        (CalendarWindow("month"), Span.MONTH),
        (RollingWindow(timedelta(hours=720)), Span.MONTH),
    ],
)
def test_the_span_of_a_window(window: Window, span: Span) -> None:
    assert span_of(LimitRule("x", channels_named(["direct"]), TALKS, window, 1)) is span


def test_when_windows_begin() -> None:
    assert [begins(span, TUESDAY) for span in Span] == [TUESDAY, date(2026, 3, 9), date(2026, 3, 1)]
