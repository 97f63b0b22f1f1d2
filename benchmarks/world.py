"""The pair of Asterisks, the calls and the books that both sides of `benchmarks.calls` play on."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

from redis.asyncio import Redis
from sqlalchemy import insert

from asterisk.ami.render import OriginateRequest
from asterisk.node import Node
from asterisk.town import Role, TownPlan
from benchmarks.flood import Level, Measured, channel_starts, cpu_seconds, made_rate
from dialer.board import fetch
from dialer.clock import SystemClock
from dialer.demo.stage import Stage, StagePlan, open_stage
from dialer.demo.truth import Comparison, compare
from dialer.handlers.publish import Reviewed, review
from dialer.handlers.start_campaign import CampaignOrder, start_campaign
from dialer.ids import new_touch_id
from dialer.repertoire import SHIPPED
from dialer.scripts import ScriptBook, prepare_scripts
from dialer.settings import environment_of
from domain.caller_number import CallerNumber
from domain.debtor import Debt, Debtor
from domain.portfolio import LegalBasis
from domain.touch import Channel, TouchId
from ledger.books import Books
from ledger.migrate import upgrade
from ledger.tables import DebtorRow, DebtRow, PhoneRow, table
from ledger.touches import TouchRequest
from strategies.load import strategy_text

CLOCK = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
MIX = {
    Role.HANGS_UP_EARLY: 0.30,
    Role.PRESSES_1: 0.03,
    Role.PRESSES_2: 0.03,
    Role.PRESSES_9: 0.04,
    Role.BUSY: 0.12,
    Role.RINGS_OUT: 0.28,
    Role.REJECTS: 0.07,
    Role.UNKNOWN_NUMBER: 0.05,
    Role.CONGESTION: 0.02,
    Role.SWITCHED_OFF: 0.06,
}
"""The demo's town without those who listen for 50 s: a level must end in seconds to be repeated."""

TOWN = TownPlan(
    seed="benchmark", shares=MIX, ring=(0.5, 2.0), ring_out=4.0, early_hangup=(2.0, 6.0), press_after=2.0
)
DEBT = Debt("1", "heat", 123_456, date(2025, 11, 1))
CALLER = "+74950000000"


@dataclass
class Ground:
    """The running world; every call goes to a number that was never called before."""

    stage: Stage
    books: Books
    scripts: ScriptBook
    strategy: Reviewed
    redis: Redis
    dialler: subprocess.Popen[bytes] | None = None
    campaigns: list[int] = field(default_factory=list)
    raw: set[str] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def ami_port(self) -> int:
        """Where the node's manager interface listens."""
        return self.stage.node.plan.ami_port

    @property
    def login(self) -> bytes:
        """The log-in of the bare socket."""
        plan = self.stage.node.plan
        return f"Action: Login\r\nUsername: {plan.ami_user}\r\nSecret: {plan.ami_secret}\r\n\r\n".encode()

    def next_number(self) -> str:
        """A fresh mobile number of the town."""
        return f"+7900{next(self.numbers):07d}"

    def requests(self, calls: int) -> list[OriginateRequest]:
        """Calls as the engine would place them."""
        touches = [self._touch() for _ in range(calls)]
        self.raw.update(touch.id for touch in touches)
        return [self.scripts.request(touch, "carrier", CLOCK) for touch in touches]

    def mark(self) -> Mark:
        """Remember where the logs and the CPU clocks stand."""
        pids = {"node": self.stage.node.pid, "town": self.stage.town.pid, "bench": os.getpid()}
        if self.dialler is not None:
            pids["dialler"] = self.dialler.pid
        log = self.stage.node.cel_path
        known = {name: pid for name, pid in pids.items() if pid is not None}
        cpu = {name: cpu_seconds(pid) for name, pid in known.items()}
        return Mark(self.stage, log.stat().st_size if log.exists() else 0, known, cpu)

    async def engine_level(self, level: Level) -> Measured:
        """One level of the engine: a campaign of its own, capped at the rate."""
        name = f"level-{len(self.campaigns)}"
        if self.dialler is None:
            self.dialler = self._start_dialler()
            await asyncio.sleep(3)
        self._fill(name, level.calls)
        order = CampaignOrder(name, name, self.strategy, CALLER, 5000, level.offered_cps, level.calls)
        mark = self.mark()
        scripts = self.scripts.versions
        started = start_campaign(self.books, order, scripts, now=CLOCK, progress=lambda done, total: None)
        self.campaigns.append(started.campaign.id)
        delays: dict[str, float] = {}
        ended = 0
        for _ in range(1200):
            board = await fetch(self.redis, name)
            if board is not None:
                delays, ended = board["due_to_write_ms"], board["ended"]
            if ended >= level.calls:
                break
            await asyncio.sleep(0.1)
        return mark.measure(level, delays)

    def comparison(self) -> Comparison:
        """The engine's log against the carrier's record of its calls."""
        outcomes = {}
        with self.books.read() as tx:
            for campaign in self.campaigns:
                outcomes.update(tx.touches.outcomes(campaign))
        ours = [call for call in self.stage.record() if call.touch_id not in self.raw]
        return compare(ours, outcomes, from_log=True)

    def _start_dialler(self) -> subprocess.Popen[bytes]:
        settings = self.stage.settings
        log = str(settings.home / "dialler.log")
        return subprocess.Popen(
            [sys.executable, "-m", "dialer", "dialer", "--log-file", log],
            env={**os.environ, **environment_of(settings)},
        )

    def _fill(self, name: str, debtors: int) -> None:
        """A portfolio of fresh debtors, one debt and one phone each."""
        with self.books.write() as tx:
            basis = LegalBasis("benchmark", CLOCK - timedelta(days=1))
            portfolio = tx.portfolios.put(
                name, creditor="benchmark", contact_phone="+74950000001", basis=basis
            )
            person = {"portfolio_id": portfolio.id, "zones": "Europe/Moscow", "name": "", "region": ""}
            person |= {"language": "ru", "vulnerable": False, "digest": ""}
            rows = [{**person, "external_id": str(i)} for i in range(debtors)]
            tx.connection.execute(insert(table(DebtorRow)), rows)
            ids = [debtor.id for debtor in tx.debtors.page(portfolio.id, after=0, size=debtors)]
            debt = {
                "account": "1",
                "service": "heat",
                "kopecks": DEBT.kopecks,
                "oldest_unpaid": DEBT.oldest_unpaid,
            }
            tx.connection.execute(insert(table(DebtRow)), [{**debt, "debtor_id": id} for id in ids])
            phone = {"status": "unverified", "source": "client", "position": 0}
            phones = [{**phone, "debtor_id": id, "number": self.next_number()} for id in ids]
            tx.connection.execute(insert(table(PhoneRow)), phones)

    def _touch(self) -> TouchRequest:
        debtor = Debtor(0, "0", 0, ("Europe/Moscow",), debts=(DEBT,))
        return TouchRequest(
            id=TouchId(new_touch_id()),
            debtor=debtor,
            channel=Channel.VOICE_MSG,
            phone=self.next_number(),
            campaign_id=None,
            strategy_version_id=None,
            segment="",
            step="",
            script=self.scripts.versions["debt_informer"].id,
            caller_number=CALLER,
            node="node1",
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """The state before a level."""

    stage: Stage
    log_size: int
    pids: dict[str, int]
    cpu: dict[str, float]

    def measure(self, level: Level, due_to_write_ms: dict[str, float] | None = None) -> Measured:
        """What came of the level."""
        starts = channel_starts(self.stage.node.cel_path, self.log_size)
        spent = {name: cpu_seconds(pid) - self.cpu[name] for name, pid in self.pids.items()}
        arrivals = {call.touch_id: call.started.timestamp() for call in self.stage.record()}
        prompt = [touch for touch, at in starts.items() if arrivals.get(touch, at + 60) - at <= 1.0]
        return Measured(
            offered_cps=level.offered_cps,
            made_cps=made_rate(starts, level),
            prompt_share=len(prompt) / max(1, len(starts)),
            cpu_ms={name: round(seconds * 1000 / level.calls, 2) for name, seconds in spent.items()},
            due_to_write_ms=due_to_write_ms or {},
        )


@asynccontextmanager
async def open_ground(folder: Path) -> AsyncIterator[Ground]:
    """Start the world with its scripts installed; stop all behind."""
    ahead = timedelta(seconds=round((CLOCK - SystemClock().now()).total_seconds()))
    prompts = Path("var/prompts").resolve()
    async with open_stage(StagePlan(folder, prompts, TOWN, ahead)) as stage:
        settings = stage.settings
        books = Books.open(settings.database_url)
        upgrade(books.engine)
        reviewed = review(*strategy_text("utilities-technical"), CLOCK)
        with books.write() as tx:
            tx.numbers.put(CallerNumber(CALLER, "benchmark", "benchmark", "", CLOCK - timedelta(days=1)))
            portfolio = tx.portfolios.put(
                "raw", creditor="benchmark", contact_phone="+74950000001", basis=None
            )
        scripts = prepare_scripts(SHIPPED.texts(reviewed.strategy.scripts), portfolio, settings, warn=print)
        await install(scripts, stage.node)
        redis: Redis = Redis.from_url(settings.redis_url)
        ground = Ground(stage, books, scripts, reviewed, redis)
        try:
            yield ground
        finally:
            if ground.dialler is not None:
                ground.dialler.kill()
                ground.dialler.wait()
            await redis.aclose()
            books.close()


async def install(scripts: ScriptBook, node: Node) -> None:
    """Put the compiled scripts on the node without a dialler."""
    for context, text in scripts.dialplans():
        await node.install_script(context, text)
