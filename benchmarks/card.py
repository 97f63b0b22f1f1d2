"""From a caller's number to his card, in large books: who calls, and all that the screen shows of him.

    python -m benchmarks.card --json [--debtors 1000000] [--databases sqlite,postgresql]

The books are those of `benchmarks.plan`: three phones and two debts each, a campaign with everybody planned, calls of
today, blocks. Every debtor asked about has forty more touches, a promise, a payment and a proceeding; a bailiff runs
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

from sqlalchemy import insert, select

from benchmarks.databases import database
from benchmarks.plan import CALLER, LATER, NOW, apart, do_import, do_plan, fill_log, prepare, write_file
from dialer.handlers.card import bailiff_card, debtor_card
from dialer.ids import new_touch_id
from domain.caller import CallerKind, Match
from domain.debtor import Promise, PromiseState
from ledger.books import Books, Transaction
from ledger.fact_tables import PaymentRow, ProceedingRow
from ledger.inbound import InboundCall
from ledger.projection import UNSETTLED
from ledger.promises import Promised
from ledger.tables import DebtorRow, TouchRow, table

DEBTOR = table(DebtorRow)
ASKED = 400
WARMING = 20
TOUCHES = 40
A_BAILIFF = 40
BAR_MS = 20.0
BAR_P99_MS = 50.0
DAY = timedelta(days=1)


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
    """A past for the debtors who are asked about."""
    books = Books.open(url)
    with books.write() as tx:
        for nth in range(ASKED):
            holder = tx.cards.keyed(key_of(nth, debtors))
            _touch(tx, holder.debtor_id, number_of(nth, debtors))
            row = {"debtor_id": holder.debtor_id, "portfolio_id": holder.portfolio_id}
            paid = {**row, "key": f"p{nth}", "paid_on": NOW.date() - 30 * DAY, "kopecks": 5_000}
            tx.connection.execute(insert(table(PaymentRow)).values(paid))
            tx.connection.execute(insert(table(ProceedingRow)).values(_proceeding(nth, holder.debtor_id)))
            promise = Promise(NOW - 3 * DAY, NOW.date() + 3 * DAY, 50_000, PromiseState.OPEN)
            tx.promises.add([Promised(holder.debtor_id, promise)])
    books.close()


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
            "id": f"{debtor_id:028x}{nth:04x}",
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
        path = folder / "debtors.csv"
        write_file(path, debtors)
        for work, arguments in ((do_import, (path,)), (do_plan, ())):
            done = apart(work, url, *arguments)
            print(f"{kind}: {work.__name__} {done.seconds:.0f} s", file=sys.stderr, flush=True)
        fill_log(url)
        fill(url, debtors)
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
