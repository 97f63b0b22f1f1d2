"""From a caller's number to his card, in large books: who calls, and all that the screen shows of him.

    python -m benchmarks.card --json [--debtors 1000000] [--databases sqlite,postgresql]

Every debtor has three phones and two debts, and is planned by a campaign; every fifth was called today, every hundredth
is blocked. Every debtor asked about has forty more touches, a promise, a payment and a proceeding; a bailiff runs
forty proceedings. Each question is a transaction of its own; the first ones, which warm the caches, are told apart. An
*invite* is all that happens between the first ring and the card: match, card, and the durable line in the log. The
baseline, in the same run and process, is the bare look-up of the same debtors by their primary key.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any, NamedTuple

from sqlalchemy import insert, select, text

from benchmarks.databases import database
from benchmarks.plan import BASIS, CALLER, LATER, NOW, STRATEGY, apart, prepare
from dialer.handlers.card import bailiff_card, debtor_card
from dialer.ids import new_touch_id
from domain.caller import CallerKind, Match
from domain.caller_number import CallerNumber
from domain.campaign import Campaign
from domain.debtor import Promise, PromiseState
from ledger.books import Books, Transaction
from ledger.fact_tables import PaymentRow, ProceedingRow
from ledger.inbound import InboundCall
from ledger.projection import UNSETTLED
from ledger.promises import Promised
from ledger.tables import DebtorRow, TouchRow, table
from strategies.load import strategy_text

DEBTOR = table(DebtorRow)
ASKED = 400
WARMING = 20
TOUCHES = 40
A_BAILIFF = 40
BAR_MS = 20.0
BAR_P99_MS = 50.0
DAY = timedelta(days=1)


SERIES = {
    True: "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0}) SELECT i FROM n) AS s",
    False: "(SELECT generate_series(1, {0}) AS i) AS s",
}
HEX = {True: "printf('%032x', debtor_id)", False: "lpad(to_hex(debtor_id), 32, '0')"}
"""Counting, and a touch's id, in SQLite and in PostgreSQL."""

DEBTORS = """\
INSERT INTO debtor (portfolio_id, external_id, name, region, zones, language, vulnerable, stage, property_class, tags,
  digest)
SELECT 1, 'D' || (i - 1), 'Должник ' || (i - 1), 'RU-MOS', 'Europe/Moscow', 'ru', FALSE, 'pre_court', '', '', ''
FROM SERIES ORDER BY i"""
DEBTS = """\
INSERT INTO debt (debtor_id, account, service, kopecks, oldest_unpaid)
SELECT i, CAST(i * 2 + half.nth AS VARCHAR), 'heat', 100000 + i % 900000, :oldest
FROM SERIES, (SELECT 0 AS nth UNION ALL SELECT 1) AS half"""
PHONES = """\
INSERT INTO phone (debtor_id, number, status, source, position)
SELECT i, '+79' || place.digit || substr(CAST(100000000 + i - 1 AS VARCHAR), 2), 'unverified', 'client', place.nth
FROM SERIES, (SELECT 0 AS nth, 1 AS digit UNION ALL SELECT 1, 2 UNION ALL SELECT 2, 5) AS place"""
PLANS = """\
INSERT INTO plan (campaign_id, debtor_id, state, segment, variant, step, attempts, round, turn, avoid, priority, desk,
  mode, due_at, why, reason, place)
SELECT :campaign, i, 'due', 'fresh', '', 'inform', 0, 0, 0, '', 20, '', '', :at, 'first', '', '' FROM SERIES"""
CALLED = """\
INSERT INTO touch (id, debtor_id, campaign_id, strategy_version_id, channel, direction, phone, caller_number, segment,
  variant, step, why, script, creditor, debt, rules, node, reserved_at, outcome, reason, ring_ms, talk_ms, digits,
  result, last_node, node_ms, answers)
SELECT HEX, debtor_id, :campaign, :version, 'voice_msg', 'out', number, '', '', '', '', '', '', '', '', '', '', :at,
  'no_answer', '', 0, 0, '', '', '', 0, '' FROM phone WHERE position = 0 AND debtor_id % 5 = 0"""
BLOCKED = """\
INSERT INTO block (scope, debtor_id, target, channels, starts_at, reason, document, author)
SELECT 'debtor', i, '', 'call_human', :at, 'hospital', '', 'benchmark' FROM SERIES WHERE i % 100 = 0"""


def key_of(nth: int, debtors: int) -> str:
    """The debtors asked about lie all over the books."""
    return f"D{nth * (debtors // ASKED)}"


def number_of(nth: int, debtors: int) -> str:
    """The first phone of each, as the carrier shows it."""
    return f"791{nth * (debtors // ASKED):08}"


def bailiff_number(nth: int) -> str:
    """Every forty debtors asked about have one bailiff."""
    return f"+7495{nth // A_BAILIFF:07}"


def fill(url: str, debtors: int) -> None:
    """The books, by one statement for each table; whoever is asked about has a past of his own."""
    books = Books.open(url)
    sqlite = books.engine.dialect.name == "sqlite"
    with books.write() as tx:
        campaign = _campaign(tx)
        values = {
            "campaign": campaign.id,
            "version": campaign.strategy_version_id,
            "at": _told(sqlite),
            "oldest": "2025-11-01",
        }
        for statement in (DEBTORS, DEBTS, PHONES, PLANS, CALLED, BLOCKED):
            sql = statement.replace("HEX", HEX[sqlite]).replace("SERIES", SERIES[sqlite].format(debtors))
            used = {name: value for name, value in values.items() if f":{name}" in sql}
            tx.connection.execute(text(sql.replace("FALSE", "0" if sqlite else "FALSE")), used)
        for nth in range(ASKED):
            _past(tx, nth, debtors)
    with books.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    books.close()


def _campaign(tx: Transaction) -> Campaign:
    """A campaign of the shipped strategy, with all that a reserve asks for."""
    portfolio = tx.portfolios.put("benchmark", creditor="benchmark", contact_phone=CALLER, basis=BASIS)
    tx.numbers.put(CallerNumber(CALLER, "contract", "label", "", NOW - 9 * DAY))
    version = tx.versions.put(STRATEGY, strategy_text(STRATEGY)[0], author="benchmark", now=NOW)
    caps = {"caller_number": CALLER, "max_channels": 30, "max_calls_per_second": 10.0}
    return tx.campaigns.create("spring", version_id=version.id, now=NOW, portfolio_id=portfolio.id, **caps)


def _told(sqlite: bool) -> str:
    """This morning, as the database keeps instants."""
    at = NOW - timedelta(hours=2)
    return at.isoformat(" ", "microseconds").removesuffix("+00:00") if sqlite else at.isoformat()


def _past(tx: Transaction, nth: int, debtors: int) -> None:
    holder = tx.cards.keyed(key_of(nth, debtors))
    _touch(tx, holder.debtor_id, number_of(nth, debtors))
    row = {"debtor_id": holder.debtor_id, "portfolio_id": holder.portfolio_id}
    paid = {**row, "key": f"p{nth}", "paid_on": NOW.date() - 30 * DAY, "kopecks": 5_000}
    tx.connection.execute(insert(table(PaymentRow)).values(paid))
    tx.connection.execute(insert(table(ProceedingRow)).values(_proceeding(nth, holder.debtor_id)))
    promise = Promise(NOW - 3 * DAY, NOW.date() + 3 * DAY, 50_000, PromiseState.OPEN)
    tx.promises.add([Promised(holder.debtor_id, promise)])


def _touch(tx: Transaction, debtor_id: int, number: str) -> None:
    """Touches of four months, one in ten of them a talk."""
    texts = (
        "caller_number",
        "segment",
        "variant",
        "step",
        "why",
        "script",
        "creditor",
        "debt",
        "rules",
        "node",
    )
    same = {"debtor_id": debtor_id, "campaign_id": 1, "channel": "voice_msg", "direction": "out"}
    same |= {"phone": f"+{number}"} | dict.fromkeys(texts, "")
    rows = [
        {
            **UNSETTLED,
            **same,
            "id": f"f{debtor_id:027x}{nth:04x}",
            "reserved_at": NOW - (nth + 1) * 3 * DAY,
            "outcome": "msg_delivered" if nth % 10 == 0 else "no_answer",
        }
        for nth in range(TOUCHES)
    ]
    tx.connection.execute(insert(table(TouchRow)), rows)


def _proceeding(nth: int, debtor_id: int) -> dict[str, Any]:
    official = {"bailiff": f"Пристав {nth // A_BAILIFF}", "department": "ОСП 1", "address": "Омск"}
    facts = {
        "number": f"{nth}/26",
        "opened_on": NOW.date() - 90 * DAY,
        "document": "СП 2-1",
        "kopecks": 100_000,
    }
    return {
        "debtor_id": debtor_id,
        "bailiff_phone": bailiff_number(nth),
        "end_reason": "",
        **official,
        **facts,
    }


def do_cards(url: str, debtors: int) -> dict[str, dict[str, float]]:
    """The cards and, between them, the bare look-ups."""
    books = Books.open(url)
    with books.read() as tx:
        ids = [tx.cards.keyed(key_of(nth, debtors)).debtor_id for nth in range(ASKED)]

    def debtor(nth: int) -> Match:
        with books.read() as tx:
            match = tx.callers.match(number_of(nth, debtors), LATER)
            assert match.kind is CallerKind.DEBTOR, match
            card = debtor_card(tx, tx.cards.holder(match.candidates[0].debtor_id), now=LATER)
            assert card.document()["proceedings"]
            assert len(card.touches) == 5
        return match

    def invite(nth: int) -> None:
        match = debtor(nth)
        with books.write() as tx:
            who = tx.debtors.load([ids[nth]])[ids[nth]]
            call = InboundCall(new_touch_id(), match.number, CALLER, "node1", match.reason, who)
            tx.inbound.arrived(call, LATER - DAY)

    def bailiff(nth: int) -> None:
        with books.read() as tx:
            (official,) = tx.callers.match(bailiff_number(nth), LATER).bailiffs
            assert bailiff_card(tx, official.name, official.department, now=LATER).open == A_BAILIFF

    def bare(nth: int) -> None:
        with books.read() as tx:
            tx.connection.execute(select(DEBTOR).where(DEBTOR.c.id == ids[nth])).one()

    asked = {"invite": invite, "debtor": debtor, "bailiff": bailiff, "primary_key": bare}
    taken: dict[str, list[Taken]] = {name: [] for name in asked}
    for nth in range(ASKED):
        for name, ask in asked.items():
            taken[name].append(_timed(ask, nth))
    return {name: _figures(times) for name, times in taken.items()}


class Taken(NamedTuple):
    """Milliseconds of one question, and those in which its process computed: others may have kept it waiting."""

    ms: float
    cpu_ms: float


def _timed(ask: Callable[[int], object], nth: int) -> Taken:
    """One question in a transaction of its own."""
    began, computed = perf_counter(), process_time()
    ask(nth)
    return Taken((perf_counter() - began) * 1000, (process_time() - computed) * 1000)


def _figures(times: list[Taken]) -> dict[str, float]:
    warm = times[WARMING:]
    return {
        "first_ms": round(times[0].ms, 2),
        "median_ms": round(median(one.ms for one in warm), 2),
        "p99_ms": round(quantiles((one.ms for one in warm), n=100)[98], 2),
        "cpu_median_ms": round(median(one.cpu_ms for one in warm), 2),
        "cpu_p99_ms": round(quantiles((one.cpu_ms for one in warm), n=100)[98], 2),
    }


def measure(kind: str, debtors: int, folder: Path) -> dict[str, Any]:
    """Fill the books, then ask."""
    with database(kind, folder / "books") as url:
        prepare(url)
        print(f"{kind}: filled in {apart(fill, url, debtors).seconds:.0f} s", file=sys.stderr, flush=True)
        found: dict[str, Any] = apart(do_cards, url, debtors).found
    for name in ("debtor", "invite", "bailiff"):
        found[name]["ratio"] = round(found[name]["median_ms"] / found["primary_key"]["median_ms"], 1)
    return {"debtors": debtors, **found, "bars_ms": {"median": BAR_MS, "p99": BAR_P99_MS}}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--debtors", type=int, default=1_000_000)
    parser.add_argument("--databases", default="sqlite")
    arguments = parser.parse_args()
    document = {}
    for kind in arguments.databases.split(","):
        folder = Path(tempfile.mkdtemp(prefix="dz-"))
        try:
            document[kind] = measure(kind, max(ASKED, arguments.debtors), folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    if arguments.json:
        print(json.dumps(document, indent=2))
        return
    for kind, found in document.items():
        for name in ("debtor", "invite", "bailiff", "primary_key"):
            one = found[name]
            ratio = f", {one['ratio']} times the bare look-up" if "ratio" in one else ""
            took = f"{one['median_ms']} ms (computed {one['cpu_median_ms']}), p99 {one['p99_ms']} ms"
            print(f"{kind}, {found['debtors']:,} debtors: {name} {took}{ratio}")


if __name__ == "__main__":
    main()
