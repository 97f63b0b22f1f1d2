"""How many messages a provider may be given: his rate, his window, his breaker."""

from __future__ import annotations

import pytest

from dialer.messages.counter import Counter
from dialer.messages.fake import FakeProvider
from dialer.messages.limits import FAILURES, FIRST_PAUSE_S
from dialer.messages.settings import ProviderSettings
from tests.dialer.messages.post import SMSC

pytestmark = pytest.mark.unit

NOON_S = 1_000.0


def counter(*, per_second: float = 100.0, window: int = 20) -> Counter:
    settings = ProviderSettings.model_validate({**SMSC, "per_second": per_second, "window": window})
    return Counter(FakeProvider("smsc"), settings)


def test_no_more_than_the_window() -> None:
    one = counter(per_second=1_000.0)
    assert one.room(NOON_S, 500) == 20
    one.take(18)
    assert one.room(NOON_S, 500) == 0, "two more are not worth a commit yet"
    assert one.room(NOON_S, 2) == 2, "unless nobody else waits"


def test_no_more_than_the_rate() -> None:
    one = counter(per_second=50.0)
    assert one.room(NOON_S, 500) == 10
    one.take(10)
    assert one.room(NOON_S + 0.01, 500) == 0
    assert one.room(NOON_S + 0.11, 500) == 5


def test_after_failures_one_tries() -> None:
    one = counter()
    for _ in range(FAILURES):
        one.breaker.failed(NOON_S)
    assert one.room(NOON_S, 500) == 0
    assert one.room(NOON_S + FIRST_PAUSE_S, 500) == 1
    one.take(1)
    assert one.room(NOON_S + FIRST_PAUSE_S, 500) == 0
