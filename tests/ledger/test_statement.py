"""The statement of one debtor: every touch in his local time, with the counters as they were known at its moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import orjson
import pytest
from sqlalchemy import event, select, update

from domain.call import Call
from domain.debtor import Debtor
from domain.intensity import Allowed, Ask, Standing, counters
from domain.portfolio import Portfolio
from domain.rules import RuleSet, Scope
from domain.touch import Channel, Outcome, TouchId
from domain.verdict import Verdict
from domain.window import RollingWindow
from ledger.books import Books
from ledger.history import OUTCOMES, past_touch
from ledger.projection import Line, project
from ledger.reports import statement as of_statement
from ledger.reports.statement import Correction, StatementLine, statement
from ledger.tables import DebtorRow, TouchEventRow, TouchRow, table
from ledger.touches import Closing
from tests.ledger.rows import (
    BASIS,
    NOON,
    ON_SQLITE,
    ONE_A_PHONE,
    THREE_A_DAY,
    add_debtor,
    request,
    rules_of,
)

pytestmark = pytest.mark.unit

PHONE = "+79160000001"
RULES = rules_of(replace(THREE_A_DAY, max=9), replace(ONE_A_PHONE, max=9))
HOUR = timedelta(hours=1)


@pytest.fixture
def debtor(books: Books, portfolio: Portfolio) -> Debtor:
    with books.write() as tx:
        return add_debtor(tx, portfolio.id, "A", PHONE, zones="Asia/Vladivostok,Europe/Moscow")


@pytest.fixture
def neighbour(books: Books, portfolio: Portfolio) -> Debtor:
    with books.write() as tx:
        return add_debtor(tx, portfolio.id, "B", PHONE)


def reserve(books: Books, debtor: Debtor, id: str, at: datetime) -> None:
    with books.write() as tx:
        assert tx.touches.reserve([request(debtor, id)], RULES, BASIS, at) == [Allowed()]


def close(books: Books, id: str, outcome: Outcome, at: datetime) -> None:
    call = replace(Call(TouchId(id)), answered_at=at - timedelta(seconds=7.5), ended_at=at)
    with books.write() as tx:
        tx.touches.close([Closing(call, Verdict(outcome, "as told"), at)])


def of(books: Books, debtor: Debtor) -> list[StatementLine]:
    def rules(versions: str) -> RuleSet:
        assert versions == "test"
        return RULES

    with books.read() as tx:
        return statement(tx.connection, debtor, rules)


def test_nothing_happened(books: Books, debtor: Debtor) -> None:
    assert of(books, debtor) == []


def test_a_line_says_everything_of_a_touch(books: Books, debtor: Debtor) -> None:
    reserve(books, debtor, "t1", NOON)
    close(books, "t1", Outcome.MSG_DELIVERED, NOON + HOUR)
    (line,) = of(books, debtor)
    assert (line.touch, line.at, line.channel, line.direction) == ("t1", NOON, "voice_msg", "out")
    assert line.local.isoformat() == "2026-03-10T19:00:00+10:00"
    assert (line.phone, line.caller_number) == (PHONE, "+78000000000")
    assert (line.outcome, line.reason, line.seconds) == ("msg_delivered", "as told", 7.5)
    assert (line.script, line.rules) == ("hello", "test")
    assert line.counters == {"attempts-per-day": (0, 9), "live-per-phone": (0, 9)}
    assert line.corrections == ()


def test_counters_are_those_before_the_touch_as_known_then(books: Books, debtor: Debtor) -> None:
    reserve(books, debtor, "t1", NOON)
    reserve(books, debtor, "t2", NOON + HOUR)  # t1 was open, and counted as the worst
    close(books, "t1", Outcome.BUSY, NOON + 2 * HOUR)
    reserve(books, debtor, "t3", NOON + 3 * HOUR)  # t1 was busy, t2 open
    lines = of(books, debtor)
    assert [line.touch for line in lines] == ["t1", "t2", "t3"]
    assert [line.outcome for line in lines] == ["busy", "open", "open"]
    assert [line.counters["attempts-per-day"][0] for line in lines] == [0, 1, 2]
    assert [line.counters["live-per-phone"][0] for line in lines] == [0, 1, 1]


def test_a_correction_shows_both_and_does_not_rewrite_what_was_known(books: Books, debtor: Debtor) -> None:
    reserve(books, debtor, "t1", NOON)
    close(books, "t1", Outcome.TALK_DEBTOR, NOON)
    reserve(books, debtor, "t2", NOON + HOUR)
    corrected_at = NOON + 2 * HOUR
    with books.write() as tx:
        tx.touches.correct(
            TouchId("t1"), Outcome.BUSY, author="operator 7", reason="heard it", now=corrected_at
        )
    reserve(books, debtor, "t3", NOON + 3 * HOUR)
    close(books, "t2", Outcome.BUSY, NOON + 4 * HOUR)
    first, second, third = of(books, debtor)
    assert first.outcome == "busy"
    assert first.corrections == (Correction(corrected_at, "talk_debtor", "busy", "operator 7", "heard it"),)
    assert second.counters["live-per-phone"][0] == 1
    assert third.counters["live-per-phone"][0] == 1  # t2, open then


def test_others_over_the_same_phone_are_counted_and_not_shown(
    books: Books, debtor: Debtor, neighbour: Debtor
) -> None:
    reserve(books, neighbour, "n1", NOON)
    close(books, "n1", Outcome.TALK_DEBTOR, NOON)
    reserve(books, debtor, "t1", NOON + HOUR)
    (line,) = of(books, debtor)
    assert line.touch == "t1"
    assert line.counters == {"attempts-per-day": (0, 9), "live-per-phone": (1, 9)}


def test_a_debtor_whose_zone_was_lost_since(books: Books, debtor: Debtor) -> None:
    reserve(books, debtor, "t1", NOON)
    with books.write() as tx:
        tx.connection.execute(update(table(DebtorRow)).values(zones=""))
        lost = tx.debtors.keyed("A")
    (line,) = of(books, lost)
    assert line.local.utcoffset() == timedelta()
    assert line.counters["attempts-per-day"] == (0, 9)


def test_limits_of_the_house_are_no_business_of_a_debtor(books: Books, debtor: Debtor) -> None:
    reserve(books, debtor, "t1", NOON)
    rules = rules_of(replace(THREE_A_DAY, scope=Scope.TRUNK), ONE_A_PHONE)
    with books.read() as tx:
        (line,) = statement(tx.connection, debtor, lambda _: rules)
    assert line.counters == {"live-per-phone": (0, 1)}


class TestManyTouches:
    """Each line is judged by the touches within its windows; the answers are those of replaying all before it."""

    SPAN = RollingWindow(timedelta(hours=30))
    RULES = rules_of(replace(THREE_A_DAY, max=999), replace(ONE_A_PHONE, max=999, window=SPAN))

    def fill(self, books: Books, debtors: list[Debtor], count: int) -> None:
        """Touches of both, an hour or so apart; some end late, some are corrected, some stay open."""
        random, at = Random(7), NOON
        for number in range(count):
            id, at = TouchId(f"t{number:04}"), at + random.choice((0, 1, 3)) * HOUR / 2
            ended = replace(Call(id), ended_at=at + random.choice((0, 1, 40)) * HOUR)
            with books.write() as tx:
                asked = request(random.choice(debtors), id)
                assert tx.touches.reserve([asked], self.RULES, BASIS, at) == [Allowed()]
                if random.random() < 0.8:
                    verdict = Verdict(random.choice((Outcome.TALK_DEBTOR, Outcome.BUSY)), "as told")
                    tx.touches.close([Closing(ended, verdict, ended.ended_at or at)])
                    for hours in random.choice(((), (), (2,), (9, 4))):  # the last: a clock set back
                        outcome = random.choice((Outcome.TALK_DEBTOR, Outcome.NOT_PLACED))
                        words = {"author": "operator 7", "reason": "heard it"}
                        tx.touches.correct(id, outcome, **words, now=at + hours * HOUR)

    def naive(self, books: Books, debtor: Debtor) -> list[dict[str, tuple[int, int]]]:
        """The counters of every touch, by replaying the journal of all touches before it."""
        with books.read() as tx:
            rows = tx.connection.execute(select(table(TouchRow)).order_by(table(TouchRow).c.id)).all()
            events = tx.connection.execute(
                select(table(TouchEventRow)).order_by(table(TouchEventRow).c.id)
            ).all()
        found = []
        for row in (row for row in rows if row.debtor_id == debtor.id):
            history = []
            for earlier in (earlier for earlier in rows if earlier.id < row.id):
                lines = [
                    Line(e.at, e.kind, orjson.loads(e.facts)) for e in events if e.touch_id == earlier.id
                ]
                known = project(earlier.id, lines, until=row.reserved_at)
                assert known is not None
                history.append(replace(past_touch(earlier, {}), outcome=OUTCOMES[known["outcome"]]))
            ask = Ask(Channel(row.channel), debtor.id, row.phone)
            found.append(counters(self.RULES, ask, Standing(debtor.zones), history, row.reserved_at))
        return found

    def test_the_answers_are_those_of_a_replay(self, books: Books, debtor: Debtor, neighbour: Debtor) -> None:
        self.fill(books, [debtor, neighbour], 90)
        with books.read() as tx:
            lines = statement(tx.connection, debtor, lambda _: self.RULES)
        assert [line.counters for line in lines] == self.naive(books, debtor)
        assert len({str(line.counters) for line in lines}) > 20

    @ON_SQLITE
    def test_the_work_grows_with_the_touches_not_with_their_square(
        self, books: Books, debtor: Debtor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.fill(books, [debtor], 60)
        seen: list[int] = []
        replayed: list[str] = []

        def counted(
            rules: RuleSet, ask: Ask, standing: Standing, history: object, now: datetime
        ) -> dict[str, tuple[int, int]]:
            assert isinstance(history, Iterator)
            seen.append(len(list(history)))
            return {}

        def projected(touch: str, lines: list[Line], until: datetime) -> object:
            replayed.append(touch)
            return project(touch, lines, until)

        monkeypatch.setattr(of_statement, "counters", counted)
        monkeypatch.setattr(of_statement, "project", projected)
        with self.statements(books) as asked, books.read() as tx:
            lines = statement(tx.connection, debtor, lambda _: rules_of(THREE_A_DAY))
        span = THREE_A_DAY.window.longest
        within = [sum(line.at - span < other.at <= line.at for other in lines) for line in lines]
        assert all(read < most for read, most in zip(seen, within, strict=True))
        assert len(replayed) <= 5 * len(lines), "each touch a few times, whatever the others are"
        assert len(asked) <= 3, "the touches, and their journal"

    @contextmanager
    def statements(self, books: Books) -> Iterator[list[str]]:
        """What the database is asked."""
        asked: list[str] = []

        def note(*told: object) -> None:
            asked.append(str(told[2]))

        event.listen(books.engine, "before_cursor_execute", note)
        yield asked
        event.remove(books.engine, "before_cursor_execute", note)
