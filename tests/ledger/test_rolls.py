"""Rolls: packed or read from the log, the same touches; and no roll outlives what it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import func, select, update

from domain.call import Call
from domain.campaign import Campaign
from domain.debtor import Debtor
from domain.portfolio import Portfolio
from domain.touch import Channel, Direction, Outcome, TouchId, outcomes_of
from domain.verdict import Verdict
from ledger.audit import count_anew, verify
from ledger.books import Books
from ledger.inbound import InboundCall
from ledger.packing import pack, recount_rolls, roll
from ledger.report_tables import RollRow
from ledger.reports.intensity import intensity
from ledger.reports.per_debtor import EARLIEST, LATEST
from ledger.rolls import Whose, everybody
from ledger.tables import table
from ledger.touches import Closing
from tests.ledger.rows import BASIS, NOON, add_campaign, add_debtor, request, rules_of

pytestmark = pytest.mark.unit

ROLL = table(RollRow)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = NOON + 30 * DAY
ZONES = ("Europe/Moscow", "Asia/Vladivostok", "Asia/Yakutsk,Asia/Vladivostok", "America/New_York")


@pytest.fixture
def debtors(books: Books, portfolio: Portfolio) -> list[Debtor]:
    with books.write() as tx:
        return [
            add_debtor(tx, portfolio.id, f"D{n}", f"+7916000000{n}", zones=zones)
            for n, zones in enumerate(ZONES)
        ]


@pytest.fixture
def campaign(books: Books, portfolio: Portfolio) -> Campaign:
    with books.write() as tx:
        return add_campaign(tx, portfolio.id)


@pytest.fixture
def ours(campaign: Campaign) -> Whose:
    return Whose(Direction.OUT, campaign.id)


def reserve(books: Books, debtor: Debtor, campaign: Campaign, id: str, at: datetime = NOON) -> None:
    with books.write() as tx:
        tx.touches.reserve([request(debtor, id, campaign)], rules_of(), BASIS, at)


def close(books: Books, id: str, outcome: Outcome, at: datetime = NOON) -> None:
    with books.write() as tx:
        tx.touches.close([Closing(Call(TouchId(id)), Verdict(outcome, ""), at)])


def touches(
    books: Books, whose: Whose, since: datetime = EARLIEST, until: datetime = LATEST
) -> list[tuple[int, int]]:
    """Whose, and on which day of his."""
    with books.read() as tx:
        found = roll(tx.connection, whose, since, until)
    return sorted(zip(found.debtors.tolist(), found.days.tolist(), strict=True))


def packed(books: Books) -> int:
    with books.read() as tx:
        return tx.connection.scalar(select(func.count()).select_from(ROLL)) or 0


def pack_all(books: Books, whose: Whose, now: datetime = LATER) -> int:
    with books.write() as tx:
        return pack(tx.connection, whose, now)


def day_number(at: datetime) -> int:
    return int(at.timestamp()) // 86_400


def test_nobody_was_touched(books: Books, ours: Whose) -> None:
    assert touches(books, ours) == []
    assert pack_all(books, ours) == 0


def test_days_are_of_the_debtors_clock(
    books: Books, campaign: Campaign, debtors: list[Debtor], ours: Whose
) -> None:
    evening = datetime(2026, 3, 10, 20, 59, tzinfo=UTC)
    for n, debtor in enumerate(debtors):
        reserve(books, debtor, campaign, f"t{n}", evening)
    today = day_number(evening)
    of_each = [(debtor.id, today + ahead) for debtor, ahead in zip(debtors, (0, 1, 1, 0), strict=True)]
    assert touches(books, ours) == of_each
    assert pack_all(books, ours) == 1
    assert touches(books, ours) == of_each


def test_periods_are_cut_at_half_hours(
    books: Books, campaign: Campaign, debtors: list[Debtor], ours: Whose
) -> None:
    for n, minutes in enumerate((0, 29, 30, 61)):
        reserve(books, debtors[n], campaign, f"t{n}", NOON + timedelta(minutes=minutes))
    for _ in ("from the log", "packed"):
        assert len(touches(books, ours, NOON, NOON + HOUR / 2)) == 2
        assert len(touches(books, ours, NOON + HOUR / 2, NOON + HOUR)) == 1
        assert len(touches(books, ours, NOON + HOUR, NOON + HOUR + timedelta(minutes=1))) == 1
        assert touches(books, ours, NOON - DAY, NOON) == []
        pack_all(books, ours)


def test_only_what_lies_back_is_packed_and_once(
    books: Books, campaign: Campaign, debtors: list[Debtor], ours: Whose
) -> None:
    for n, hours in enumerate((0, 1, 3)):
        reserve(books, debtors[0], campaign, f"t{n}", NOON + hours * HOUR)
    assert pack_all(books, ours, NOON + HOUR) == 0
    assert pack_all(books, ours, NOON + 3.5 * HOUR) == 3
    assert pack_all(books, ours, NOON + 3.5 * HOUR) == 0
    assert len(touches(books, ours)) == 3
    assert pack_all(books, ours) == 4
    assert len(touches(books, ours)) == 3


def test_a_day_at_a_time(books: Books, campaign: Campaign, debtors: list[Debtor], ours: Whose) -> None:
    for n, days in enumerate((0, 3)):
        reserve(books, debtors[0], campaign, f"t{n}", NOON + days * DAY)
    with books.write() as tx:
        assert [pack(tx.connection, ours, LATER, days=1) for _ in range(5)] == [48, 48, 48, 1, 0]
    assert len(touches(books, ours)) == 2


def test_what_did_not_leave_us_is_torn_up(
    books: Books, campaign: Campaign, debtors: list[Debtor], ours: Whose
) -> None:
    for n in range(3):
        reserve(books, debtors[n], campaign, f"t{n}", NOON + n * HOUR)
    pack_all(books, ours)
    close(books, "t0", Outcome.NOT_PLACED, LATER)
    close(books, "t1", Outcome.BUSY, LATER)
    assert packed(books) == 4
    for torn in (1, 0):
        assert [id for id, _ in touches(books, ours)] == [debtors[1].id, debtors[2].id]
        assert pack_all(books, ours) == torn


def test_a_correction_tears_up(books: Books, campaign: Campaign, debtors: list[Debtor], ours: Whose) -> None:
    reserve(books, debtors[0], campaign, "t0")
    close(books, "t0", Outcome.BUSY)
    pack_all(books, ours)
    for outcome, left in ((Outcome.NOT_PLACED, 0), (Outcome.NO_ANSWER, 1)):
        with books.write() as tx:
            tx.touches.correct(TouchId("t0"), outcome, author="Иванова", reason="heard", now=LATER)
        assert len(touches(books, ours)) == left


def test_callers_are_of_the_portfolio_that_they_turn_out_to_be_of(
    books: Books, portfolio: Portfolio, debtors: list[Debtor]
) -> None:
    with books.write() as tx:
        other = tx.portfolios.put("water", creditor="Water", contact_phone="", basis=BASIS)
        stranger = add_debtor(tx, other.id, "W", "+79160000009")
        call = InboundCall(TouchId("i1"), "+79161234567", "+78005553535", "node1", "", debtors[0])
        tx.inbound.arrived(call, NOON)
        tx.inbound.arrived(InboundCall(TouchId("i2"), "", "+78005553535", "node1", ""), NOON)
    theirs, others = Whose(Direction.IN, portfolio.id), Whose(Direction.IN, other.id)
    for _ in ("from the log", "packed"):
        assert [len(touches(books, whose)) for whose in (theirs, others)] == [1, 0]
        pack_all(books, theirs)
        pack_all(books, others)
    with books.write() as tx:
        tx.inbound.identified(TouchId("i1"), stranger, "said so", LATER)
    assert [len(touches(books, whose)) for whose in (theirs, others)] == [0, 1]


def test_packed_or_not_whatever_happens_it_is_what_the_log_says(
    books: Books, campaign: Campaign, debtors: list[Debtor], ours: Whose
) -> None:
    random, possible = Random(1), sorted(outcomes_of(Channel.VOICE_MSG))
    for number, minutes in enumerate(sorted(random.sample(range(60 * 24 * 15), 40))):
        at = NOON + timedelta(minutes=minutes)
        reserve(books, random.choice(debtors), campaign, f"t{number:02}", at)
        if random.random() < 0.3:
            pack_all(books, ours, at)
        if random.random() < 0.8:
            close(books, f"t{number:02}", random.choice(possible), at)
    now_known = touches(books, ours)
    with books.write() as tx:
        before = intensity(tx.connection, campaign)
        recount_rolls(tx.connection)
        assert verify(tx.connection).sound
        assert intensity(tx.connection, campaign) == before
    assert touches(books, ours) == now_known


def test_a_roll_that_is_wrong_is_found_and_mended(
    books: Books, campaign: Campaign, debtors: list[Debtor], ours: Whose
) -> None:
    for n in range(3):
        reserve(books, debtors[0], campaign, f"t{n}", NOON + n * DAY)
    pack_all(books, ours)
    known = touches(books, ours)
    with books.write() as tx:
        tx.connection.execute(update(ROLL).values(touches=b""))
        told = verify(tx.connection).totals
        assert told[0] == f"campaign {campaign.id}, half hour of 2026-03-10 09:00 UTC: its roll"
        assert len(told) == 3
        count_anew(tx.connection)
        assert verify(tx.connection).sound
    assert touches(books, ours) == known


def test_everybody_is_each_campaign_and_portfolio(books: Books, campaign: Campaign) -> None:
    with books.read() as tx:
        found = everybody(tx.connection)
        portfolios = [one.id for one in tx.portfolios.all()]
    assert found == [Whose(Direction.OUT, campaign.id), *(Whose(Direction.IN, id) for id in portfolios)]
