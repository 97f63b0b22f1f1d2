"""The private Redis of the tests is real and empty."""

from __future__ import annotations

import pytest
import redis

pytestmark = pytest.mark.integration


def test_the_private_redis_keeps_what_it_is_given(redis_server: str) -> None:
    with redis.Redis.from_url(redis_server, decode_responses=True) as client:
        client.set("campaign:1:owner", "dialer-a", px=60_000)
        assert client.get("campaign:1:owner") == "dialer-a"
        client.flushdb()
