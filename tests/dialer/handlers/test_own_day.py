"""An operator's own day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from dialer.handlers.own_day import own_call_backs, own_day
from ledger.books import Books
from ledger.fact_tables import PromiseRow
from ledger.tables import table
from tests.dialer.handlers.disposing import MOSCOW, Scene
from tests.ledger.conftest import books, books_url  # noqa: F401
from tests.ledger.rows import NOON

pytestmark = pytest.mark.integration

TODAY = date(2026, 3, 10)
DAY = timedelta(days=1)


@pytest.fixture
def scene(books: Books) -> Iterator[Scene]:  # noqa: F811
    with books.write() as tx:
        yield Scene(tx)


def test_a_day_and_what_came_of_earlier_ones(scene: Scene) -> None:
    scene.say("promise.once", date="2026-03-12", sum="300")
    promise, later = table(PromiseRow), NOON + 5 * DAY
    scene.tx.connection.execute(update(promise).values(state="kept"))
    scene.say_at(later, "promise.once", scene.call(later), date="2026-03-20", sum="400")
    scene.call(later + timedelta(hours=1))
    found = own_day(scene.tx, scene.anna, TODAY + 5 * DAY, MOSCOW)
    assert (found.talks, found.unsaid, dict(found.said)) == (2, 1, {"promise": 1})
    assert (found.promises, found.promised_kopecks, found.kept, found.broken) == (1, 40_000, 1, 0)
    assert own_day(scene.tx, scene.boris, TODAY, MOSCOW).talks == 0


def test_a_day_ends_at_midnight_on_the_operator_s_clock(scene: Scene) -> None:
    scene.call(NOON + timedelta(hours=12))  # 00:00 of the next day in Moscow
    assert own_day(scene.tx, scene.anna, TODAY, MOSCOW).talks == 1
    assert own_day(scene.tx, scene.anna, TODAY + DAY, MOSCOW).talks == 1


def test_own_calls_back(scene: Scene) -> None:
    scene.say("call_back", at="2026-03-12T15:30")
    (owed,) = own_call_backs(scene.tx, scene.anna)
    assert owed.operator == scene.anna
    assert own_call_backs(scene.tx, scene.boris) == []
    assert own_day(scene.tx, scene.anna, TODAY, MOSCOW).call_backs == 0
    assert own_day(scene.tx, scene.anna, date(2026, 3, 12), MOSCOW).call_backs == 1
