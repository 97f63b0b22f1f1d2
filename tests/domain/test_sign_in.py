"""How long one waits after wrong passwords."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.sign_in import FAILS_OF_ADDRESS, FAILS_OF_LOGIN, FAILS_WITHIN, Failures, wait_before_sign_in

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 9, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def ago(*minutes: int) -> list[datetime]:
    """Newest first."""
    return [NOW - minute * MINUTE for minute in sorted(minutes)]


@pytest.mark.parametrize(
    ("of_login", "of_address", "wait"),
    [
        ([], [], 0),
        (ago(1, 2, 3, 4), [], 0),
        (ago(1, 2, 3, 4, 5), [], 10),
        (ago(1, 2, 3, 4, 5, 14), [], 10),
        (ago(0, 0, 0, 0, 0), [], 15),
        (ago(1, 2, 3, 4, 15), [], 0),
        ([], [NOW] * (FAILS_OF_ADDRESS - 1), 0),
        ([], [NOW] * FAILS_OF_ADDRESS, 15),
        (ago(1, 2, 3, 4, 5), [NOW - MINUTE] * FAILS_OF_ADDRESS, 14),
    ],
)
def test_one_waits_until_the_fifth_last_failure_is_old(
    of_login: list[datetime], of_address: list[datetime], wait: int
) -> None:
    assert wait_before_sign_in(Failures(of_login, of_address), NOW) == wait * MINUTE


def test_after_the_wait_one_attempt_is_free() -> None:
    failures = Failures(ago(1, 2, 3, 4, 5)[:FAILS_OF_LOGIN], [])
    later = NOW + wait_before_sign_in(failures, NOW)
    assert later == failures.of_login[-1] + FAILS_WITHIN
    assert not wait_before_sign_in(failures, later)
