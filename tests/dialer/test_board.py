"""The live board: counts, and rates over the last seconds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dialer.board import Stats
from domain.call_events import Answered, Ringing
from domain.touch import Outcome, TouchId

pytestmark = pytest.mark.unit

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
TOUCH = TouchId("t1")


def test_counts_by_campaign() -> None:
    stats = Stats()
    for second in (100.2, 100.9, 101.5):
        stats.placed(1, second, due_for_s=0.01)
    stats.placed(2, 100.0, due_for_s=0.02)
    stats.heard(Ringing(TOUCH, NOON), 1)
    stats.heard(Answered(TOUCH, NOON), 1)
    stats.ended(Outcome.BUSY, 1)
    board = stats.snapshot(1, 102.7)
    assert (board["placed"], board["answered"], board["ended"]) == (3, 1, 1)
    assert board["outcomes"] == {"busy": 1}
    assert board["last_minute"][-3:] == [0, 2, 1]
    assert list(stats.write_delays_s) == [0.01, 0.01, 0.01, 0.02]


def test_the_rate_is_that_of_the_last_ten_whole_seconds() -> None:
    stats = Stats()
    for second in range(100, 130):
        for _ in range(7):
            stats.placed(1, float(second), 0.0)
    assert stats.snapshot(1, 130.0)["calls_per_second"] == 7.0
    assert stats.snapshot(1, 135.0)["calls_per_second"] == 3.5
    assert stats.snapshot(1, 200.0)["calls_per_second"] == 0.0
    assert len(stats.snapshot(1, 200.0)["last_minute"]) == 60
