"""How long every page of the console and every answer of the API takes in large books.

    python -m benchmarks.pages --json [--debtors 1000000] [--touches 30000000] [--databases sqlite,postgresql]

The real application is asked within the process, as a browser that is signed in asks: by an operator, a supervisor, an
administrator and a program with a token. Every GET of the one table of routes (`agent_console.access.roles`) is asked,
or named below as one that cannot be; reports are asked for their usual days and for the whole campaign. Each is asked
once to warm up, then several times; the bar is a second for the middle one. On a machine that does other work, look at
the milliseconds of the processor. The baseline, in the same run, is a page that asks the books for the visitor only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from httpx import AsyncClient
from redis.asyncio import Redis
from sqlalchemy import text

from agent_console.access.roles import OPERATORS, PUBLIC, ROUTES, SUPERVISORS, Rule
from agent_console.app import create_app
from agent_console.services import Services
from benchmarks.databases import database
from benchmarks.large_books import NOW, fill, size
from dialer.handlers.api_tokens import add_token
from dialer.private.redis import PrivateRedis, redis_program
from dialer.reports.catalogue import REPORTS
from dialer.settings import ConsoleSettings, Settings
from domain.user import COMMAND_LINE, Role, TokenScope
from ledger.books import Books
from ledger.migrate import upgrade
from tests.agent_console.stage import Console, TestClock

BAR_S = 1.0
BARE = "/password"
DEBTOR = 4242
NOT_ASKED = {
    "GET /campaigns/starting/{name}": "a start that goes on",
    "GET /floor/events": "a stream: benchmarks.wallboard and benchmarks.boards",
    "GET /operators/events": "a stream",
    "GET /desk/events": "a stream: benchmarks.pop",
    "GET /recordings/{touch}/{nth}": "a file",
    "GET /api/v1/openapi.json": "asks no books",
    "GET /operators/phone": "a supervisor's own telephone",
    "GET /desk/phone": "an operator's own telephone",
    "GET /desk/talks/{touch}/schedule": "a form that is being typed",
}
USUAL = "&since=2026-02-09&until=2026-03-10"
QUERIES = {
    "/debtors": [
        "?q=D4242",
        "?q=A4242",
        "?q=%2B79000004242",
        "?q=Иванов 4242",
        "?q=4240/26/77001-ИП",
        "?q=Ив",
    ],
    "/campaigns/{name}/debtors": [f"?stage={stage}&why={why}" for stage, why in (("waits", "first"),)],
    "/floor/day": ["", "?campaign=c1"],
    "/audit": ["", "?action=card viewed"],
    "/api/v1/debtors": ["?q=D4242"],
    "/api/v1/callers": ["?phone=%2B79000004242"],
}


def addresses(route: str, touch: str) -> Iterator[str]:
    """What is asked of a route."""
    path = route.partition(" ")[2]
    named = {"{login}": "op1", "{touch}": touch, "{id}": str(DEBTOR)}
    if path.endswith("reports/{name}"):
        for name, report in REPORTS.items():
            for days in ("&since=2025-11-10&until=2026-03-10", USUAL if path.startswith("/api") else ""):
                campaign = "campaign=c1" if report.of_campaign else ""
                yield f"{path.replace('{name}', name)}?{campaign}{days}"
        return
    names = {"/strategies": "utilities-technical", "/scripts": "debt_informer"}
    name = next((of for begins, of in names.items() if path.startswith(begins)), "c1")
    for query in QUERIES.get(path, [""]):
        told = path.replace("{name}", name)
        for part, value in named.items():
            told = told.replace(part, value)
        yield told + query


def visitors(rule: Rule) -> list[str]:
    """Who asks: whoever may, the least first and the most last."""
    if isinstance(rule, TokenScope):
        return ["program"]
    if rule == OPERATORS:
        return ["op1"]
    return (
        ["boss"]
        if rule == SUPERVISORS
        else ["root"]
        if rule is not PUBLIC and len(rule) == 1
        else ["op1", "boss"]
    )


async def timed(client: AsyncClient, address: str, times: int) -> dict[str, Any]:
    """Milliseconds of the first time, and of the others; and of the processor, all threads together."""
    took, busy, status = [], [], 0
    for _ in range(times + 1):
        began, worked = perf_counter(), process_time()
        answer = await client.get(address)
        took.append((perf_counter() - began) * 1000)
        busy.append((process_time() - worked) * 1000)
        status = answer.status_code
    warm = took[1:]
    return {
        "cpu_ms": round(median(busy[1:]), 1),
        "first_ms": round(took[0], 1),
        "p50_ms": round(median(warm), 1),
        "max_ms": round(max(warm), 1),
        "status": status,
    }


async def measure(console: Console, touch: str, times: int, only: str) -> dict[str, dict[str, Any]]:
    """Every page by every kind of visitor."""
    found: dict[str, dict[str, Any]] = {}
    async with AsyncExitStack() as opened:
        clients = {
            who: await opened.enter_async_context(console.signed_in(who)) for who in ("op1", "boss", "root")
        }
        clients["program"] = await opened.enter_async_context(console.browser())
        with console.books.write() as tx:
            given = add_token(tx, "benchmark", list(TokenScope), by=COMMAND_LINE, now=NOW)
        clients["program"].headers["Authorization"] = f"Bearer {given.secret}"
        found[f"boss {BARE}"] = await timed(clients["boss"], BARE, times)
        for route, rule in ROUTES.items():
            if not route.startswith("GET ") or rule is PUBLIC or route in NOT_ASKED:
                continue
            for address in addresses(route, touch):
                for who in visitors(rule) if only in address else ():
                    found[f"{who} {address}"] = await timed(clients[who], address, times)
    return found


async def run(url: str, folder: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """One database: fill it, then ask."""
    books = Books.open(url)
    server = PrivateRedis(folder / "redis", redis_program())
    await server.start()
    redis = Redis.from_url(server.url)
    began = perf_counter()
    try:
        upgrade(books.engine)
        if not _is_filled(books):
            fill(books, asked.debtors, asked.touches)
        filled = perf_counter() - began
        settings = Settings(home=folder, demo=True, console=ConsoleSettings(own_recordings=True))
        clock = TestClock(NOW)
        console = Console(books, create_app(Services(settings, books, redis, clock)), settings, clock)
        _let_in(console)
        with books.read() as tx:
            bytes_ = size(tx.connection)
            talk = text("SELECT max(id) FROM touch WHERE operator_id = 1")
            touch = str(tx.connection.scalar(talk))
        found = await measure(console, touch, asked.times, asked.only)
    finally:
        await redis.aclose()
        server.stop()
        books.close()
    slow = {page: one["p50_ms"] for page, one in found.items() if one["p50_ms"] > BAR_S * 1000}
    busy = {page: one["cpu_ms"] for page, one in found.items() if one["cpu_ms"] > BAR_S * 1000}
    faults = {page: one["status"] for page, one in found.items() if one["status"] >= 400}
    return {
        "filled_s": round(filled, 1),
        "gigabytes": round(bytes_ / 1e9, 2),
        "asked": len(found),
        "held": not slow,
        "over_the_bar": slow,
        "over_the_bar_of_the_processor": busy,
        "faults": faults,
        "pages": found,
    }


def _is_filled(books: Books) -> bool:
    with books.read() as tx:
        return bool(tx.portfolios.all())


def _let_in(console: Console) -> None:
    """An operator, a supervisor and an administrator, where they are not there yet."""
    with console.books.read() as tx:
        known = {user.login for user in tx.users.all()}
    for login, role in (("op1", Role.OPERATOR), ("boss", Role.SUPERVISOR), ("root", Role.ADMINISTRATOR)):
        if login not in known:
            console.user(login, role, portfolios=("heat",) if role is Role.OPERATOR else ())


def main() -> None:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--debtors", type=int, default=1_000_000)
    parser.add_argument("--touches", type=int, default=30_000_000)
    parser.add_argument("--times", type=int, default=5, help="how often each page is asked when it is warm")
    parser.add_argument("--databases", default="sqlite")
    parser.add_argument(
        "--books", default="", help="a SQLite file to fill, or to use if it is filled; it stays"
    )
    parser.add_argument("--only", default="", help="only addresses with this text")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dozvon-pages-"))
    results: dict[str, Any] = {}
    try:
        if asked.books:
            results["sqlite"] = asyncio.run(run(f"sqlite:///{Path(asked.books).resolve()}", folder, asked))
        for kind in asked.databases.split(",") if not asked.books else ():
            with database(kind, folder) as url:
                results[kind] = asyncio.run(run(url, folder, asked))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    document = {"debtors": asked.debtors, "touches": asked.touches, "bar_s": BAR_S, **results}
    if asked.json:
        json.dump(document, sys.stdout, indent=2, ensure_ascii=False)
        print()
        return
    for kind, one in results.items():
        for page, told in sorted(one["pages"].items(), key=lambda item: -item[1]["p50_ms"]):
            times = f"{told['p50_ms']:9.1f} p50 {told['max_ms']:9.1f} max {told['cpu_ms']:9.1f} cpu"
            print(f"{times}  {told['status']}  {page}")
        print(f"{kind}: {one['asked']} pages, {one['gigabytes']} GB: {'held' if one['held'] else 'NOT held'}")


if __name__ == "__main__":
    main()
