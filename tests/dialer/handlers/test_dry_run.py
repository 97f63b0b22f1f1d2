"""A dry run tells of the whole portfolio, and writes nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from dialer.handlers.dry_run import DryRun, Place, Trial, dry_run
from dialer.ids import new_touch_id
from domain.call import Call
from domain.campaign import Why
from domain.touch import Channel, Outcome
from domain.verdict import Verdict
from ledger.books import Books, Transaction
from ledger.reports.experience import sample
from ledger.tables import PlanRow, TouchRow, table
from ledger.touches import Closing
from strategies.chances import ENOUGH, Prices
from strategies.language import Strategy
from strategies.load import SHIPPED, parse_strategy, strategy_text
from tests.ledger.conftest import books, books_url
from tests.ledger.rows import BASIS, CALLER, NOON, add_campaign, add_debtor, request, rules_of
from tests.strategies.people import strategy

__all__ = ["books", "books_url"]

pytestmark = pytest.mark.unit

SPLIT = strategy(
    """
    {id: small, when: {sum: {below: 300}}, stop: costs more than it brings},
    {id: all, when: {sum: {below: 9000}},
     split: {salt: x, variants: {champion: {share: 50}, control: {share: 50, leave_alone: true}}},
     steps: [{id: inform, ivr: debt_informer, repeat: {every: 2d, times: 5}}]}"""
)


def portfolio(tx: Transaction, debtors: int) -> int:
    found = tx.portfolios.put("heat", creditor="Тепло", contact_phone="", basis=BASIS)
    for number in range(debtors):
        roubles = (100, 1000, 1000, 10_000)[number % 4]
        add_debtor(tx, found.id, f"D{number}", f"+7916{number:07}", roubles=roubles)
    return found.id


def run(tx: Transaction, tried: Strategy, *, days: int = 7, sample: int = 1000) -> DryRun:
    done: list[tuple[int, int]] = []
    trial = Trial(tried, Prices(minute=1.5), days, sample)
    found = dry_run(tx, trial, tx.portfolios.named("heat"), NOON, lambda *at: done.append(at))
    assert done[-1:] == ([(found.sampled, found.sampled)] if found.sampled else [])
    return found


def test_every_debtor_is_in_one_place(books: Books) -> None:
    with books.write() as tx:
        portfolio(tx, 40)
        found = run(tx, SPLIT)
        document = found.to_json()
    assert (found.debtors, found.sampled, found.places.total()) == (40, 40, 40)
    assert found.places[Place("small", "", Why.LEFT_ALONE)] == 10
    assert (
        found.places[Place("all", "champion", None)] + found.places[Place("all", "control", Why.CONTROL)]
        == 20
    )
    assert document["no_segment"] == 10
    assert sum(place["share"] for place in document["segments"]) == pytest.approx(1)


def test_touches_by_date_and_channel_with_their_cost(books: Books) -> None:
    with books.write() as tx:
        portfolio(tx, 40)
        found = run(tx, SPLIT, days=7)
        document = found.to_json()
    champions = found.places[Place("all", "champion", None)]
    first = document["touches"][0]
    assert (first["date"], first["channel"], first["touches"]) == ("2026-03-10", "voice_msg", champions)
    assert len({touch["date"] for touch in document["touches"]}) == 4, "every second day of seven"
    assert document["total"]["cost"] == pytest.approx(
        sum(touch["cost"] for touch in document["touches"]), abs=0.05
    )


def test_a_sample_is_told_and_stands_for_all(books: Books) -> None:
    with books.write() as tx:
        portfolio(tx, 200)
        found = run(tx, SPLIT, sample=100)
        document = found.to_json()
    assert (document["debtors"], document["sample"]) == (200, 100)
    assert sum(place["debtors"] for place in document["segments"]) == 200
    assert document["no_segment"] == pytest.approx(50, abs=20)


def test_a_sample_is_from_everywhere_and_the_same_each_time(books: Books) -> None:
    with books.write() as tx:
        id = portfolio(tx, 200)
        chosen = sample(tx.connection, id, 50)
        assert sample(tx.connection, id, 50) == chosen
        assert len(set(chosen)) == 50
        quarters = [
            sum(chosen[0] + at < one <= chosen[0] + at + 50 for one in chosen) for at in (0, 50, 100, 150)
        ]
        assert min(quarters) >= 6, "neighbours are not taken together"
        assert sample(tx.connection, id, 500) == sorted(sample(tx.connection, id, 200))


def test_own_experience_is_used_once_there_is_enough(books: Books) -> None:
    """All calls so far were answered by a promise: so the forecast makes no second call within days."""
    with books.write() as tx:
        id = portfolio(tx, 8)
        tx.numbers.put(replace(CALLER, valid_from=NOON.replace(year=2024)))
        campaign = add_campaign(tx, id)
        debtors = tx.debtors.page(id, after=0, size=8)
        asked = [request(debtors[n % 8], new_touch_id(), campaign) for n in range(ENOUGH)]
        tx.touches.reserve(asked, rules_of(), BASIS, NOON.replace(year=2025))
        closings = [
            Closing(
                Call(one.id, result="promise"), Verdict(Outcome.MSG_DELIVERED, ""), NOON.replace(year=2025)
            )
            for one in asked
        ]
        tx.touches.close(closings)
        found = run(tx, SPLIT, days=1)
    assert found.own_experience == [Channel.VOICE_MSG]


def test_nothing_is_written(books: Books) -> None:
    with books.write() as tx:
        portfolio(tx, 12)
        run(tx, SPLIT)
        for rows in (table(PlanRow), table(TouchRow)):
            assert tx.connection.scalar(select(func.count()).select_from(rows)) == 0


def test_an_empty_portfolio(books: Books) -> None:
    with books.write() as tx:
        portfolio(tx, 0)
        document = run(tx, SPLIT).to_json()
    assert (document["debtors"], document["segments"], document["touches"]) == (0, [], [])


@pytest.mark.parametrize("name", sorted(path.stem for path in SHIPPED.glob("*.yaml")))
@pytest.mark.parametrize("books_url", ["sqlite"], indirect=True)
def test_of_every_shipped_strategy(books: Books, name: str) -> None:
    """With all steps played, each touches somebody of a portfolio that has people for it."""
    with books.write() as tx:
        found = tx.portfolios.put("heat", creditor="Тепло", contact_phone="", basis=BASIS)
        for number in range(40):
            phone, sum = f"+7916{number:07}", (2000, 60_000)[number % 2]
            debtor = add_debtor(tx, found.id, f"D{number}", phone, roubles=sum, vulnerable=number % 4 > 1)
            stage = "enforcement" if number % 3 == 0 else "pre_court"
            tx.connection.exec_driver_sql(f"UPDATE debtor SET stage = '{stage}' WHERE id = {debtor.id}")
        tried = parse_strategy(*strategy_text(name))
        trial = Trial(tried, Prices(minute=1.5, sms=4), days=14, all_steps=True)
        document = dry_run(tx, trial, tx.portfolios.named("heat"), NOON, lambda *_: None).to_json()
    assert document["total"]["touches"] > 0
    assert document["passed_over"] == {}
