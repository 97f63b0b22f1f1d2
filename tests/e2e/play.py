"""A campaign played on the real stage: a ledger with chosen phones, a dialler process, and both sides' word on it."""

from __future__ import annotations

import asyncio
import csv
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select

from asterisk.town import Role, TownPlan
from asterisk.town.roles import FORCING_BLOCK
from dialer.cli.campaign import begin_campaign
from dialer.clock import SystemClock
from dialer.demo.portfolio import HEADER, PHONE_CODE
from dialer.demo.stage import Stage, StagePlan, open_stage
from dialer.demo.team import Team
from dialer.demo.truth import Comparison, compare
from dialer.handlers.publish import review
from dialer.handlers.start_campaign import CampaignOrder
from dialer.settings import Settings, SpeechSettings, environment_of
from domain.caller_number import CallerNumber
from domain.portfolio import LegalBasis
from domain.touch import Outcome
from ledger.books import Books
from ledger.imports.debtors import import_debtors
from ledger.migrate import upgrade
from ledger.tables import PlanRow, TouchEventRow, TouchRow, table
from strategies.load import strategy_text
from tests.polling import PATIENCE_S, until

T = TypeVar("T")

CAMPAIGN = PORTFOLIO = "play"
CALLER = "+74950000000"
MORNING = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
"""A working Tuesday, 11:00 in Moscow."""

RING_TIMEOUT_S = 15.0
"""The shortest that the settings take; in these towns nobody rings longer but those who never answer."""

QUICK_TOWN = TownPlan(
    seed="e2e",
    ring=(0.5, 3.0),
    slow_ring=5.0,
    ring_out=60.0,
    early_hangup=(0.2, 0.8),
    press_after=2.0,
    machine_greeting=3.0,
    machine_records=5.0,
)
"""Nobody hangs up after about 5 s, where a short answer ends: when a busy machine loses a BYE, the node hears of it
up to 3.5 s after the carrier."""

BRIEF_TOWN = replace(QUICK_TOWN, ring_out=20.0, longest_call=18.0)
"""No call outlives 20 s, not even one whose other end has died."""

ENDS_S = 200.0
"""In a short campaign a dialler has ended by then, whatever it has to do first."""

BASIS = LegalBasis("договор 1", MORNING - timedelta(days=1), MORNING + timedelta(days=1))


def forced(role: Role, nth: int = 0) -> str:
    """The ``nth`` (0 to 9) of the numbers that always play this role."""
    return f"+7{PHONE_CODE}{nth}{FORCING_BLOCK}{list(Role).index(role):02}"


def ordinary(count: int, first: int = 0) -> list[str]:
    """Numbers whose role the town draws."""
    return [f"+7{PHONE_CODE}{nth:07}" for nth in range(first, first + count)]


class DiallerProcess:
    """``dozvon dialer`` as the user runs it."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process, self.log = process, log

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    @property
    def pid(self) -> int:
        return self._process.pid

    async def kill(self) -> None:
        """As a crash would."""
        self._process.kill()
        await self._process.wait()

    def terminate(self) -> None:
        self._process.terminate()

    def stops_while(self, holds: Callable[[], bool]) -> bool:
        """Whether ``holds`` is true of it while it is stopped in its tracks, and stays so; else it goes on."""
        if not holds():
            return False
        self._process.send_signal(signal.SIGSTOP)
        if holds():
            return True
        self._process.send_signal(signal.SIGCONT)
        return False

    async def ended(self, seconds: float = ENDS_S) -> int:
        """Its exit status; a failure when it has not ended by then, or has shown a traceback."""
        try:
            async with asyncio.timeout(seconds):
                _, said = await self._process.communicate()
        except TimeoutError:
            raise AssertionError(f"the dialler runs on after {seconds:g} s:\n{self._last_words()}") from None
        assert b"Traceback" not in said, said.decode()
        assert self._process.returncode is not None
        return self._process.returncode

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text().splitlines()[-20:])


@asynccontextmanager
async def process(settings: Settings, log: Path, *arguments: str) -> AsyncIterator[DiallerProcess]:
    """``dozvon`` with these arguments as a process of its own; it does not outlive the block."""
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dialer", *arguments, "--log-file", str(log)),
        env={**os.environ, **environment_of(settings)},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield DiallerProcess(started, log)
    finally:
        if started.returncode is None:
            started.kill()
        await started.communicate()


@dataclass(frozen=True)
class Play:
    """A stage with one campaign on it."""

    stage: Stage
    books: Books
    campaign_id: int

    @property
    def settings(self) -> Settings:
        return self.stage.settings

    @asynccontextmanager
    async def dialler(
        self, *arguments: str, settings: Settings | None = None
    ) -> AsyncIterator[DiallerProcess]:
        """A dialler on this stage, with its settings or these; it does not outlive the block."""
        words = ("dialer", "--campaign", CAMPAIGN, *arguments)
        log = self.settings.home / "dialler.log"
        async with process(settings or self.settings, log, *words) as running:
            yield running

    async def cli(self, *arguments: str) -> str:
        """What another ``dozvon`` command on this stage prints."""
        status, printed, said = await dozvon(*arguments, settings=self.settings)
        assert status == 0, said
        return printed

    def touches(self) -> list[Any]:
        """All rows of the log."""
        return self._rows(TouchRow)

    def plans(self) -> dict[int, Any]:
        """The plan rows by debtor."""
        return {row.debtor_id: row for row in self._rows(PlanRow)}

    def journal(self) -> list[Any]:
        """All lines of the journal in their order."""
        return self._rows(TouchEventRow)

    def placed(self) -> int:
        """How many touches are not known to have stayed at home."""
        with self.books.read() as tx:
            return tx.touches.placed(self.campaign_id)

    def open(self) -> int:
        """How many touches have no outcome."""
        with self.books.read() as tx:
            return len(tx.touches.open(self.campaign_id))

    async def compared(self, *, from_log: bool = False) -> Comparison:
        """Log against carrier, once the carrier has written every call whose end we know. On a stage with a team it is
        for operators to take the calls.
        """
        with self.books.read() as tx:
            log = tx.touches.outcomes(self.campaign_id)
        placed = {touch for touch, end in log.items() if end not in (Outcome.NOT_PLACED, Outcome.UNKNOWN)}
        await until(
            lambda: placed <= {call.touch_id for call in self.stage.record()}, what="the carrier's last line"
        )
        talks = (talk.touch_id for talk in self.stage.talks() if talk.answered)
        talked = set(talks) if self.stage.plan.team else None
        return compare(self.stage.record(), log, from_log=from_log, talked=talked)

    def _rows(self, row: type[Any]) -> list[Any]:
        with self.books.read() as tx:
            return list(tx.connection.execute(select(table(row)).order_by(*table(row).primary_key)))


def import_debtors_of(books: Books, folder: Path, phones: Sequence[str]) -> None:
    """A portfolio called ``PORTFOLIO`` of debtors with these phones."""
    file = folder / "debtors.csv"
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, delimiter=";")
        writer.writerow(HEADER)
        for nth, phone in enumerate(phones):
            row = (f"D{nth:05}", f"{nth:010}", "", "RU-MOS", "Отопление", f"{300 + nth},50", "01.2026", phone)
            writer.writerow(row)
    with books.write() as tx:
        tx.numbers.put(CallerNumber(CALLER, "договор связи 1", "Дозвон", "долги ЖКХ", BASIS.valid_from))
        portfolio = tx.portfolios.put(
            PORTFOLIO, creditor="ЭнергоСбыт Пример", contact_phone="+74950000001", basis=BASIS
        )
        result = import_debtors(tx.connection, portfolio.id, file)
    assert (result.added, result.rejected) == (len(phones), 0)


@asynccontextmanager
async def open_play(
    folder: Path,
    prompts: Path,
    phones: Sequence[str],
    *,
    town: TownPlan = QUICK_TOWN,
    cps: float,
    channels: int = 600,
    calls: int | None = None,
    database_url: str = "",
    strategy: tuple[str, str] | None = None,
    speech: SpeechSettings | None = None,
    team: Team | None = None,
    browsers: bool = False,
    ring_timeout_s: float = RING_TIMEOUT_S,
    bring_in: Callable[[Books, Path, Sequence[str]], None] = import_debtors_of,
) -> AsyncIterator[Play]:
    """A running stage, and a campaign over whoever is brought in with these phones that no dialler works yet.

    ``strategy``: text and file name; without it, that of technical collection.
    """
    ahead = timedelta(seconds=round((MORNING - SystemClock().now()).total_seconds()))
    plan = StagePlan(folder, prompts, town, ahead, ring_timeout_s, database_url, speech, team, browsers)
    async with open_stage(plan) as stage:
        books = Books.open(stage.settings.database_url)
        try:
            upgrade(books.engine)
            bring_in(books, folder, phones)
            reviewed = review(*(strategy or strategy_text("utilities-technical")), MORNING)
            order = CampaignOrder(CAMPAIGN, PORTFOLIO, reviewed, CALLER, channels, cps, calls)
            yield Play(stage, books, begin_campaign(stage.settings, order).campaign.id)
        finally:
            books.close()


async def dozvon(*arguments: str, settings: Settings, **environment: str) -> tuple[int, str, str]:
    """Run a command to its end: exit status, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dialer", *arguments),
        env={**os.environ, **environment_of(settings), **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            printed, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, printed.decode(), said.decode()
