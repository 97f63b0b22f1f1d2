"""Leases on a real Redis: one owner at a time, gone when it is not renewed, given back by its owner only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from dialer import lease as leases
from dialer.lease import Lease
from tests.polling import until

pytestmark = pytest.mark.integration

campaigns = count(1)


@pytest.fixture
async def redis(redis_server: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_server) as client:
        yield client


@pytest.fixture
def campaign() -> int:
    """A campaign that no other test has."""
    return next(campaigns)


async def test_one_owner_at_a_time_however_often_it_asks(redis: Redis, campaign: int) -> None:
    ours, theirs = Lease(redis, f"campaign:{campaign}"), Lease(redis, f"campaign:{campaign}")
    assert [await ours.hold(), await ours.hold()] == [True, True]
    assert not await theirs.hold()
    assert await Lease(redis, f"campaign:{next(campaigns)}").hold()


async def test_only_its_owner_gives_it_back(redis: Redis, campaign: int) -> None:
    ours, theirs = Lease(redis, f"campaign:{campaign}"), Lease(redis, f"campaign:{campaign}")
    await ours.hold()
    await theirs.release()
    assert not await theirs.hold()
    await ours.release()
    assert await theirs.hold()
    assert not await ours.hold()


async def test_it_ends_by_itself_when_it_is_not_renewed(
    redis: Redis, campaign: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LEASE_S", 0.05)
    ours, theirs = Lease(redis, f"campaign:{campaign}"), Lease(redis, f"campaign:{campaign}")
    await ours.hold()
    await until(theirs.hold)
    assert not await ours.hold(), "the former owner learns that it lost the lease"


async def test_it_ends_sooner_than_forever_and_later_than_it_is_renewed(redis: Redis, campaign: int) -> None:
    ours = Lease(redis, f"campaign:{campaign}")
    await ours.hold()
    (key,) = [key async for key in redis.scan_iter(f"dozvon:lease:campaign:{campaign}")]
    left_ms = await redis.pttl(key)
    assert 2 * leases.RENEW_S * 1000 < left_ms <= leases.LEASE_S * 1000


async def test_without_redis_nobody_can_tell(tmp_path: Path) -> None:
    async with Redis.from_url(f"unix://{tmp_path / 'nobody.sock'}") as nowhere:
        ours = Lease(nowhere, "campaign:1")
        with pytest.raises(RedisError):
            await ours.hold()
        await ours.release()
