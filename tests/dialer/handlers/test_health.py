"""Health: what runs, what does not, and what is wrong with it; nothing that is down stops the look at the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import structlog
from redis import Redis

from dialer.handlers.health import Health, Part, State, health
from dialer.handlers.webhooks import add_webhook
from dialer.heartbeat import FADES_S, Heartbeat
from dialer.logs import configure_logs, last_error
from domain.user import COMMAND_LINE
from ledger.books import Books
from tests.ledger.rows import NOON

pytestmark = pytest.mark.integration


class Noon:
    """A clock that stands."""

    def now(self) -> object:
        return NOON


@pytest.fixture
def redis(redis_server: str) -> Iterator[Redis]:
    """An empty Redis."""
    opened = Redis.from_url(redis_server)
    opened.flushdb()
    yield opened
    opened.flushdb()
    opened.close()


def part(found: Health, name: str) -> Part:
    return next(one for one in found.parts if one.name.startswith(name))


def beat(redis: Redis, kind: str, **facts: object) -> None:
    heart = Heartbeat(kind, Noon(), lambda: facts)  # type: ignore[arg-type]
    redis.set(heart.key, heart.sign(), ex=FADES_S)


def test_an_empty_house_lacks_its_processes(books: Books, redis: Redis, redis_server: str) -> None:
    found = health(redis_server, books, NOON)
    assert found.state is State.DOWN
    assert part(found, "ledger").state is State.OK
    assert part(found, "ledger").version.startswith("sqlite 3.")
    assert part(found, "redis").figures["clients"] >= 1
    assert part(found, "floor") == Part("floor", State.WARNING, error="no dialler drives the floor")
    assert [(one.name, one.error) for one in found.parts if one.state is State.DOWN] == [
        ("dialler", "does not run"),
        ("worker", "does not run"),
    ]
    assert part(found, "queue reports").figures == {"waiting": 0}


def test_a_house_where_all_is_well(books: Books, redis: Redis, redis_server: str) -> None:
    beat(redis, "dialler", nodes={"n1": True}, ledger_stuck=False)
    beat(redis, "worker")
    redis.set("dozvon:lease:floor", "me")
    found = health(redis_server, books, NOON)
    assert found.state is State.OK
    dialler = part(found, "dialler ")
    assert (dialler.since, dialler.error, dialler.version) == (NOON, "", "0.1.0")
    assert found.to_json()["state"] == "ok"


@pytest.mark.parametrize("facts", [{"nodes": {"n1": True, "n2": False}}, {"ledger_stuck": True}])
def test_a_dialler_that_lacks_something(
    books: Books, redis: Redis, redis_server: str, facts: dict[str, object]
) -> None:
    beat(redis, "dialler", **facts)
    assert part(health(redis_server, books, NOON), "dialler ").state is State.WARNING


def test_a_webhook_that_fails(books: Books, redis: Redis, redis_server: str) -> None:
    with books.write() as tx:
        hook = add_webhook(tx, "https://example.org", [], COMMAND_LINE, NOON)
        tx.webhooks.failed(hook, "answered 500", NOON + timedelta(minutes=1))
    shown = part(health(redis_server, books, NOON), f"webhook {hook.id}")
    assert (shown.state, shown.error, shown.figures["failures"]) == (State.WARNING, "answered 500", 1)


def test_without_redis_the_ledger_is_still_seen(books: Books) -> None:
    found = health("unix:///nowhere/redis.sock", books, NOON)
    assert [(one.name, one.state) for one in found.parts] == [
        ("ledger", State.OK),
        ("redis", State.DOWN),
    ]


def test_the_last_error_is_its_name_and_no_more(capsys: pytest.CaptureFixture[str]) -> None:

    configure_logs("info")
    structlog.get_logger("test").error("node_lost", phone="+79160000001", fault="secret")
    told = last_error()
    assert told is not None
    assert set(told) == {"event", "at"}
    assert told["event"] == "node_lost"
