"""Ids of touches sort by the time at which they were made."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from dialer.clock import SystemClock
from dialer.ids import made_at, new_touch_id

pytestmark = pytest.mark.unit


def test_an_id_is_a_uuid_of_version_7_in_32_digits() -> None:
    id = new_touch_id()
    assert re.fullmatch("[0-9a-f]{32}", id)
    assert UUID(id).version == 7


def test_ids_are_different_and_in_order() -> None:
    ids = [new_touch_id() for _ in range(2000)]
    assert sorted(set(ids)) == ids


def test_an_id_knows_when_it_was_made() -> None:
    before = SystemClock().now()
    made = made_at(new_touch_id())
    assert before - timedelta(milliseconds=1) <= made <= SystemClock().now()


def test_the_shifted_clock_is_aware_and_ahead() -> None:
    plain, ahead = SystemClock().now(), SystemClock(timedelta(hours=5)).now()
    assert plain.tzinfo is UTC
    assert timedelta(hours=5) <= ahead - plain < timedelta(hours=6)
    assert isinstance(ahead, datetime)
