"""Leases on a real Redis: one owner at a time, gone when it is not renewed, given back by its owner only."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from dialer import lease as leases
from dialer.lease import LEASE_S, RENEW_S, Lease
from tests.polling import until

pytestmark = pytest.mark.integration

HOUR_S = 3600.0


@pytest.fixture(autouse=True)
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """No lease ends while a test stands still, unless that is what it is about."""
    monkeypatch.setattr(leases, "LEASE_S", HOUR_S)


@pytest.fixture
async def redis(redis_server: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_server) as client:
        yield client


def new_name() -> str:
    """What no other test, nor a dialler of one, has a lease of."""
    return f"campaign:{uuid.uuid4().hex}"


@pytest.fixture
def name() -> str:
    return new_name()


async def test_one_owner_at_a_time_however_often_it_asks(redis: Redis, name: str) -> None:
    ours, theirs = Lease(redis, name), Lease(redis, name)
    assert [await ours.hold(), await ours.hold()] == [True, True]
    assert not await theirs.hold()
    assert await Lease(redis, new_name()).hold()


async def test_only_its_owner_gives_it_back(redis: Redis, name: str) -> None:
    ours, theirs = Lease(redis, name), Lease(redis, name)
    await ours.hold()
    await theirs.release()
    assert not await theirs.hold()
    await ours.release()
    assert await theirs.hold()
    assert not await ours.hold()


async def test_it_ends_by_itself_when_it_is_not_renewed(
    redis: Redis, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = Lease(redis, name), Lease(redis, name)
    with monkeypatch.context() as brief:
        brief.setattr(leases, "LEASE_S", 0.05)
        await ours.hold()
    await until(theirs.hold)
    assert not await ours.hold(), "the former owner learns that it lost the lease"


async def test_it_lasts_as_long_as_it_is_said_to(redis: Redis, name: str) -> None:
    await Lease(redis, name).hold()
    assert HOUR_S / 2 < await redis.pttl(leases.lease_key(name)) / 1000 <= HOUR_S


def test_it_may_be_renewed_late_twice() -> None:
    assert 3 * RENEW_S < LEASE_S


async def test_without_redis_nobody_can_tell(tmp_path: Path) -> None:
    async with Redis.from_url(f"unix://{tmp_path / 'nobody.sock'}") as nowhere:
        ours = Lease(nowhere, "campaign:1")
        with pytest.raises(RedisError):
            await ours.hold()
        await ours.release()
