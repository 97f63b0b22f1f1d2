"""Health: each part's state, version, last error and figures, so that one look tells what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson
from redis import Redis
from redis.exceptions import RedisError

from dialer.floor.commands import FLOOR
from dialer.heartbeat import ALIVE
from dialer.jobs.queue import waiting_jobs
from dialer.lease import lease_key
from domain.errors import EnvironmentFault
from ledger.about import about
from ledger.books import Books

EXPECTED = ("dialler", "worker")
"""The processes that a house cannot do without."""
SLOW_QUEUE = 1000
"""Jobs that wait; more are more than a worker does in a while."""


class State(StrEnum):
    """How a part is: it works, somebody should look, or it does not work."""

    OK = "ok"
    WARNING = "warning"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Part:
    """One part. ``error`` is the last one that it told, whenever that was; ``figures`` are JSON values."""

    name: str
    state: State
    version: str = ""
    since: datetime | None = None
    error: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Health:
    """All parts as they were at an instant."""

    at: datetime
    parts: tuple[Part, ...]

    @property
    def state(self) -> State:
        """The worst of them."""
        states = {part.state for part in self.parts}
        return next(state for state in (State.DOWN, State.WARNING, State.OK) if state in states)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {"at": self.at, "state": self.state, "parts": [asdict(part) for part in self.parts]}


def health(redis_url: str, books: Books, now: datetime) -> Health:
    """Ask every part; takes some milliseconds, and raises nothing: what does not answer is down."""
    return Health(now, (*_ledger(books), *_redis(redis_url)))


def _ledger(books: Books) -> Iterator[Part]:
    try:
        with books.read() as tx:
            database = about(tx.connection)
            figures = {"migration": database.migration, "unsealed_lines": tx.seals.unsealed()}
            yield Part("ledger", State.OK, database.version, figures=figures)
            behind = tx.webhooks.behind()
            for hook in tx.webhooks.all():
                state = State.WARNING if hook.failures else State.OK
                told = {"url": hook.url, "lines_behind": behind[hook.id], "failures": hook.failures}
                yield Part(f"webhook {hook.id}", state, since=hook.told_at, error=hook.fault, figures=told)
            for one in tx.schedules.all():
                state = State.WARNING if one.fault else State.OK
                told = {"report": one.report, "target": one.target, "next_at": one.next_at}
                yield Part(f"report {one.id}", state, since=one.last_at, error=one.fault, figures=told)
    except EnvironmentFault as fault:
        yield Part("ledger", State.DOWN, error=str(fault))


def _redis(url: str) -> Iterator[Part]:
    redis = Redis.from_url(url)
    try:
        info = redis.info()
        figures = {"memory_bytes": info["used_memory"], "clients": info["connected_clients"]}
        yield Part("redis", State.OK, str(info["redis_version"]), figures=figures)
        keys = sorted(redis.scan_iter(f"{ALIVE}*", count=1000))
        signs = [orjson.loads(text) for text in redis.mget(keys) if text] if keys else []
        floor = bool(redis.exists(lease_key(FLOOR)))
        jobs = waiting_jobs(url)
    except (RedisError, EnvironmentFault) as fault:
        yield Part("redis", State.DOWN, error=str(fault))
        return
    finally:
        redis.close()
    yield Part(
        "floor", State.OK if floor else State.WARNING, error="" if floor else "no dialler drives the floor"
    )
    yield from (_process(sign) for sign in signs)
    alive = {sign["kind"] for sign in signs}
    yield from (Part(kind, State.DOWN, error="does not run") for kind in EXPECTED if kind not in alive)
    for name, length in jobs.items():
        state = State.WARNING if length > SLOW_QUEUE else State.OK
        yield Part(f"queue {name}", state, figures={"waiting": length})


def _process(sign: Mapping[str, Any]) -> Part:
    facts, error = sign["facts"], sign["error"]
    broken = facts.get("ledger_stuck") or not all(facts.get("nodes", {}).values())
    return Part(
        f"{sign['kind']} {sign['host']}:{sign['pid']}",
        State.WARNING if broken else State.OK,
        sign["version"],
        datetime.fromisoformat(sign["since"]),
        f"{error['event']} at {error['at']}" if error else "",
        facts,
    )
