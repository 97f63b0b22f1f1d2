"""Messages per second through SMPP and HTTP, reserve and journal included, beside bare loops over the same libraries.

    python -m benchmarks.messages --json [--messages 2000] [--window 200] [--rounds 3]

Both sides send to a virtual post office, whose record (fsync'ed before it answers) tells the rate: letters between the
first of all and the last receipt that was thanked for. For the engine the first of all is the first reserve. It is two
processes as in production: ``dozvon dialer`` reserves, which is all rules, touches and journal in durable transactions,
``dozvon messages`` claims, sends, books receipts and thanks for them. The bare loop is one process that makes the same
texts for the same phones, keeps ``--window`` of them under way as the engine does, reads its receipts (over HTTP at a
port of its own), and writes nothing down. Sides take turns in rounds, medians are printed. ``plain`` is the loop of the
library's own manual, one letter at a time. CPU is in milliseconds a letter, receipts included: of all processes of a
side but the post office, and beside it what the post office itself took for that side.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any, NamedTuple

import httpx
from fastapi import FastAPI, Request
from smpplib.client import Client

from asterisk.ports import LOOPBACK
from dialer.demo.post_office.addressees import Addressee, Habits
from dialer.demo.post_office.customer import HUB, settle_down
from dialer.demo.post_office.plan import PostPlan
from dialer.demo.post_office.process import PostOffice
from dialer.serving import serving
from tests.e2e.message_play import open_message_play, strategy
from tests.e2e.play import ordinary
from tests.polling import until

DOORS = ("smpp", "http")
TEXT = "Долг 1234,50 руб. Дозвон +74950000001"
LETTERS = PostPlan(
    habits=Habits(shares={Addressee.RECEIVES: 1.0}, delay=(0.05, 0.2), reads=0.0), messages_per_s=10_000.0
)
BAR = 0.7
PLAIN = 200
"""Letters of the manual's loop: it is slow."""

LOOKS_EACH_S = 0.2
ENDS_S = 600.0


class Run(NamedTuple):
    """One side of a round."""

    rate: float
    cpu_ms: float
    office_ms: float


def rate(post: PostOffice, began: datetime | None = None) -> float:
    """Letters per second, from ``began`` or the first that was taken to the last receipt that was thanked for."""
    taken = [row for row in post.rows() if "taken" in row]
    first = began or min(datetime.fromisoformat(row["at"]) for row in taken)
    last = max(datetime.fromisoformat(row["at"]) for row in post.rows() if "told" in row)
    return len(taken) / (last - first).total_seconds()


def cpu_s(pid: int | None) -> float:
    """What a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def bare(folder: Path, door: str, messages: int, window: int) -> Run:
    """The library alone."""
    settled, heard = settle_down(LETTERS, folder, timedelta())
    post = PostOffice(folder, settled.plan)
    await post.start()
    began, office_began = process_time(), cpu_s(post.pid)
    try:
        if door == "smpp":
            await asyncio.to_thread(submit, post, messages, window)
        else:
            assert heard.port is not None
            await post_all(post, messages, window, heard.port)
        used, office_used = process_time() - began, cpu_s(post.pid) - office_began
        return Run(rate(post), 1000 * used / messages, 1000 * office_used / messages)
    finally:
        post.stop()


def submit(post: PostOffice, messages: int, window: int) -> None:
    """smpplib: submit while the window has room, else read what comes, until all is answered and receipted."""
    client = Client("127.0.0.1", post.plan.smpp_port, timeout=60, allow_unknown_opt_params=True)
    client.logger.setLevel(logging.ERROR)
    answered, told = set[int](), set[bytes]()
    client.set_message_sent_handler(lambda pdu: answered.add(pdu.sequence))
    client.set_message_received_handler(lambda pdu: told.add(pdu.receipted_message_id))
    client.connect()
    client.bind_transceiver(system_id=post.plan.system_id, password=post.plan.password)
    sent = 0
    while len(answered) < messages or len(told) < messages:
        while sent < messages and sent - len(answered) < window:
            client.send_message(
                source_addr_ton=5,
                source_addr="Dozvon",
                dest_addr_ton=1,
                dest_addr_npi=1,
                destination_addr=phone(sent).lstrip("+"),
                short_message=TEXT.encode("utf-16-be"),
                data_coding=8,
                registered_delivery=1,
            )
            sent += 1
        client.read_once()
    client.unbind()
    client.disconnect()


async def post_all(post: PostOffice, messages: int, window: int, port: int) -> None:
    """httpx: so many posts under way at once, until each is answered and receipted."""
    numbers, told, all_told = iter(range(messages)), set[str](), asyncio.Event()
    headers = {"Authorization": f"Bearer {post.plan.api_key}"}
    limits = httpx.Limits(max_connections=window, max_keepalive_connections=window)

    async def receive(request: Request) -> None:
        receipt = await request.json()
        if receipt["status"] == "delivered":
            told.add(receipt["id"])
            if len(told) == messages:
                all_told.set()

    async def some(client: httpx.AsyncClient) -> None:
        for nth in numbers:
            order = {"channel": "messenger", "to": phone(nth), "sender": "Dozvon", "text": TEXT}
            key = {"Idempotency-Key": f"{nth:032x}"}
            said = await client.post("/v1/messages", json={"client_id": f"{nth:032x}", **order}, headers=key)
            said.raise_for_status()

    app = FastAPI(openapi_url=None)
    app.add_api_route(f"/providers/{HUB}/receipts", receive, methods=["POST"])
    async with (
        serving(app, LOOPBACK, port, remedy="", grace_s=1),
        httpx.AsyncClient(base_url=post.url, headers=headers, limits=limits, trust_env=False) as client,
    ):
        await asyncio.gather(*(some(client) for _ in range(window)))
        await all_told.wait()


def phone(nth: int) -> str:
    """A number that receives."""
    return f"+7935{nth:07}"


async def engine(folder: Path, door: str, messages: int, window: int) -> Run:
    """Reserve, claim, send, receipts: all of it."""
    text = strategy(sms=100 if door == "smpp" else 0, text="{creditor}: {debt} руб. {callback}")
    post = LETTERS.model_copy(update={"window": window})
    async with open_message_play(folder, ordinary(messages), post=post, text=text) as play:
        async with (
            play.process("messages") as sender,
            play.process("dialer", "--campaign", "play") as dialler,
        ):
            await until(lambda: seldom(play.touches), ENDS_S, "the first reserve")
            ours, office = cpu_s(sender.pid) + cpu_s(dialler.pid), cpu_s(play.post.pid)
            await until(lambda: seldom(lambda: play.post.taken() >= messages), ENDS_S, "the last letter")
            await until(lambda: seldom(lambda: None not in play.log().values()), ENDS_S, "the last receipt")
            ours, office = cpu_s(sender.pid) + cpu_s(dialler.pid) - ours, cpu_s(play.post.pid) - office
        comparison = play.compared()
        if not comparison.equal or comparison.taken != messages:
            raise SystemExit(f"the log differs from the office's record: {comparison}")
        began = min(touch.reserved_at for touch in play.touches())
        return Run(rate(play.post, began), 1000 * ours / messages, 1000 * office / messages)


async def seldom(look: Callable[[], object]) -> object:
    """Look, without taking the processor from what is measured."""
    await asyncio.sleep(LOOKS_EACH_S)
    return look()


async def measure(folder: Path, door: str, messages: int, window: int, rounds: int) -> dict[str, Any]:
    """One door."""
    runs: dict[str, list[Run]] = {"engine": [], "bare": [], "plain": []}
    for nth in range(rounds):
        runs["bare"].append(await bare(folder / f"b{door}{nth}", door, messages, window))
        runs["engine"].append(await engine(folder / f"e{door}{nth}", door, messages, window))
        runs["plain"].append(await bare(folder / f"p{door}{nth}", door, PLAIN, 1))
        last = {side: f"{some[-1].rate:.1f}/s, {some[-1].cpu_ms:.2f} ms" for side, some in runs.items()}
        print(f"{door} round {nth + 1}: {last}", file=sys.stderr, flush=True)
    told: dict[str, Any] = {"messages": messages, "window": window}
    for side, some in runs.items():
        told[f"{side}_per_s"] = round(median(run.rate for run in some), 1)
        told[f"{side}_cpu_ms"] = round(median(run.cpu_ms for run in some), 2)
        told[f"{side}_office_cpu_ms"] = round(median(run.office_ms for run in some), 2)
    for other in ("bare", "plain"):
        pairs = zip(runs["engine"], runs[other], strict=True)
        told[f"ratio_to_{other}"] = round(median(ours.rate / its.rate for ours, its in pairs), 3)
    return told


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--messages", type=int, default=2_000)
    parser.add_argument("--window", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--doors", default=",".join(DOORS))
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dz-"))
    try:
        found = {
            door: asyncio.run(measure(folder, door, asked.messages, asked.window, asked.rounds))
            for door in asked.doors.split(",")
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if asked.json:
        print(json.dumps(found, indent=2))
    sys.exit(0 if all(one["ratio_to_bare"] >= BAR for one in found.values()) else 1)


if __name__ == "__main__":
    main()
