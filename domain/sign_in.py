"""How often one may be wrong about a password before one has to wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

FAILS_WITHIN = timedelta(minutes=15)
"""Older failures are forgotten."""

FAILS_OF_LOGIN = 5
FAILS_OF_ADDRESS = 30
"""A whole office may come from one address."""


@dataclass(frozen=True, slots=True)
class Failures:
    """When the last sign-ins failed, the newest first: of the login since it last succeeded, and of the address."""

    of_login: Sequence[datetime]
    of_address: Sequence[datetime]


def wait_before_sign_in(failures: Failures, now: datetime) -> timedelta:
    """How long to wait before the next attempt; nothing when it may be made now."""
    ways = ((failures.of_login, FAILS_OF_LOGIN), (failures.of_address, FAILS_OF_ADDRESS))
    free = [times[most - 1] + FAILS_WITHIN for times, most in ways if len(times) >= most]
    return max([timedelta(), *(at - now for at in free)])
