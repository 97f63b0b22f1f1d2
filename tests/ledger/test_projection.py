"""A touch from its events."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ledger.projection import UNSETTLED, Line, project
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

LATER = NOON + timedelta(seconds=30)
RESERVED = Line(NOON, "reserved", {"phone": "+7", "rules": "law@1"})
CLOSED = Line(
    LATER, "closed", {"outcome": "busy", "reason": "SIP 486", "ended_at": LATER.isoformat(), "cause": 17}
)
CORRECTED = Line(LATER + timedelta(days=1), "corrected", {"outcome": "talk_debtor", "reason": "heard it"})


def projected(*lines: Line, **until: Any) -> dict[str, Any]:
    row = project("t1", lines, **until)
    assert row is not None
    return row


def test_what_was_reserved_is_open() -> None:
    assert projected(RESERVED) == {
        "id": "t1",
        "reserved_at": NOON,
        "phone": "+7",
        "rules": "law@1",
        **UNSETTLED,
    }


def test_a_close_settles_it_with_times_read_back() -> None:
    row = projected(RESERVED, Line(NOON, "ringing", {}), CLOSED)
    assert (row["outcome"], row["reason"], row["ended_at"], row["cause"]) == ("busy", "SIP 486", LATER, 17)


def test_only_the_first_close_counts() -> None:
    second = Line(LATER, "closed", {"outcome": "unknown", "reason": "", "cause": 0})
    assert projected(RESERVED, CLOSED, second) == projected(RESERVED, CLOSED)


def test_a_correction_changes_outcome_and_reason_only() -> None:
    row = projected(RESERVED, CLOSED, CORRECTED)
    assert row == {**projected(RESERVED, CLOSED), "outcome": "talk_debtor", "reason": "heard it"}


def test_as_it_was_known_at_an_instant() -> None:
    lines = (RESERVED, CLOSED, CORRECTED)
    assert projected(*lines, until=NOON)["outcome"] is None
    assert projected(*lines, until=LATER)["outcome"] == "busy"
    assert projected(*lines, until=CORRECTED.at)["outcome"] == "talk_debtor"
    assert project("t1", lines, until=NOON - timedelta(seconds=1)) is None


def test_what_was_never_reserved_is_nothing() -> None:
    assert project("t1", [CLOSED, CORRECTED]) is None
    assert project("t1", []) is None
