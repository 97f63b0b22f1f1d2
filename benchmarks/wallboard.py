"""The supervisor's figures in large books: a board each second, the day's plots, and every report of a month.

    python -m benchmarks.wallboard --json [--debtors 1000000] [--touches 30000000] [--databases sqlite,postgresql]

The books are those of `benchmarks.large_books`. A board is made ten times, of ten campaigns: that is what ten screens
with different scopes cost each second. The baseline, in the same run, is what counting today's calls
of one campaign from the log itself costs, by its index.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from benchmarks.databases import database
from benchmarks.large_books import CAMPAIGNS, NOW, fill
from dialer.handlers.day import day
from dialer.handlers.due_ahead import due_ahead
from dialer.handlers.time_line import changes
from dialer.handlers.wallboard import Wallboard
from dialer.live import Live
from dialer.reports.ask import ReportAsk
from dialer.reports.catalogue import REPORTS, make_report
from dialer.settings import Settings
from dialer.wallboard import Scope
from ledger.books import Books
from ledger.migrate import upgrade
from ledger.transaction import Transaction

SETTINGS = Settings(zone="Europe/Moscow")
MONTH = (date(2026, 2, 11), date(2026, 3, 11))
TODAY = (date(2026, 3, 10), date(2026, 3, 11))
BOARD_BAR = 0.05
"""Of a core, for ten boards that are made anew each second."""
REPORT_BAR_S = 1.0


def timed(work: Callable[[], object], times: int) -> dict[str, float]:
    """Median milliseconds on the clock and of the processor, after one to warm up; and what the first one took."""
    began = perf_counter()
    work()
    first = perf_counter() - began
    walls, busy = [], []
    for _ in range(times):
        wall, cpu = perf_counter(), process_time()
        work()
        walls.append(perf_counter() - wall)
        busy.append(process_time() - cpu)
    figures = {"first_ms": first, "median_ms": median(walls), "cpu_ms": median(busy), "worst_ms": max(walls)}
    return {name: round(value * 1000, 2) for name, value in figures.items()}


def measure(books: Books) -> dict[str, Any]:
    """Boards, plots and reports."""
    wallboard, zone = Wallboard(SETTINGS), ZoneInfo(SETTINGS.zone)
    scopes = [Scope(campaign=f"c{number}") for number in range(1, CAMPAIGNS + 1)]

    def boards(scopes: Sequence[Scope]) -> Callable[[], object]:
        return read(lambda tx: wallboard.boards(tx, Live(), NOW, scopes))

    def read(work: Callable[[Transaction], object]) -> Callable[[], object]:
        def one() -> None:
            with books.read() as tx:
                work(tx)

        return one

    from_log = text(
        "SELECT outcome, count(*) FROM touch WHERE campaign_id = 1 AND reserved_at >= :today GROUP BY outcome"
    ).bindparams(today="2026-03-09 21:00:00")
    found: dict[str, Any] = {
        "board_of_the_floor": timed(boards([Scope()]), 20),
        "ten_boards": timed(boards(scopes), 20),
        "calls_of_one_campaign_from_the_log": timed(
            read(lambda tx: tx.connection.execute(from_log).all()), 5
        ),
        "day": timed(read(lambda tx: day(tx, NOW, zone)), 5),
        "due_ahead": timed(read(lambda tx: due_ahead(tx, "c1", NOW)), 5),
        "time_line": timed(read(lambda tx: changes(tx, NOW - timedelta(days=1), NOW)), 5),
    }
    for name in REPORTS:
        since, until = TODAY if name in ("intensity", "queues") else MONTH
        ask = ReportAsk(since, until, NOW, SETTINGS, "c1" if REPORTS[name].of_campaign else "")
        found[f"report_{name}"] = timed(read(partial(_made, name, ask)), 3)
    return found


def _made(name: str, ask: ReportAsk, tx: Transaction) -> object:
    return make_report(tx, name, ask)


def run(url: str, debtors: int, touches: int) -> dict[str, Any]:
    """One database: fill it, count the log once, measure."""
    books = Books.open(url)
    try:
        upgrade(books.engine)
        began = perf_counter()
        fill(books, debtors, touches)
        filled = perf_counter()
        found = measure(books)
    finally:
        books.close()
    share = found["ten_boards"]["cpu_ms"] / 1000
    slow = {name: one["median_ms"] for name, one in found.items() if name.startswith(("report", "d", "time"))}
    return {
        "filled_s": round(filled - began, 1),
        **found,
        "ten_boards_of_a_core": round(share, 4),
        "boards_hold": share <= BOARD_BAR,
        "reports_over_the_bar": {name: ms for name, ms in slow.items() if ms > REPORT_BAR_S * 1000},
    }


def main() -> None:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--debtors", type=int, default=1_000_000)
    parser.add_argument("--touches", type=int, default=30_000_000)
    parser.add_argument("--databases", default="sqlite")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dozvon-wallboard-"))
    results = {}
    try:
        for kind in asked.databases.split(","):
            with database(kind, folder) as url:
                results[kind] = run(url, asked.debtors, asked.touches)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    json.dump({"debtors": asked.debtors, "touches": asked.touches, **results}, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
