"""A campaign that calls bailiffs, from the creditor's file to its report."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, select

from dialer.demo.bailiffs import BailiffPlay, Played, play_bailiffs
from domain.campaign import PlanState
from domain.proceeding import ProceedingStatus
from domain.touch import Outcome
from ledger.books import Books
from ledger.tables import DebtorRow, TouchRow, table

pytestmark = pytest.mark.unit

PLAY = BailiffPlay(bailiffs=5, proceedings=20)
DEBTOR, TOUCH = table(DebtorRow), table(TouchRow)
GAP = timedelta(hours=48)


def test_it_runs_to_its_end_within_its_regime_and_its_report_adds_up(books: Books, tmp_path: Path) -> None:
    played = play_bailiffs(books, tmp_path, PLAY)
    report = played.report
    assert (report.bailiffs, report.open + report.ended) == (PLAY.bailiffs, PLAY.proceedings)
    assert report.contacts == sum(report.outcomes.values())
    assert sum(report.results.values()) == len(report.proceedings) <= PLAY.proceedings
    said_ended = report.results[ProceedingStatus.ENDED]
    assert 0 < said_ended <= report.ended
    with books.read() as tx:
        assert tx.plans.counts(played.campaign.id) == {PlanState.DONE: PLAY.bailiffs}
        _the_law_was_kept(tx.connection)
    for one in report.overdue:
        assert one.promised_until is not None
        assert one.promised_until < played.over_on
        assert one.ended_on is None
    _later_lists_end_what_they_name_and_reopen_nothing(played)


def _the_law_was_kept(connection: Connection) -> None:
    """Office hours by each bailiff's own clock, one call a day, two days after a talk."""
    calls = select(TOUCH.c.debtor_id, TOUCH.c.reserved_at, TOUCH.c.outcome, DEBTOR.c.zones)
    calls = calls.select_from(TOUCH.join(DEBTOR, TOUCH.c.debtor_id == DEBTOR.c.id)).order_by(
        TOUCH.c.reserved_at
    )
    rows = connection.execute(calls).all()
    assert len({row.zones for row in rows}) > 1
    days: Counter[object] = Counter()
    talked: dict[int, datetime] = {}
    for row in rows:
        local = row.reserved_at.astimezone(ZoneInfo(row.zones))
        assert 9 <= local.hour < 17
        assert local.weekday() < 5
        days[row.debtor_id, local.date()] += 1
        assert row.debtor_id not in talked or row.reserved_at - talked[row.debtor_id] >= GAP
        if row.outcome == Outcome.TALK_DEBTOR:
            talked[row.debtor_id] = row.reserved_at
    assert set(days.values()) == {1}


def _later_lists_end_what_they_name_and_reopen_nothing(played: Played) -> None:
    first, *later = played.imports
    assert (first.added, first.rejected) == (PLAY.proceedings, 0)
    for named, one in enumerate(later, start=1):
        assert (one.added, one.rejected) == (0, 0)
        assert one.changed <= PLAY.proceedings // 20 * named
