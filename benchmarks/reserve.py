"""Reservations per second with 10^5, 10^6 and 10^7 touches in the log, beside the bare insert of the same rows.

    python -m benchmarks.reserve --json [--sizes 100000,1000000,10000000] [--databases sqlite,postgresql]

The log is filled by one INSERT ... SELECT (twelve touches a debtor over four months, as in the reference project), then
batches of 200 debtors are reserved: locks, history, all rules of `ru-230fz-agency` with two policies, touch and journal
line, durable commit. The baseline inserts the same rows in the same batches and asks nothing. Logs of all sizes stand
side by side and take turns in rounds of 2,000; the medians of the rounds are printed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import delete, text

from benchmarks.databases import KINDS, database
from dialer.ids import new_touch_id
from domain.caller_number import CallerNumber
from domain.debtor import Debt, Debtor
from domain.intensity import Allowed
from domain.phone import Phone, PhoneNumber
from domain.portfolio import LegalBasis
from domain.touch import Channel
from ledger.books import Books, Transaction
from ledger.migrate import upgrade
from ledger.tables import TouchEventRow, TouchRow, table
from ledger.touches import TouchRequest
from strategies.regime import load_rules

TOUCH, EVENT = table(TouchRow), table(TouchEventRow)
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
BATCH = 200
EACH = 12
BATCHES = 10
ROUNDS = 15
DAYS = 120
BASIS = LegalBasis("benchmark", NOW - timedelta(days=400))
CALLER = CallerNumber("+74950000000", "benchmark", "benchmark", "", BASIS.valid_from)
RULES = load_rules("ru-230fz-agency", ("attempts-3-a-day", "one-talk-per-phone-per-day"))
OUTCOME = "CASE WHEN i % 10 = 0 THEN 'msg_delivered' ELSE 'no_answer' END"
COLUMNS = (
    "id, debtor_id, channel, direction, phone, caller_number, segment, step, script, creditor, debt, rules, node,"
    " reserved_at, outcome, reason, ring_ms, talk_ms, digits, result, last_node"
)


def fill(books: Books, touches: int) -> int:
    """Debtors and their touches; answers how many debtors. Indexes are dropped while it loads."""
    debtors = max(BATCH * 50, touches // EACH)
    sqlite = books.engine.dialect.name == "sqlite"
    seconds = f"(i * 7919 % {DAYS * 86_400})"
    base = int(NOW.timestamp()) - DAYS * 86_400
    if sqlite:
        at = f"strftime('%Y-%m-%d %H:%M:%S.000000', {base} + {seconds}, 'unixepoch')"
        series = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})"
        id, phone = "printf('%032x', i)", "printf('+79%09d', 1 + i % {})"
    else:
        at = f"to_timestamp({base} + {seconds})"
        series = "WITH n(i) AS (SELECT generate_series(1, {}::bigint))"
        id, phone = "lpad(to_hex(i), 32, '0')", "'+79' || lpad((1 + i % {})::text, 9, '0')"
    values = (
        f"{id}, 1 + i % {debtors}, 'voice_msg', 'out', {phone.format(debtors)}, '{CALLER.number}', '', '', '', '', '',"
        f" '', '', {at}, {OUTCOME}, '', 0, 0, '', '', ''"
    )
    person = "portfolio_id, external_id, name, region, zones, language, vulnerable, digest"
    vulnerable = "0" if sqlite else "false"
    with books.write() as tx:
        run = tx.connection.execute
        tx.numbers.put(CALLER)
        portfolio = tx.portfolios.put("benchmark", creditor="benchmark", contact_phone="", basis=BASIS)
        named = "CAST(i AS TEXT)"
        person_values = f"{portfolio.id}, {named}, '', '', 'Europe/Moscow', 'ru', {vulnerable}, ''"
        run(_insert(sqlite, "debtor", person, person_values, series.format(debtors)))
        indexes = _drop_indexes(tx.connection, sqlite)
        run(_insert(sqlite, "touch", COLUMNS, values, series.format(touches)))
        for index in indexes:
            run(text(index))
    with books.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    return debtors


def _insert(sqlite: bool, table: str, columns: str, values: str, series: str) -> Any:
    if sqlite:
        return text(f"INSERT INTO {table} ({columns}) {series} SELECT {values} FROM n")
    return text(f"{series} INSERT INTO {table} ({columns}) SELECT {values} FROM n")


def _drop_indexes(connection: Any, sqlite: bool) -> list[str]:
    if sqlite:
        found = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'touch' AND sql IS NOT NULL"
    else:
        found = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'touch' AND indexname NOT LIKE '%pkey'"
    rows = connection.execute(text(found)).all()
    for name, _ in rows:
        connection.execute(text(f"DROP INDEX {name}"))
    return [str(made) for _, made in rows]


def batches(debtors: int, start: int) -> list[list[TouchRequest]]:
    """Requests for debtors spread over the whole portfolio, each asked once."""
    stride = max(1, debtors // (BATCH * BATCHES))
    asked = [_request(1 + (start + k * stride) % debtors) for k in range(BATCH * BATCHES)]
    return [asked[first : first + BATCH] for first in range(0, len(asked), BATCH)]


def _request(debtor: int) -> TouchRequest:
    number = PhoneNumber(f"+79{debtor:09d}")
    debt = Debt("1", "heat", 280_000, date(2025, 11, 1))
    person = Debtor(debtor, str(debtor), 1, ("Europe/Moscow",), debts=(debt,), phones=(Phone(number),))
    what = (None, None, "s", "", "x", CALLER.number, "n")
    return TouchRequest(new_touch_id(), person, Channel.VOICE_MSG, number, *what)


@dataclass(frozen=True, slots=True)
class Log:
    """A filled log; the engine's way and the bare way to write the same rows into it."""

    books: Books
    debtors: int

    def rates(self, nth: int) -> tuple[float, float]:
        """Rows a second, reserved and bare, over one round; the log is as before afterwards."""
        judged = self._rate(self._reserve, batches(self.debtors, 2 * nth))
        return judged, self._rate(self._insert, batches(self.debtors, 2 * nth + 1))

    def _rate(
        self, write: Callable[[Transaction, list[TouchRequest]], int], asked: list[list[TouchRequest]]
    ) -> float:
        began = perf_counter()
        written = sum(self.books.attempt(lambda tx, batch=batch: write(tx, batch)) for batch in asked)  # type: ignore[misc]
        took = perf_counter() - began
        assert written >= 0.99 * BATCH * BATCHES, "refusals write nothing, so they would flatter the rate"
        with self.books.write() as tx:
            ids = [request.id for batch in asked for request in batch]
            tx.connection.execute(delete(EVENT).where(EVENT.c.touch_id.in_(ids)))
            tx.connection.execute(delete(TOUCH).where(TOUCH.c.id.in_(ids)))
        return written / took

    def _reserve(self, tx: Transaction, batch: list[TouchRequest]) -> int:
        return sum(isinstance(v, Allowed) for v in tx.touches.reserve(batch, RULES, BASIS, NOW))

    def _insert(self, tx: Transaction, batch: list[TouchRequest]) -> int:
        tx.touches._log([(request, NOW) for request in batch], RULES)
        return len(batch)


@contextmanager
def filled(kind: str, touches: int, folder: Path) -> Iterator[Log]:
    """A log with so many touches."""
    with database(kind, folder) as url:
        books = Books.open(url)
        upgrade(books.engine)
        began = perf_counter()
        debtors = fill(books, touches)
        _say(f"{kind}: {touches:,} touches loaded in {perf_counter() - began:.0f} s")
        yield Log(books, debtors)
        books.close()


def measure(kind: str, sizes: list[int], folder: Path) -> dict[str, Any]:
    """One database at every size; the sizes take turns, so that what else the machine does hits all of them."""
    with ExitStack() as opened:
        logs = [opened.enter_context(filled(kind, size, folder / f"{kind}-{size}")) for size in sizes]
        rounds = [[log.rates(nth) for log in logs] for nth in range(ROUNDS + 1)][1:]  # the first one warms up
    shutil.rmtree(folder, ignore_errors=True)
    judged = [median(row[nth][0] for row in rounds) for nth in range(len(sizes))]
    bare = [median(row[nth][1] for row in rounds) for nth in range(len(sizes))]
    worst = judged.index(min(judged))
    found = {
        "sizes": {
            str(size): {"per_s": round(a), "baseline_per_s": round(b)}
            for size, a, b in zip(sizes, judged, bare, strict=True)
        },
        "per_s": round(judged[worst]),
        "baseline_per_s": round(bare[worst]),
        "ratio_to_baseline": round(judged[worst] / bare[worst], 3),
        "cost_ratio_1e7_to_1e5": round(median(row[0][0] / row[-1][0] for row in rounds), 3),
        "baseline_cost_ratio_1e7_to_1e5": round(median(row[0][1] / row[-1][1] for row in rounds), 3),
    }
    _say(f"{kind}: {found}")
    return found


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument(
        "--sizes", default="100000,1000000,10000000", help="touches in the log, smallest first"
    )
    parser.add_argument("--databases", default=",".join(KINDS))
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.sizes.split(",")]
    folder = Path(tempfile.mkdtemp(prefix="dz-"))
    try:
        document = {kind: measure(kind, sizes, folder) for kind in arguments.databases.split(",")}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if arguments.json:
        print(json.dumps(document, indent=2))
        return
    for kind, found in document.items():
        print(
            f"{kind}: {found['per_s']:,} reservations/s at worst (bar 3,000), bare insert {found['baseline_per_s']:,}/s"
        )
        print(
            f"  cost at the largest log over cost at the smallest: {found['cost_ratio_1e7_to_1e5']} (bar 1.3)"
        )


if __name__ == "__main__":
    main()
