"""The queues of jobs. The only importer of rq.

A job is a function of this house with arguments that are JSON, and must bear being done twice: a worker that dies
is noticed by nobody but the process that waits for the job. A worker does its jobs itself, without a child for each:
to end it is to end its work.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import NoSuchJobError, StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer

from dialer.settings import without_password
from domain.errors import EnvironmentFault

PROMPTS, MESSAGES = "prompts", "messages"
RETENTION, REPORTS, WEBHOOKS = "retention", "reports", "webhooks"
QUEUES = (PROMPTS, WEBHOOKS, REPORTS, RETENTION)
"""What a worker does, the most urgent first."""
LONGEST_JOB_S = 300
KEPT_S = 3600
"""How long a job's result and the trace of its failure stay in Redis."""


class JobQueue:
    """One queue, seen from the process that gives work."""

    def __init__(self, redis_url: str, name: str) -> None:
        self._redis = Redis.from_url(redis_url)
        self._queue = Queue(name, connection=self._redis, serializer=JSONSerializer)

    def close(self) -> None:
        """Leave Redis."""
        self._redis.close()

    def workers(self) -> int:
        """How many processes take work from it; 0 without Redis. A killed one is counted for minutes yet."""
        try:
            return len(SimpleWorker.all(queue=self._queue, serializer=JSONSerializer))
        except RedisError:
            return 0

    def reached(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(self._redis.ping())
        except RedisError:
            return False

    def give(self, work: Callable[..., object], arguments: Sequence[Sequence[Any]]) -> list[str]:
        """Queues one job for each list of arguments, and answers their ids; none when Redis is lost."""
        try:
            return [
                self._queue.enqueue_call(
                    work, args=list(one), timeout=LONGEST_JOB_S, result_ttl=KEPT_S, failure_ttl=KEPT_S
                ).id
                for one in arguments
            ]
        except RedisError:
            return []

    def give_once(self, work: Callable[..., object], argument: Any, id: str) -> bool:
        """Queues a job unless the one with this id waits or runs; False when it is not queued."""
        try:
            if self._lives(id):
                return False
            self._queue.enqueue_call(
                work, args=[argument], job_id=id, timeout=LONGEST_JOB_S, result_ttl=KEPT_S, failure_ttl=KEPT_S
            )
        except RedisError:
            return False
        return True

    def _lives(self, id: str) -> bool:
        try:
            job = Job.fetch(id, connection=self._redis, serializer=JSONSerializer)
        except NoSuchJobError:
            return False
        return not (job.is_finished or job.is_failed)

    def over(self, ids: Sequence[str]) -> bool:
        """Whether none of the jobs is waiting or running any more."""
        try:
            jobs = Job.fetch_many(list(ids), connection=self._redis, serializer=JSONSerializer)
        except RedisError:
            return True
        return all(job is None or job.is_finished or job.is_failed for job in jobs)

    def withdraw(self, ids: Sequence[str]) -> None:
        """Takes back the jobs that nobody has begun."""
        try:
            for job in Job.fetch_many(list(ids), connection=self._redis, serializer=JSONSerializer):
                if job is not None and job.is_queued:
                    job.delete()
        except RedisError:
            return


def waiting_jobs(redis_url: str) -> dict[str, int]:
    """How many jobs wait in each of the queues. EnvironmentFault without Redis."""
    redis = Redis.from_url(redis_url)
    try:
        names = (*QUEUES, MESSAGES)
        return {name: Queue(name, connection=redis, serializer=JSONSerializer).count for name in names}
    except RedisError as error:
        raise EnvironmentFault(
            f"Redis does not answer ({error})", where=without_password(redis_url)
        ) from error
    finally:
        redis.close()


class _Worker(SimpleWorker):
    """Knows that it was told to end, whatever Redis has to say to that."""

    told_to_end = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.told_to_end = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]


def run_worker(redis_url: str, *, queues: Sequence[str] = QUEUES, until_empty: bool = False) -> None:
    """Takes jobs until SIGTERM or SIGINT; the one in hand is finished first. EnvironmentFault without Redis.

    Only for the main thread, which has its own handlers of these signals back afterwards.
    """
    redis = Redis.from_url(redis_url)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    worker, fault = None, "the worker has given up"
    try:
        redis.ping()
        worker = _Worker(
            [Queue(name, connection=redis, serializer=JSONSerializer) for name in queues],
            connection=redis,
            serializer=JSONSerializer,
            log_job_description=False,  # it holds the arguments
            worker_ttl=60,
        )
        worker.work(burst=until_empty, logging_level="WARNING")
        if until_empty:
            return
    except StopRequested:
        pass  # between two looks of its loop
    except RedisError as error:
        fault = f"Redis does not answer ({error})"
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        redis.close()
    if worker is None or not worker.told_to_end:
        where = without_password(redis_url)
        raise EnvironmentFault(fault, where=where, remedy="start it or set DOZVON_REDIS_URL")
