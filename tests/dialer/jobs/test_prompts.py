"""Prompts by the workers: real Redis, real worker processes, and every way in which they can fail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from dialer.jobs.prompts import TEXTS_A_JOB, speak, speak_ahead
from dialer.jobs.queue import PROMPTS, JobQueue, run_worker
from dialer.private.redis import PrivateRedis, redis_program
from dialer.settings import PromptSettings, Settings, environment_of
from domain.errors import EnvironmentFault
from ivr_scripts.prompts.audio import to_clip
from ivr_scripts.prompts.engines.fake import ToneEngine
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.prompts.synthesise import prepare_prompts
from tests.polling import PATIENCE_S, until

pytestmark = pytest.mark.integration

TEXTS = [f"текст номер {number}" for number in range(3 * TEXTS_A_JOB + 1)]


@pytest.fixture
def settings(redis_server: str, tmp_path: Path) -> Iterator[Settings]:
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
        yield Settings(
            redis_url=redis_server,
            database_url=f"sqlite:///{tmp_path / 'dozvon.db'}",
            prompts=PromptSettings(folder=tmp_path / "prompts", engine="tones"),
            home=tmp_path,
        )
        client.flushall()


def store_of(settings: Settings) -> PromptStore:
    engine = ToneEngine()
    return PromptStore(settings.prompts.folder, engine.id, engine.voice)


@contextmanager
def worker(settings: Settings, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process of the command line."""
    with said(settings).open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "dialer", "worker", *options],
            env={**os.environ, **environment_of(settings)},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def said(settings: Settings) -> Path:
    """What the worker has printed: a file, for a pipe that nobody reads stops whoever fills it."""
    return settings.home / "worker.out"


async def at_work(process: subprocess.Popen[bytes], settings: Settings) -> None:
    """Return when the worker takes jobs; fail with its last words when it ended instead."""
    queue = JobQueue(settings.redis_url, PROMPTS)
    await until(lambda: queue.workers() or process.poll() is not None, what="a worker")
    assert process.poll() is None, said(settings).read_text()
    queue.close()


async def test_a_worker_makes_them_with_progress(settings: Settings) -> None:
    steps: list[tuple[int, int]] = []
    with worker(settings) as process:
        await at_work(process, settings)
        speak_ahead(TEXTS, "ru", settings, progress=lambda done, of: steps.append((done, of)))
        assert store_of(settings).missing(TEXTS) == []
        assert steps[-1] == (len(TEXTS), len(TEXTS))
        assert steps == sorted(steps)
        process.terminate()
        assert process.wait(PATIENCE_S) == 0


def test_without_a_worker_nothing_is_queued_and_the_start_makes_them(settings: Settings) -> None:
    speak_ahead(TEXTS, "ru", settings)
    with redis.Redis.from_url(settings.redis_url) as client:
        assert client.keys() == []
    store = prepare_prompts(TEXTS, settings.prompts.folder, [ToneEngine()])
    assert store.missing(TEXTS) == []


def test_without_redis_the_start_makes_them(settings: Settings, tmp_path: Path) -> None:
    speak_ahead(TEXTS, "ru", settings.model_copy(update={"redis_url": f"unix://{tmp_path}/none.sock"}))
    assert store_of(settings).missing(TEXTS) == TEXTS


def test_a_worker_without_redis_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match=r"none.sock: Redis does not answer .*set DOZVON_REDIS_URL"):
        run_worker(f"unix://{tmp_path}/none.sock")


async def test_a_worker_that_has_lost_redis_ends_when_it_is_told_to(folder: Path) -> None:
    server = PrivateRedis(folder / "redis", redis_program())
    await server.start()
    try:
        settings = Settings(
            redis_url=server.url, database_url=f"sqlite:///{folder / 'dozvon.db'}", home=folder
        )
        with worker(settings) as process:
            await at_work(process, settings)
            with redis.Redis.from_url(server.url) as client:
                (known,) = client.smembers("rq:workers")
                await until(lambda: client.hget(known, "state") == b"idle", what="it waits for jobs")
            server.stop()
            await until(lambda: "could not connect" in said(settings).read_text(), what="the loss is noticed")
            process.terminate()
            assert process.wait(PATIENCE_S) == 0, said(settings).read_text()
    finally:
        server.stop()


def test_who_ran_a_worker_has_his_signals_back(settings: Settings) -> None:
    before = signal.getsignal(signal.SIGTERM)
    run_worker(settings.redis_url, until_empty=True)
    assert signal.getsignal(signal.SIGTERM) is before


async def test_workers_that_do_nothing_are_given_up(settings: Settings) -> None:
    """One that was stopped in its tracks looks alive for a minute."""
    with worker(settings) as process:
        await at_work(process, settings)
        os.killpg(process.pid, signal.SIGSTOP)
        speak_ahead(TEXTS, "ru", settings, stall_s=0.5)
        assert store_of(settings).missing(TEXTS) == TEXTS


async def test_a_worker_killed_while_it_speaks_leaves_no_half_clip(settings: Settings) -> None:
    many = [f"текст номер {number}" for number in range(30_000)]  # a minute's work
    store = store_of(settings)
    with worker(settings) as process:
        await at_work(process, settings)
        queue = JobQueue(settings.redis_url, PROMPTS)
        queue.give(speak, [[many, "ru"]])
        await until(lambda: any(store.folder.glob("*.alaw")), what="the first clip")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        queue.close()
    left = store.missing(many)
    assert left
    engine = ToneEngine()
    made = set(many) - set(left)
    assert all(store.path(text).read_bytes() == to_clip(engine.synthesise(text)) for text in made)
    prepare_prompts(left[:50], settings.prompts.folder, [engine])
    assert store.missing(many) == left[50:]


async def test_a_worker_whose_voice_fails_leaves_the_fault_to_the_start(
    settings: Settings, tmp_path: Path
) -> None:
    recorded = PromptSettings(
        folder=tmp_path / "prompts", engine="recorded", recordings=tmp_path / "recordings"
    )
    (tmp_path / "recordings").mkdir()
    silent = settings.model_copy(update={"prompts": recorded})
    with worker(silent) as process:
        await at_work(process, silent)
        speak_ahead(TEXTS, "ru", silent)
    assert not list((tmp_path / "prompts").glob("*.alaw"))
