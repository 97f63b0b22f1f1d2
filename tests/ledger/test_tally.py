"""Counts of touches: what is kept while they end is what the whole log says, whatever is corrected."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.call import Call, advance
from domain.call_events import Answered, Connected, HungUp
from domain.campaign import Campaign, Plan, PlanState, Why
from domain.portfolio import Portfolio
from domain.touch import Outcome, TouchId
from domain.verdict import Verdict
from ledger.books import Books
from ledger.report_tables import AssignmentRow, OperatorTallyRow, PulseRow, RefusalRow, TallyRow
from ledger.tables import table
from ledger.tally import begins, count_refusals, forget_pulse, half_hour, recount, slot
from ledger.touches import Closing
from tests.ledger.rows import BASIS, NOON, add_campaign, add_debtor, request, rules_of

pytestmark = pytest.mark.unit

TALLY, PULSE, OF_OPERATORS = table(TallyRow), table(PulseRow), table(OperatorTallyRow)
LATER = NOON + timedelta(minutes=31)


@pytest.fixture
def campaign(books: Books, portfolio: Portfolio) -> Campaign:
    """Three touches at noon and one half an hour later, all open."""
    with books.write() as tx:
        made = add_campaign(tx, portfolio.id)
        for number, at in enumerate((NOON, NOON, NOON, LATER), start=1):
            debtor = add_debtor(tx, portfolio.id, f"D{number}", f"+7916000000{number}")
            tx.touches.reserve([request(debtor, f"t{number}", made)], rules_of(), BASIS, at)
    return made


def end(books: Books, touch: str, outcome: Outcome, talk_s: float = 0, operator: int | None = None) -> None:
    call = Call(TouchId(touch))
    if operator is not None:
        call = advance(call, Connected(call.touch, NOON, operator))
    if talk_s:
        call = advance(call, Answered(call.touch, NOON))
    call = advance(call, HungUp(call.touch, NOON + timedelta(seconds=talk_s), 16))
    with books.write() as tx:
        tx.touches.close([Closing(call, Verdict(outcome, ""), LATER)])


def counted(books: Books) -> dict[tuple[int, str], tuple[int, int, int, int]]:
    columns = (TALLY.c.half_hour, TALLY.c.outcome)
    sums = (TALLY.c.touches, TALLY.c.answered, TALLY.c.talk_ms, TALLY.c.minutes)
    with books.read() as tx:
        rows = tx.connection.execute(select(*columns, *sums).where(TALLY.c.touches != 0))
        return {(row[0], row[1]): tuple(row[2:]) for row in rows}


def kept(books: Books) -> list[list[tuple[object, ...]]]:
    with books.read() as tx:
        return [
            sorted(tuple(row) for row in tx.connection.execute(select(one).where(one.c.touches != 0)))
            for one in (TALLY, PULSE, OF_OPERATORS)
        ]


def test_touches_are_counted_when_they_end(books: Books, campaign: Campaign) -> None:
    assert counted(books) == {}
    end(books, "t1", Outcome.BUSY)
    end(books, "t2", Outcome.MSG_DELIVERED, 61)
    end(books, "t3", Outcome.BUSY)
    end(books, "t4", Outcome.BUSY)
    noon = half_hour(NOON)
    assert counted(books) == {
        (noon, "busy"): (2, 0, 0, 0),
        (noon, "msg_delivered"): (1, 1, 61_000, 2),
        (noon + 1, "busy"): (1, 0, 0, 0),
    }


def test_closing_twice_counts_once(books: Books, campaign: Campaign) -> None:
    end(books, "t1", Outcome.BUSY)
    end(books, "t1", Outcome.NO_ANSWER)
    assert counted(books) == {(half_hour(NOON), "busy"): (1, 0, 0, 0)}


def test_an_operators_talks_are_his(books: Books, campaign: Campaign) -> None:
    with books.write() as tx:
        operator = tx.operators.add("anna", "", [], "secret", 30).id
    end(books, "t1", Outcome.BUSY)
    for touch in ("t2", "t3"):
        end(books, touch, Outcome.TALK_DEBTOR, 61, operator)
    with books.write() as tx:
        tx.touches.correct(
            TouchId("t3"), Outcome.TALK_THIRD_PARTY, author="Иванова", reason="heard", now=LATER
        )
    theirs = {
        (operator, half_hour(NOON), outcome, 1, 61_000) for outcome in ("talk_debtor", "talk_third_party")
    }
    assert set(kept(books)[2]) == theirs
    with books.write() as tx:
        recount(tx.connection)
    assert set(kept(books)[2]) == theirs


def test_a_correction_moves_it(books: Books, campaign: Campaign) -> None:
    end(books, "t2", Outcome.MSG_DELIVERED, 5)
    with books.write() as tx:
        tx.touches.correct(
            TouchId("t2"), Outcome.TALK_WRONG_PERSON, author="Иванова", reason="heard", now=LATER
        )
    assert counted(books) == {(half_hour(NOON), "talk_wrong_person"): (1, 1, 5000, 1)}


@pytest.mark.parametrize("page", [1, 2, 3, 100])
def test_the_whole_log_counted_anew_says_the_same(
    books: Books, campaign: Campaign, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.tally.PAGE", page)
    end(books, "t1", Outcome.BUSY)
    end(books, "t2", Outcome.MSG_DELIVERED, 61)
    end(books, "t4", Outcome.NO_ANSWER)
    before = kept(books)
    with books.write() as tx:
        recount(tx.connection)
    assert kept(books) == before
    assert [len(rows) for rows in before] == [3, 3, 0]


def test_numbers_of_time() -> None:
    assert begins(half_hour(LATER), 1800) == NOON + timedelta(minutes=30)
    assert begins(slot(NOON + timedelta(seconds=299)), 300) == NOON


def test_old_slots_go(books: Books, campaign: Campaign) -> None:
    end(books, "t1", Outcome.BUSY)
    end(books, "t4", Outcome.BUSY)
    with books.write() as tx:
        assert forget_pulse(tx.connection, LATER) == 1
        assert list(tx.connection.scalars(select(PULSE.c.slot))) == [slot(LATER)]


def test_refusals_add_up_by_rule(books: Books, campaign: Campaign) -> None:
    with books.write() as tx:
        count_refusals(tx.connection, campaign.id, {"hours": 3, "calls-per-day": 1}, NOON)
        count_refusals(tx.connection, campaign.id, {"hours": 2}, NOON)
        count_refusals(tx.connection, campaign.id, {}, NOON)
    refusal = table(RefusalRow)
    with books.read() as tx:
        rows = tx.connection.execute(select(refusal.c.rule, refusal.c.times)).all()
    assert dict(sorted(rows)) == {"calls-per-day": 1, "hours": 5}


def test_the_first_variant_is_remembered_whatever_comes(books: Books, campaign: Campaign) -> None:
    left_alone = Plan(1, NOON, PlanState.DONE, "fresh", "control", why=Why.CONTROL)
    treated = Plan(2, NOON, PlanState.DUE, "fresh", "champion", "inform", why=Why.FIRST)
    nowhere = Plan(3, NOON, PlanState.DUE, "late", "", "inform", why=Why.FIRST)
    with books.write() as tx:
        tx.plans.save(campaign.id, [left_alone, treated, nowhere])
        tx.plans.save(campaign.id, [Plan(1, NOON, PlanState.DONE, why=Why.PAID)])
        tx.plans.save(
            campaign.id, [Plan(2, NOON, PlanState.DUE, "late", "b", "inform", why=Why.FACTS_CHANGED)]
        )
    assigned = table(AssignmentRow)
    with books.read() as tx:
        columns = (assigned.c.debtor_id, assigned.c.segment, assigned.c.variant, assigned.c.control)
        rows = [tuple(row) for row in tx.connection.execute(select(*columns).order_by(assigned.c.debtor_id))]
    assert rows == [(1, "fresh", "control", True), (2, "fresh", "champion", False)]
