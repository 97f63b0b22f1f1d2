"""How fast a provider is given messages, and when he is left in peace."""

from __future__ import annotations

import pytest

from dialer.messages.limits import FAILURES, FIRST_PAUSE_S, LONGEST_PAUSE_S, Breaker, TokenBucket

pytestmark = pytest.mark.unit


def test_no_more_than_the_rate_over_any_time() -> None:
    bucket, sent = TokenBucket(50.0), 0
    for tick in range(1_000):
        ready = bucket.ready(tick / 100)
        bucket.take(ready)
        sent += ready
    assert 490 <= sent <= 510


def test_a_pause_earns_a_fifth_of_a_second_at_most() -> None:
    bucket = TokenBucket(100.0)
    assert bucket.ready(1_000.0) == 20


def test_one_a_minute_is_one_at_once() -> None:
    bucket = TokenBucket(1 / 60)
    assert bucket.ready(0.0) == 1
    bucket.take(1)
    assert (bucket.ready(59.0), bucket.ready(60.1)) == (0, 1)


def test_the_breaker_opens_after_failures_in_a_row_and_lets_one_try() -> None:
    breaker = Breaker()
    for _ in range(FAILURES - 1):
        breaker.failed(0.0)
    breaker.well()
    for _ in range(FAILURES):
        assert breaker.closed(0.0)
        breaker.failed(0.0)
    assert not breaker.closed(FIRST_PAUSE_S - 0.1)
    assert breaker.closed(FIRST_PAUSE_S)
    assert breaker.doubtful
    breaker.well()
    assert not breaker.doubtful


def test_each_failed_try_doubles_the_pause_up_to_a_minute() -> None:
    breaker, now, pauses = Breaker(), 0.0, list[float]()
    for _ in range(FAILURES):
        breaker.failed(now)
    for _ in range(7):
        began = now
        while not breaker.closed(now):
            now += 1.0
        pauses.append(now - began)
        breaker.failed(now)
        breaker.failed(now)  # one that was under way tells nothing new
    assert pauses == [2.0, 4.0, 8.0, 16.0, 32.0, LONGEST_PAUSE_S, LONGEST_PAUSE_S]
