"""Many processes fight for few debtors, persons and shared phones; afterwards an independent checker counts.

    python -m benchmarks.contention --attempts 1000000 --json [--processes 4] [--databases sqlite,postgresql]

Each process reserves batches for the same debtors and closes what it got with outcomes drawn by its seed, on a clock of
its own that runs apart from the others'. The checker knows nothing of the rules' code: it reads the journal and counts
by local day. A deliberately broken build (judged in one transaction, logged in another: check-then-act) must be caught.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import insert, text

from benchmarks.databases import KINDS, database
from dialer.ids import new_touch_id
from dialer.logs import configure_logs
from domain.call import Call
from domain.caller_number import CallerNumber
from domain.debtor import Debtor
from domain.errors import TryAgain
from domain.intensity import Allowed
from domain.portfolio import LegalBasis
from domain.touch import Channel, Outcome, TouchId
from domain.verdict import Verdict
from ledger.books import Books
from ledger.migrate import upgrade
from ledger.tables import DebtorRow, table
from ledger.touches import Closing, TouchRequest
from strategies.regime import load_rules

DEBTORS = 60
PHONES = 25
BATCH = 20
START = datetime(2026, 3, 2, 6, tzinfo=UTC)
STEP = timedelta(minutes=10)
ZONE = "Europe/Moscow"
BASIS = LegalBasis("benchmark", START - timedelta(days=1))
CALLER = CallerNumber("+74950000000", "benchmark", "benchmark", "", BASIS.valid_from)
RULES = load_rules("ru-230fz-agency", ("attempts-3-a-day", "one-talk-per-phone-per-day"))
CHANNELS = (Channel.CALL_HUMAN, Channel.VOICE_MSG)
OUTCOMES = {
    Channel.CALL_HUMAN: (Outcome.NO_ANSWER, Outcome.BUSY, Outcome.TALK_DEBTOR, Outcome.TALK_THIRD_PARTY),
    Channel.VOICE_MSG: (Outcome.NO_ANSWER, Outcome.BUSY, Outcome.MSG_DELIVERED),
}
BROKEN_ATTEMPTS = 40_000
PERSONS = text("SELECT id, person FROM debtor")
UNSETTLED = frozenset({None, "unknown"})
WRITTEN = frozenset({"sms", "messenger"})
MESSAGES = frozenset({"msg_sent", "msg_delivered", "answered_short"})
"""It may have been anything, so it counts as everything."""


def compete(url: str, seed: int, attempts: int, broken: bool) -> None:
    """One process: reserve, close, again."""
    configure_logs("error")  # the clocks run apart on purpose
    random, books = Random(seed), Books.open(url)
    done = 0
    while done < attempts:
        now = START + STEP * (done // BATCH) + timedelta(seconds=random.randint(0, 90))
        requests = [_request(random) for _ in range(BATCH)]
        granted = (_reserve_broken if broken else _reserve)(books, requests, now)
        closings = [_closing(request, random, now) for request in granted]
        books.attempt(lambda tx, closings=closings: tx.touches.close(closings))  # type: ignore[misc]
        done += BATCH
    books.close()


def _reserve(books: Books, requests: list[TouchRequest], now: datetime) -> list[TouchRequest]:
    verdicts = books.attempt(lambda tx: tx.touches.reserve(requests, RULES, BASIS, now))
    return [r for r, verdict in zip(requests, verdicts, strict=True) if isinstance(verdict, Allowed)]


def _reserve_broken(books: Books, requests: list[TouchRequest], now: datetime) -> list[TouchRequest]:
    """What most diallers do: look, then act."""
    with books.read() as tx:
        judged = tx.touches.judge(requests, RULES, BASIS, now)
    granted = [
        (r, at) for r, (verdict, at) in zip(requests, judged, strict=True) if isinstance(verdict, Allowed)
    ]
    try:
        books.attempt(lambda tx: tx.touches._log(granted, RULES))
    except TryAgain:
        return []
    return [request for request, _ in granted]


def _request(random: Random) -> TouchRequest:
    id = random.randint(1, DEBTORS)
    debtor = Debtor(id, str(id), 1, (ZONE,), person=_person(id))
    phone = f"+7900{id % PHONES:07d}"
    channel = random.choice(CHANNELS)
    what = (None, None, "s", "", "x", CALLER.number, "n")
    return TouchRequest(TouchId(new_touch_id()), debtor, channel, phone, *what)


def _person(debtor: int) -> str:
    """Of the last third two debtors each are one."""
    return f"person {debtor // 2}" if debtor >= DEBTORS * 2 // 3 else ""


def _closing(request: TouchRequest, random: Random, now: datetime) -> Closing:
    outcome = random.choice(OUTCOMES[request.channel])
    return Closing(Call(request.id, created_at=now, ended_at=now), Verdict(outcome, "benchmark"), now)


def count_breaches(books: Books) -> dict[str, int]:
    """Read the journal and count, knowing only what the law says of each counter. No rule code is used."""
    touches: dict[str, dict[str, Any]] = {}
    with books.read() as tx:
        whose = {row.id: row.person or row.id for row in tx.connection.execute(PERSONS)}
        for line in tx.connection.execute(
            text("SELECT touch_id, kind, facts, at FROM touch_event ORDER BY id")
        ):
            facts = orjson.loads(line.facts)
            if line.kind == "reserved":
                at = line.at if isinstance(line.at, datetime) else datetime.fromisoformat(line.at)
                local = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(ZoneInfo(ZONE))
                touches[line.touch_id] = {**facts, "day": local.date(), "outcome": None}
            elif (
                line.kind == "closed" and line.touch_id in touches
            ):  # who calls or writes us is under no limit
                touches[line.touch_id]["outcome"] = facts["outcome"]
    counted: Counter[tuple[Any, ...]] = Counter()
    for touch in touches.values():
        counted.update(_counters(touch, whose[touch["debtor_id"]]))
    most = {"attempts": 3, "messages-day": 2, "messages-week": 4, "messages-month": 16}
    most |= {"calls-day": 1, "calls-week": 2, "calls-month": 8, "talk-phone": 1}
    over = Counter(key[0] for key, number in counted.items() if number > most[key[0]])
    return dict(over)


def _counters(touch: dict[str, Any], debtor: int | str) -> list[tuple[Any, ...]]:
    day, outcome = touch["day"], touch["outcome"]
    week, month = day - timedelta(days=day.weekday()), (day.year, day.month)
    if outcome == "not_placed":
        return []
    keys: list[tuple[Any, ...]] = [] if touch["channel"] in WRITTEN else [("attempts", debtor, day)]
    if touch["channel"] in WRITTEN | {"voice_msg"} and outcome in UNSETTLED | MESSAGES:
        keys += [
            ("messages-day", debtor, day),
            ("messages-week", debtor, week),
            ("messages-month", debtor, month),
        ]
    if touch["channel"] == "call_human" and outcome in UNSETTLED | {"talk_debtor"}:
        keys += [("calls-day", debtor, day), ("calls-week", debtor, week), ("calls-month", debtor, month)]
    talks = {"talk_debtor", "talk_third_party", "talk_wrong_person"}
    if touch["channel"] not in WRITTEN and outcome in UNSETTLED | talks:
        keys.append(("talk-phone", touch["phone"], day))
    return keys


def run(kind: str, folder: Path, attempts: int, processes: int, *, broken: bool) -> dict[str, Any]:
    """One fight on a fresh database."""
    with database(kind, folder) as url:
        books = Books.open(url)
        upgrade(books.engine)
        with books.write() as tx:
            tx.numbers.put(CALLER)
            portfolio = tx.portfolios.put("benchmark", creditor="", contact_phone="", basis=BASIS)
            person = {"portfolio_id": portfolio.id, "zones": ZONE, "name": "", "region": "", "language": "ru"}
            rows = [
                {
                    **person,
                    "external_id": str(i),
                    "vulnerable": False,
                    "digest": "",
                    "person": _person(i) or None,
                }
                for i in range(1, DEBTORS + 1)
            ]
            tx.connection.execute(insert(table(DebtorRow)), rows)
        context = multiprocessing.get_context("spawn")
        share = attempts // processes
        workers = [
            context.Process(target=compete, args=(url, seed, share, broken)) for seed in range(processes)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        failed = [worker.exitcode for worker in workers if worker.exitcode]
        if failed:
            raise SystemExit(f"{len(failed)} of {processes} processes failed")
        breaches = count_breaches(books)
        with books.read() as tx:
            granted = tx.connection.scalar(text("SELECT count(*) FROM touch"))
        books.close()
    shutil.rmtree(folder, ignore_errors=True)
    return {
        "attempts": share * processes,
        "granted": granted,
        "breaches": sum(breaches.values()),
        "by_rule": breaches,
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--attempts", type=int, default=1_000_000, help="per database")
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--databases", default=",".join(KINDS))
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dz-"))
    document = {}
    try:
        for kind in arguments.databases.split(","):
            sound = run(kind, folder / kind, arguments.attempts, arguments.processes, broken=False)
            few = min(BROKEN_ATTEMPTS, arguments.attempts)
            broken = run(kind, folder / f"{kind}-broken", few, arguments.processes, broken=True)
            document[kind] = {**sound, "broken_build_caught": broken["breaches"] > 0, "broken_build": broken}
            print(f"{kind}: {document[kind]}", file=sys.stderr, flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if arguments.json:
        print(json.dumps(document, indent=2))
    worst = any(one["breaches"] or not one["broken_build_caught"] for one in document.values())
    sys.exit(1 if worst else 0)


if __name__ == "__main__":
    main()
