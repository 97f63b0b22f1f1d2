"""What a desk's pacer is told, in virtual time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from dialer.callbacks.desk import PRIMED_BY, AtDesk, CallbackDesk, CallIn, News, Tally
from domain.call import Call
from domain.touch import Outcome, TouchId
from ledger.reports.callbacks import CallsOut
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

MINUTE, MOSCOW = timedelta(minutes=1), ZoneInfo("Europe/Moscow")
THREE = AtDesk(NOON, operators=3, busy=1, waiting=0, ceiling=20.0)


def played(minutes: int, *, calls: int, rings: int, desk: AtDesk = THREE) -> list[float]:
    """The share that robots may place after each minute in which so many calls ended and so many rang."""
    scene, shares = CallbackDesk(MOSCOW, NOON), []
    for minute in range(minutes):
        now = NOON + minute * MINUTE
        out = CallsOut(now - MINUTE, "inform", "fresh", Outcome.MSG_DELIVERED, calls)
        callers = [CallIn(now - MINUTE, out._replace(minute=now - 11 * MINUTE)) for _ in range(rings)]
        scene.tell(News(now, [out], callers))
        shares.append(scene.decide(replace(desk, at=now)).factor)
    return shares


def test_robots_are_slower_where_more_call_back() -> None:
    few, many = played(40, calls=60, rings=0)[-1], played(40, calls=60, rings=6)[-1]
    assert 0 < many < few < 1


def test_robots_stand_still_without_operators_and_after_closing() -> None:
    nobody = replace(THREE, operators=0, busy=0)
    assert played(3, calls=10, rings=0, desk=nobody) == [0, 0, 0]
    assert played(3, calls=10, rings=0, desk=replace(THREE, closes_at=NOON)) == [0, 0, 0]


def test_the_reason_tells_the_clock_of_the_contact_centre() -> None:
    desk = CallbackDesk(MOSCOW, NOON)
    desk.tell(News(NOON))
    soon = replace(THREE, closes_at=NOON + timedelta(minutes=5))
    assert desk.decide(soon).reason.endswith("after closing at 12:05")


def test_the_days_before_are_learnt_from() -> None:
    out = [
        CallsOut(NOON - PRIMED_BY + minute * MINUTE, "inform", "fresh", Outcome.MSG_DELIVERED, 60)
        for minute in range(600)
    ]
    callers = [CallIn(one.minute + 10 * MINUTE, one) for one in out for _ in range(6)]
    rates = []
    for news in (News(NOON), News(NOON, out, callers)):
        desk = CallbackDesk(MOSCOW, NOON)
        desk.tell(news)
        rates.append(desk.decide(THREE).factor)
    assert rates[1] < rates[0] / 2, "one of ten called back, where nothing is known 2.8 % are taken"


def test_a_tally_counts_who_came_and_who_left() -> None:
    rang = Call(TouchId("1" * 32), answered_at=NOON)
    waits = replace(rang, desk="heat", queued_at=NOON)
    gone = replace(waits, ended_at=NOON + MINUTE)
    tally = Tally()
    for before, after in ((rang, waits), (waits, waits), (waits, gone), (gone, gone)):
        tally.follow(before, after)
    assert [call.touch for call in tally.came] == [rang.touch]
    assert [(one.seconds, one.answered) for one in tally.waited] == [(60.0, False)]
