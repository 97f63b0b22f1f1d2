"""What ten wallboards cost the console, each of a scope of its own: processor time of a second.

    python -m benchmarks.boards --json [--seconds 30] [--debtors 100000] [--touches 2000000] [--operators 50]

The real console serves ten event streams, as ten screens open them; a process of its own reads them to their ends, and
shows in Redis what a dialler would: ten campaigns and so many operators, of whom some change four times a second. Told
beside it is the same console with nobody watching, and with ten screens on one scope.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic, process_time
from typing import Any

import orjson
from httpx import AsyncClient
from redis.asyncio import Redis

from agent_console.services import Services
from benchmarks.large_books import CAMPAIGNS, NOW, fill
from benchmarks.wallboard import SETTINGS
from dialer.board import board_key, desk_key
from dialer.clock import SystemClock
from dialer.floor.feed import BOARD
from dialer.private.redis import PrivateRedis, redis_program
from domain.user import Role
from ledger.books import Books
from ledger.migrate import upgrade
from ledger.tally import recount
from tests.agent_console.desks import served
from tests.agent_console.stage import HASH, sign_in

BAR = 0.05
SCREENS = 10
WARM_S = 5.0
SEEN = "benchmark:boards"
"""The Redis key of how many boards the screens have got."""
SHOW_S = 0.25
STATES = ("ready", "talking", "wrap_up", "pause")


async def watch(url: str, redis_url: str, queries: Sequence[str], operators: int) -> None:
    """The other process: a floor that moves, and screens that look at it, until it is ended."""
    async with AsyncClient(base_url=url, timeout=None) as client, asyncio.TaskGroup() as group:
        await sign_in(client, "vera")
        redis = Redis.from_url(redis_url)
        group.create_task(_floor(redis, operators))
        for query in queries:
            group.create_task(_screen(client, redis, query))


async def _screen(client: AsyncClient, redis: Redis, query: str) -> None:
    async with client.stream("GET", f"/floor/events?{query}") as answer:
        answer.raise_for_status()
        async for line in answer.aiter_lines():
            if line == "event: board":
                await redis.incr(SEEN)


async def _floor(redis: Redis, operators: int) -> None:
    turn = 0
    while True:
        turn += 1
        shown: dict[str, Any] = {
            board_key(f"c{nth}"): {
                "in_flight": (turn + nth) % 30,
                "calls_per_second": 4.2,
                "reason": "calls per second",
            }
            for nth in range(1, CAMPAIGNS + 1)
        }
        shown[desk_key("operators")] = {"desk": "operators", "idle": turn % 9}
        shown[BOARD] = [_operator(nth, turn) for nth in range(operators)]
        await redis.mset({key: orjson.dumps(board) for key, board in shown.items()})
        await asyncio.sleep(SHOW_S)


def _operator(nth: int, turn: int) -> dict[str, Any]:
    """Each is in another state every fifteen seconds or so."""
    state = STATES[(nth + (turn + nth) // 60) % len(STATES)]
    row = {
        "operator": nth,
        "login": f"op{nth}",
        "name": f"Оператор {nth}",
        "desk": "operators",
        "state": state,
    }
    return row | {"since": NOW.isoformat(), "reason": "lunch" if state == "pause" else ""}


@asynccontextmanager
async def watched(url: str, redis_url: str, queries: Sequence[str], operators: int) -> AsyncIterator[None]:
    """With those screens open."""
    told = (url, redis_url, str(operators), *queries)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.boards", "--watch", *told
    )
    try:
        yield
        assert process.returncode is None, "the screens have gone"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def cost(redis: Redis, seconds: float) -> dict[str, float]:
    """Of a core, on average of so many seconds, after a while; and how many boards a second came to the screens."""
    await asyncio.sleep(WARM_S)
    before, began, busy = int(await redis.get(SEEN) or 0), monotonic(), process_time()
    await asyncio.sleep(seconds)
    passed, used = monotonic() - began, process_time() - busy
    boards = int(await redis.get(SEEN) or 0) - before
    return {"of_a_core": round(used / passed, 4), "boards_a_second": round(boards / passed, 1)}


async def measure(folder: Path, debtors: int, touches: int, operators: int, seconds: float) -> dict[str, Any]:
    """Everything in one run."""
    books = Books.open(f"sqlite:///{folder / 'dozvon.db'}")
    upgrade(books.engine)
    fill(books, debtors, touches)
    with books.write() as tx:
        recount(tx.connection)
        tx.users.add("vera", "Вера", Role.SUPERVISOR, HASH)
    server = PrivateRedis(folder / "redis", redis_program())
    await server.start()
    redis: Redis = Redis.from_url(server.url)
    clock = SystemClock(NOW - SystemClock().now())
    scopes = [f"campaign=c{nth}" for nth in range(1, CAMPAIGNS + 1)]
    settings = SETTINGS.model_copy(update={"home": folder, "demo": True})
    try:
        async with served(Services(settings, books, redis, clock)) as url:
            nobody = await cost(redis, seconds)
            async with watched(url, server.url, [""] * SCREENS, operators):
                one_scope = await cost(redis, seconds)
            async with watched(url, server.url, scopes, operators):
                ten_scopes = await cost(redis, seconds)
    finally:
        await redis.aclose()
        server.stop()
        books.close()
    return {"nobody": nobody, "ten_of_one_scope": one_scope, "ten_of_ten_scopes": ten_scopes}


def main() -> None:
    """Run and print."""
    if sys.argv[1:2] == ["--watch"]:
        url, redis_url, operators, *queries = sys.argv[2:]
        asyncio.run(watch(url, redis_url, queries, int(operators)))
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--debtors", type=int, default=100_000)
    parser.add_argument("--touches", type=int, default=2_000_000)
    parser.add_argument("--operators", type=int, default=50)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dz-"))
    try:
        work = measure(folder, asked.debtors, asked.touches, asked.operators, asked.seconds)
        found = asyncio.run(work)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    held = {
        "bar": BAR,
        "held": found["ten_of_ten_scopes"]["of_a_core"] <= BAR,
        "load": round(os.getloadavg()[0], 1),
    }
    if asked.json:
        print(json.dumps(vars(asked) | found | held, indent=2))
        return
    for name, one in found.items():
        print(f"{name}: {100 * one['of_a_core']:.1f} % of a core, {one['boards_a_second']:g} boards a second")
    print(f"bar: {100 * BAR:g} %: {'held' if held['held'] else 'NOT held'}")


if __name__ == "__main__":
    main()
