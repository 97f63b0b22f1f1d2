"""A large portfolio from the creditor's file to the first call: import, first planning, funnel, explain, dry run.

    python -m benchmarks.plan --json [--debtors 1000000] [--databases sqlite,postgresql]

Each debtor has three phones and two debts. The baseline of import and planning is the bare bulk load of the same rows
into the same tables, with the same indexes; that of the funnel a count of the plans by state, that of explain the bare
reading of the debtor's rows. Before the funnel every fifth debtor is given a call of today and every hundredth a block.
All is measured with a tenth of the debtors first, so that it is seen how the cost of one debtor grows. Each part runs
in a process of its own, whose peak memory is told.
"""

from __future__ import annotations

import argparse
import csv
import json
import multiprocessing
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from sqlalchemy import Connection, text
from sqlmodel import SQLModel

from benchmarks.databases import database
from dialer.handlers.dry_run import Trial, dry_run
from dialer.handlers.explain import explain
from dialer.handlers.funnel import funnel
from dialer.handlers.publish import review
from dialer.handlers.start_campaign import CampaignOrder, start_campaign
from dialer.handlers.take_over import work_of
from domain.caller_number import CallerNumber
from domain.portfolio import LegalBasis
from ledger.books import Books
from ledger.contact_counts import recount_contacts
from ledger.imports.debtors import import_debtors
from ledger.migrate import upgrade
from ledger.tables import DebtorRow, DebtRow, PhoneRow, PlanRow, table
from strategies.chances import Prices
from strategies.load import strategy_text

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
BASIS = LegalBasis("benchmark", NOW - timedelta(days=400))
CALLER = "+78000000000"
STRATEGY = "utilities-technical"
REGIONS = ("RU-MOS", "RU-SVE", "RU-OMS", "RU-PRI", "RU-SAM", "RU-IRK", "RU-KGD", "RU-KHA")
CHUNK = 20_000
ASKED = 200
BARS_S = {"import": 120.0, "planning": 120.0, "funnel": 2.0, "explain": 0.05}
MOST_BYTES = 2 << 30
HEADER = ("external_id", "account", "name", "region", "service", "sum", "oldest_unpaid", "phones")

COUNT_BY_STATE = "SELECT state, count(*) FROM plan WHERE campaign_id = 1 GROUP BY state"
CALLED_TODAY = """\
INSERT INTO touch (id, debtor_id, campaign_id, strategy_version_id, channel, direction, phone, caller_number, segment,
  variant, step, why, script, creditor, debt, rules, node, reserved_at, outcome, reason, ring_ms, talk_ms, digits,
  result, last_node)
SELECT {id}, phone.debtor_id, 1, 1, 'voice_msg', 'out', phone.number, '', '', '', '', '', '', '', '', '', '', :at,
  CASE WHEN phone.debtor_id % 50 = 0 THEN 'msg_delivered' ELSE 'no_answer' END, '', 0, 0, '', '', ''
FROM phone WHERE phone.position = 0 AND phone.debtor_id % 5 = 0"""
BLOCKED = """\
INSERT INTO block (scope, debtor_id, target, channels, starts_at, reason, document, author)
SELECT 'debtor', id, '', 'call_agent,call_human,voice_msg', :at, 'hospital', '', 'benchmark' FROM debtor
WHERE id % 100 = 0"""


def write_file(path: Path, debtors: int) -> None:
    """The creditor's file: two rows a debtor, ages and sums spread over all segments."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER)
        for nth in range(debtors):
            numbers = ", ".join(f"+79{place}{nth:08}" for place in (1, 2, 5))
            months = NOW.year * 12 + NOW.month - 1 - nth * 7 % 40
            oldest, region = f"{months // 12}-{months % 12 + 1:02}", REGIONS[nth % len(REGIONS)]
            for debt in (0, 1):
                roubles = 100 + nth * 7919 % 9_000
                account = f"{nth * 2 + debt}"
                service = ("Отопление", "Водоснабжение")[debt]
                writer.writerow(
                    (f"D{nth}", account, f"Должник {nth}", region, service, f"{roubles}", oldest, numbers)
                )


@dataclass(frozen=True, slots=True)
class Part:
    """What one part took: seconds, those of them in which its process computed (others may have kept it waiting), and
    the process's peak memory in bytes.
    """

    seconds: float
    cpu_s: float
    peak_bytes: int
    found: Any = None


def apart(work: Callable[..., Any], *arguments: Any) -> Part:
    """Run it in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (work, arguments))


def _measured(work: Callable[..., Any], arguments: tuple[Any, ...]) -> Part:
    began, computed = perf_counter(), process_time()
    answer = work(*arguments)
    seconds, found = answer if isinstance(answer, tuple) else (perf_counter() - began, answer)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Part(seconds, process_time() - computed, peak, found)


def do_import(url: str, path: Path) -> int:
    """The file into empty books; answers how many debtors were added."""
    books = Books.open(url)
    with books.write() as tx:
        portfolio = tx.portfolios.put("benchmark", creditor="benchmark", contact_phone=CALLER, basis=BASIS)
        return import_debtors(tx.connection, portfolio.id, path).added


def do_plan(url: str) -> int:
    """A campaign started; answers how many debtors it will touch."""
    books = Books.open(url)
    with books.write() as tx:
        tx.numbers.put(CallerNumber(CALLER, "contract", "label", "", NOW - timedelta(days=9)))
    body, file = strategy_text(STRATEGY)
    order = CampaignOrder("spring", "benchmark", review(body, file, NOW), CALLER, 30, 10.0)
    return start_campaign(books, order, {}, now=NOW, progress=lambda *_: None).planned


def do_funnel(url: str) -> dict[str, int]:
    """The funnel of the campaign."""
    with Books.open(url).read() as tx:
        campaign = tx.campaigns.named("spring")
        found = funnel(tx, work_of(tx, campaign), campaign, LATER)
        return {"/".join(filter(None, bucket)): count for bucket, count in found.buckets.items()}


def do_explain(url: str, debtors: int) -> tuple[float, dict[str, float]]:
    """Debtors from all over the portfolio, each asked in a transaction of its own; answers the median's seconds."""
    books = Books.open(url)
    taken = []
    for nth in range(ASKED):
        began = perf_counter()
        with books.read() as tx:
            explain(tx, f"D{nth * (debtors // ASKED)}", now=LATER)
        taken.append(perf_counter() - began)
    return median(taken), {"first_s": taken[0], "worst_after_s": max(taken[1:])}


def do_read(url: str, debtors: int) -> tuple[float, None]:
    """The bare reading of what explain needs of a debtor."""
    books = Books.open(url)
    taken = []
    for nth in range(ASKED):
        began = perf_counter()
        with books.read() as tx:
            debtor = tx.debtors.keyed(f"D{nth * (debtors // ASKED)}")
            tx.plans.load(1, [debtor.id])
        taken.append(perf_counter() - began)
    return median(taken), None


def do_dry_run(url: str) -> int:
    """A dry run of the strategy on a sample; answers the touches that it foretells."""
    review_of = review(*strategy_text(STRATEGY), NOW)
    with Books.open(url).read() as tx:
        trial = Trial(review_of.strategy, Prices(minute=1.5))
        found = dry_run(tx, trial, tx.portfolios.named("benchmark"), LATER, lambda *_: None)
        return found.estimate(found.touches.total())


def count_plans(url: str) -> list[Any]:
    """The least that a funnel could do."""
    with Books.open(url).read() as tx:
        return [tuple(row) for row in tx.connection.execute(text(COUNT_BY_STATE))]


def load_rows(source: str, target: str, rows: list[str]) -> tuple[float, int]:
    """The same rows into the same tables of other books, with the driver's own bulk load; answers its seconds."""
    seconds, count = 0.0, 0
    from_books, to_books = Books.open(source), Books.open(target)
    with from_books.read() as read, to_books.write() as write:
        for name in rows:
            for chunk in _chunks(read.connection, name):
                began = perf_counter()
                _load(write.connection, name, chunk)
                seconds += perf_counter() - began
                count += len(chunk)
        began = perf_counter()
    return seconds + perf_counter() - began, count


ROWS: dict[str, type[SQLModel]] = {"debtor": DebtorRow, "debt": DebtRow, "phone": PhoneRow, "plan": PlanRow}


def _chunks(connection: Connection, name: str) -> Iterator[list[tuple[Any, ...]]]:
    rows = connection.execution_options(yield_per=CHUNK).exec_driver_sql(f"SELECT * FROM {name}")
    while chunk := [tuple(row) for row in islice(rows, CHUNK)]:
        yield chunk


def _load(connection: Connection, name: str, chunk: list[tuple[Any, ...]]) -> None:
    columns = len(table(ROWS[name]).c)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * columns)
        connection.exec_driver_sql(f"INSERT INTO {name} VALUES ({marks})", chunk)
        return
    if not connection.in_transaction():  # what goes past it begins none
        connection.begin()
    driver: Any = connection.connection.driver_connection
    with driver.cursor().copy(f"COPY {name} FROM STDIN") as copy:
        for row in chunk:
            copy.write_row(row)


def prepare(url: str) -> None:
    """Make the tables."""
    books = Books.open(url)
    upgrade(books.engine)
    books.close()


def fill_log(url: str) -> None:
    """Calls of today and blocks, as a running campaign has them."""
    books = Books.open(url)
    sqlite = books.engine.dialect.name == "sqlite"
    id = "printf('%032x', phone.debtor_id)" if sqlite else "lpad(to_hex(phone.debtor_id), 32, '0')"
    at = NOW - timedelta(hours=2)
    told = at.isoformat(" ", "microseconds").removesuffix("+00:00") if sqlite else at.isoformat()
    with books.write() as tx:
        for statement in (CALLED_TODAY.format(id=id), BLOCKED):
            tx.connection.execute(text(statement), {"at": told})
        recount_contacts(tx.connection)
    with books.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    books.close()


def measure(kind: str, debtors: int, folder: Path) -> dict[str, Any]:
    """All parts, in the order in which they happen."""
    with database(kind, folder / "engine") as url, database(kind, folder / "bare") as bare:
        for address in (url, bare):
            prepare(address)
        path = folder / "debtors.csv"
        write_file(path, debtors)
        parts = {"import": apart(do_import, url, path)}
        _give_parents(bare)
        baselines = {"import": apart(load_rows, url, bare, ["debtor", "debt", "phone"])}
        parts["planning"] = apart(do_plan, url)
        baselines["planning"] = apart(load_rows, url, bare, ["plan"])
        fill_log(url)
        parts["funnel"], baselines["funnel"] = apart(do_funnel, url), apart(count_plans, url)
        parts["explain"], baselines["explain"] = apart(do_explain, url, debtors), apart(do_read, url, debtors)
        parts["dry_run"] = apart(do_dry_run, url)
    found = {name: _told(part, baselines.get(name)) for name, part in parts.items()}
    for name, one in found.items():
        print(f"{kind}, {debtors:,} debtors: {name} {one['seconds']} s", file=sys.stderr, flush=True)
    return found


def _give_parents(url: str) -> None:
    """What the loaded rows point at."""
    books = Books.open(url)
    with books.write() as tx:
        portfolio = tx.portfolios.put("benchmark", creditor="benchmark", contact_phone=CALLER, basis=BASIS)
        version = tx.versions.put("benchmark", "benchmark", author="benchmark", now=NOW)
        caps = {"caller_number": CALLER, "max_channels": 1, "max_calls_per_second": 1.0}
        tx.campaigns.create("spring", version_id=version.id, now=NOW, portfolio_id=portfolio.id, **caps)
    books.close()


def _told(part: Part, baseline: Part | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "seconds": round(part.seconds, 4),
        "cpu_s": round(part.cpu_s, 2),
        "peak_mb": round(part.peak_bytes / 2**20),
        "found": part.found,
    }
    if baseline:
        told |= {"baseline_s": round(baseline.seconds, 4), "ratio": round(part.seconds / baseline.seconds, 2)}
    return told


def grown(small: dict[str, Any], large: dict[str, Any], times: float) -> dict[str, float]:
    """How much more computing one debtor needs in the larger portfolio; 1 is linear."""
    return {
        name: round(large[name]["cpu_s"] / small[name]["cpu_s"] / times, 2)
        for name in ("import", "planning", "funnel")
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--debtors", type=int, default=1_000_000)
    parser.add_argument("--databases", default="sqlite")
    arguments = parser.parse_args()
    sizes = (max(ASKED, arguments.debtors // 10), arguments.debtors)
    document: dict[str, Any] = {}
    for kind in arguments.databases.split(","):
        parts = {}
        for size in sizes:
            folder = Path(tempfile.mkdtemp(prefix="dz-"))
            try:  # a million debtors are two databases of about a gigabyte
                parts[str(size)] = measure(kind, size, folder)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        small, large = parts.values()
        growth = grown(small, large, sizes[1] / sizes[0])
        document[kind] = {"debtors": parts, "cost_ratio": growth, "bars_s": BARS_S, "bar_bytes": MOST_BYTES}
    print(json.dumps(document, indent=2, ensure_ascii=False) if arguments.json else _words(document))


def _words(document: dict[str, Any]) -> str:
    lines = []
    for kind, found in document.items():
        for size, parts in found["debtors"].items():
            for name, one in parts.items():
                bare = f"; baseline {one['baseline_s']} s, ratio {one['ratio']}" if "ratio" in one else ""
                took = f"{one['seconds']} s (computed {one['cpu_s']} s), {one['peak_mb']} MB"
                lines.append(f"{kind}, {int(size):,} debtors: {name} {took}{bare}")
        lines.append(f"{kind}: cost of a debtor, large over small: {found['cost_ratio']}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
