"""Figures of a period on both kinds of database, and no query of theirs reads a large table from end to end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dialer.handlers.due_ahead import due_ahead
from dialer.handlers.wallboard import WHOLE_FLOOR, Wallboard
from dialer.live import Live
from dialer.reports.ask import ReportAsk
from dialer.reports.catalogue import REPORTS, make_report
from dialer.settings import Settings
from domain.campaign import Mode, Plan
from domain.touch import Channel, Outcome
from domain.user import COMMAND_LINE
from domain.webhook import EventKind
from ledger.about import about
from ledger.books import Books
from ledger.reports.figures import Slot, calls_back_owed, slots
from ledger.reports.money import AfterTouch, Group, Received, after_touches, groups, received
from ledger.reports.operators import operators_figures
from ledger.reports.time_line import time_line
from ledger.tally import count_refusals
from tests.dialer.figures import Log
from tests.ledger.plans_of_queries import listening
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TODAY = NOON.date()
MARCH = ReportAsk(date(2026, 3, 1), date(2026, 4, 1), NOON + DAY, Settings(zone="Europe/Moscow"), "spring")
LARGE = {"touch", "tally", "pulse", "payment", "promise", "operator_log", "plan", "debtor", "touch_event"}


@pytest.fixture
def log(books: Books) -> Log:
    """Calls, payments, promises and a control group."""
    log = Log(books)
    heard = log.touch(Outcome.MSG_DELIVERED, debtor=1, talk_s=61)
    log.touch(Outcome.NO_ANSWER, debtor=1, times=2, channel=Channel.CALL_HUMAN)
    log.promise(heard[0], debtor=1)
    log.payment(TODAY + DAY, debtor=1, roubles=70)
    log.payment(TODAY, debtor=2, roubles=30)
    log.assign(False, False, True, True)
    with books.write() as tx:
        count_refusals(tx.connection, log.campaign.id, {"hours": 2}, NOON)
    return log


def test_money(books: Books, log: Log) -> None:
    of = (log.campaign.id, log.portfolio.id, TODAY, TODAY + 2 * DAY)
    with books.read() as tx:
        assert received(tx.connection, log.portfolio.id, TODAY, TODAY + 2 * DAY) == Received(10_000, 2, 2, 0)
        assert groups(tx.connection, *of) == [
            Group("fresh", False, 2, 1, 7000),
            Group("fresh", True, 2, 1, 3000),
        ]
        version = log.campaign.strategy_version_id
        found = after_touches(tx.connection, *of)
    assert {one.channel: one for one in found} == {
        found[0].channel: AfterTouch("fresh", version, found[0].channel, 1, 7000),
        None: AfterTouch("", None, None, 1, 3000),
    }


def test_slots_of_five_minutes(books: Books, log: Log) -> None:
    with books.read() as tx:
        found = slots(tx.connection, [log.campaign.id], NOON - HOUR, NOON + HOUR)
    assert found == [
        Slot(NOON, Channel.CALL_HUMAN, Outcome.NO_ANSWER, 2),
        Slot(NOON, Channel.VOICE_MSG, Outcome.MSG_DELIVERED, 1),
    ]


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_report(books: Books, log: Log, name: str) -> None:
    with books.read() as tx:
        with listening(tx.connection) as asked:
            assert make_report(tx, name, MARCH).tables
        if name != "intensity":  # reads an entry for each debtor of the campaign
            assert not asked.scanned(tx.connection) & (LARGE - {"plan", "debtor"})


def test_the_board_and_what_is_due(books: Books, log: Log) -> None:
    plans = [
        Plan(log.debtors[0], NOON, step="inform", priority=10),
        Plan(log.debtors[1], NOON + HOUR / 2, step="call", desk="debts", mode=Mode.PREDICTIVE),
    ]
    with books.write() as tx:
        tx.plans.save(log.campaign.id, plans)
    with books.read() as tx:
        with listening(tx.connection) as asked:
            shown = Wallboard(MARCH.settings).boards(tx, Live(), NOON + HOUR, [WHOLE_FLOOR])[WHOLE_FLOOR]
            due = due_ahead(tx, "spring", NOON, hours=1)
            time_line(tx.connection, NOON - DAY, NOON, "spring")
            operators_figures(tx.connection, NOON - DAY, NOON)
            assert calls_back_owed(tx.connection) == 0
        assert not asked.scanned(tx.connection) & LARGE
    assert (shown.figures.calls, shown.figures.contacts, shown.figures.promises) == (3, 1, 1)
    assert (due.due, due.hours) == (1, (1,))


def test_what_webhooks_are_told_is_read_by_index(books: Books, log: Log) -> None:
    with books.write() as tx:
        hook = tx.webhooks.add("https://x", "s", [*EventKind], author=COMMAND_LINE.address, now=NOON)
        with listening(tx.connection) as asked:
            assert tx.webhooks.batch(hook, 10) == ([], 0)
            assert tx.webhooks.due(NOON) == []
        assert not asked.scanned(tx.connection) & LARGE


def test_what_the_database_is(books: Books) -> None:
    with books.read() as tx:
        found = about(tx.connection)
    assert found.version.split()[0] == books.engine.dialect.name
    assert found.migration.isdigit()
