"""The supervisor's figures in large books: a board each second, the day's plots, and every report of a month.

    python -m benchmarks.wallboard --json [--debtors 1000000] [--touches 30000000] [--databases sqlite,postgresql]

Touches of ten campaigns are spread evenly over 120 days, the last of which is today; every 36th is a call that came in,
every fifth debtor has paid, every 150th touch brought a promise. A board is made ten times, of ten campaigns: that is
what ten screens with different scopes cost each second. The baseline, in the same run, is what counting today's calls
of one campaign from the log itself costs, by its index.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from benchmarks.databases import database
from dialer.handlers.day import day
from dialer.handlers.due_ahead import due_ahead
from dialer.handlers.wallboard import Wallboard
from dialer.live import Live
from dialer.reports.ask import ReportAsk
from dialer.reports.catalogue import REPORTS, make_report
from dialer.settings import Settings
from dialer.wallboard import Scope
from ledger.books import Books
from ledger.migrate import upgrade
from ledger.reports.time_line import time_line
from ledger.tally import recount
from ledger.transaction import Transaction

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
DAYS, CAMPAIGNS = 120, 10
SETTINGS = Settings(zone="Europe/Moscow")
MONTH = (date(2026, 2, 11), date(2026, 3, 11))
TODAY = (date(2026, 3, 10), date(2026, 3, 11))
BOARD_BAR = 0.05
"""Of a core, for ten boards that are made anew each second."""
REPORT_BAR_S = 1.0
SERIES = {
    True: "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0}) SELECT i FROM n) AS s",
    False: "(SELECT generate_series(1, {0}) AS i) AS s",
}
ID = {True: "printf('%032x', i)", False: "lpad(to_hex(i), 32, '0')"}
AT = {
    True: "strftime('%Y-%m-%d %H:%M:%S.000000', {now} - {span} + CAST(i * 1.0 * {span} / {of} AS INTEGER),"
    " 'unixepoch')",
    False: "to_timestamp({now} - {span} + i * 1.0 * {span} / {of})",
}
OUTCOMES = (
    "CASE i % 7 WHEN 0 THEN 'msg_delivered' WHEN 1 THEN 'busy' WHEN 2 THEN 'talk_debtor' ELSE 'no_answer' END"
)


def fill(books: Books, debtors: int, touches: int) -> None:
    """Large books, made by the database itself."""
    lite = books.engine.dialect.name == "sqlite"
    with books.write() as tx:
        portfolio = tx.portfolios.put("heat", creditor="Тепло", contact_phone="", basis=None)
        for number in range(1, CAMPAIGNS + 1):
            version = tx.versions.put(f"s{number}", f"name: s{number}", author="", now=NOW)
            tx.campaigns.create(
                f"c{number}",
                now=NOW - timedelta(days=DAYS),
                portfolio_id=portfolio.id,
                version_id=version.id,
                caller_number="+78000000000",
                max_channels=100,
                max_calls_per_second=50.0,
            )
    people, calls = SERIES[lite].format(debtors), SERIES[lite].format(touches)
    span = DAYS * 86_400
    at = AT[lite].format(now=int(NOW.timestamp()), span=span, of=touches)
    debtor, campaign = f"1 + CAST(i AS BIGINT) * 7919 % {debtors}", f"1 + i % {CAMPAIGNS}"
    comes_in = "i % 36 = 0"
    statements = [
        "INSERT INTO debtor (id, portfolio_id, external_id, name, region, zones, language, vulnerable, stage,"
        " property_class, tags, digest) SELECT i, 1, 'D' || i, '', 'RU-MOS', 'Europe/Moscow', 'ru', false,"
        f" 'pre_court', '', '', '' FROM {people}",
        "INSERT INTO debt (debtor_id, account, service, kopecks, oldest_unpaid)"
        f" SELECT i, 'A' || i, 'heat', 280000, '2025-11-01' FROM {people}",
        "INSERT INTO plan (campaign_id, debtor_id, state, segment, variant, step, attempts, round, turn, avoid,"
        " priority, desk, mode, due_at, why, reason, place) SELECT 1, i, 'due', 'fresh', 'champion', 'inform', 0, 0, 0,"
        f" '', 10, '', '', {_instant(lite, 'i % 86400')}, 'first', '', 'RU-MOS Europe/Moscow' FROM {people}",
        "INSERT INTO assignment (campaign_id, debtor_id, segment, variant, control)"
        f" SELECT 1, i, 'fresh', 'champion', i % 10 = 0 FROM {people}",
        "INSERT INTO payment (portfolio_id, debtor_id, key, paid_on, kopecks) SELECT 1, i, 'p' || i,"
        f" {_day(lite)}, 50000 FROM {people} WHERE i % 5 = 0",
        "INSERT INTO touch (id, debtor_id, campaign_id, strategy_version_id, channel, direction, phone, caller_number,"
        " segment, variant, step, why, script, creditor, debt, rules, node, reserved_at, answered_at, ended_at,"
        " outcome, reason, ring_ms, talk_ms, digits, result, last_node, node_ms, answers)"
        f" SELECT {ID[lite]}, {debtor}, CASE WHEN {comes_in} THEN NULL ELSE {campaign} END,"
        f" CASE WHEN {comes_in} THEN NULL ELSE {campaign} END,"
        " CASE WHEN i % 7 = 2 THEN 'call_human' ELSE 'voice_msg' END,"
        f" CASE WHEN {comes_in} THEN 'in' ELSE 'out' END, '+79160000001', '', 'fresh', 'champion', 'inform', '', '',"
        f" '', '', '', 'n1', {at}, CASE WHEN i % 7 IN (0, 2) THEN {at} END, {at}, {OUTCOMES}, '', 4000,"
        f" CASE WHEN i % 7 IN (0, 2) THEN 25000 ELSE 0 END, '', '', '', 0, '' FROM {calls}",
        "INSERT INTO promise (debtor_id, touch_id, made_at, due, kopecks, state)"
        " SELECT debtor_id, id, reserved_at, '2026-03-20', 50000, 'open' FROM touch"
        f" WHERE id IN (SELECT {ID[lite]} FROM {calls} WHERE i % 147 = 2)",
    ]
    for statement in statements:
        with books.write() as tx:
            tx.connection.execute(text(statement.replace(":", "\\:")))


def _instant(lite: bool, seconds: str) -> str:
    at = int(NOW.timestamp())
    if lite:
        return f"strftime('%Y-%m-%d %H:%M:%S.000000', {at} + {seconds}, 'unixepoch')"
    return f"to_timestamp({at} + {seconds})"


def _day(lite: bool) -> str:
    return "date('2026-03-10', '-' || (i % 200) || ' day')" if lite else "date '2026-03-10' - (i % 200)::int"


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
        "time_line": timed(read(lambda tx: time_line(tx.connection, NOW - timedelta(days=1), NOW)), 5),
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
        with books.write() as tx:
            recount(tx.connection)
        counted = perf_counter()
        if books.engine.dialect.name == "postgresql":
            with books.write() as tx:
                tx.connection.execute(text("ANALYZE"))
        found = measure(books)
    finally:
        books.close()
    share = found["ten_boards"]["cpu_ms"] / 1000
    slow = {name: one["median_ms"] for name, one in found.items() if name.startswith(("report", "d", "time"))}
    return {
        "filled_s": round(filled - began, 1),
        "recount_s": round(counted - filled, 1),
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
