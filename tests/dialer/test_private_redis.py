"""A Redis of one's own: started, ended, and told of in one line when it cannot be had."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from asterisk.install import Program
from dialer.private.redis import PrivateRedis, redis_program
from domain.errors import EnvironmentFault

pytestmark = pytest.mark.integration


@pytest.fixture
def private(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateRedis]:
    one = PrivateRedis(tmp_path_factory.mktemp("r"), redis_program())
    yield one
    one.stop()


async def test_it_answers_from_the_start_and_is_gone_after_the_stop(private: PrivateRedis) -> None:
    assert private.pid is None
    await private.start()
    pid = private.pid
    assert pid is not None
    with redis.Redis.from_url(private.url) as client:
        assert client.set("a", "1")
    private.stop()
    assert private.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    private.stop()


async def test_a_machine_without_redis_uses_the_one_of_a_package(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.private.redis.find_program", lambda *_: None)
    one = PrivateRedis(tmp_path_factory.mktemp("r"), redis_program())
    try:
        await one.start()
        with redis.Redis.from_url(one.url) as client:
            assert client.info()["redis_version"].startswith("6.")
    finally:
        one.stop()


async def test_started_again_it_is_empty(private: PrivateRedis) -> None:
    for _ in range(2):
        await private.start()
        with redis.Redis.from_url(private.url) as client:
            assert client.get("a") is None
            client.set("a", "1")
        private.stop()


async def test_a_program_that_ends_at_once(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="the private Redis did not start; read .*output"):
        await PrivateRedis(tmp_path, Program(("/bin/false",), {})).start()
