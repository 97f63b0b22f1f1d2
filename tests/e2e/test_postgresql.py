"""The main job on PostgreSQL, by the commands that a user types, over a simulated switch."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from asterisk.town import TownPlan
from dialer.clock import SystemClock
from dialer.demo.portfolio import write_portfolio
from dialer.demo.stage import StagePlan
from dialer.demo.truth import compare
from dialer.demo.world import open_simulated
from dialer.private.postgres import PrivatePostgres
from dialer.settings import Settings, environment_of
from ledger.books import Books
from tests.polling import PATIENCE_S

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

MORNING = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
"""A working Tuesday, 11:00 in Moscow."""

QUICK_TOWN = TownPlan(
    seed="postgresql",
    ring=(0.1, 0.3),
    slow_ring=0.5,
    ring_out=1.0,
    early_hangup=(0.2, 0.4),
    press_after=0.3,
    machine_greeting=0.5,
    machine_records=0.5,
    longest_call=3.0,
)
DEBTORS, CALLS = 300, 60


@dataclass(frozen=True)
class Shell:
    """``dozvon`` with the settings of a world."""

    settings: Settings

    async def __call__(self, *words: str) -> str:
        """What the command prints; a failure when it fails."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "dialer", *words),
            env={**os.environ, **environment_of(self.settings)},
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
        assert process.returncode == 0, said.decode()
        return printed.decode()

    async def json(self, *words: str) -> Any:
        return json.loads(await self(*words, "--json"))


async def test_from_a_file_of_debtors_to_reports(
    postgres: PrivatePostgres, folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "debtors.csv"
    write_portfolio(file, seed=1, as_of=MORNING.date(), debtors=DEBTORS, flaws=0)
    ahead = timedelta(seconds=round((MORNING - SystemClock().now()).total_seconds()))
    plan = StagePlan(folder, tmp_path / "prompts", QUICK_TOWN, clock_ahead=ahead)
    url = postgres.create_database("main_job")
    async with open_simulated(plan) as world:
        dozvon = Shell(world.settings.model_copy(update={"database_url": url}))
        basis = ("--basis", "договор 1", "--valid-from", "2026-01-01", "--valid-to", "2026-12-31")
        await dozvon("portfolio", "set", "heat", "--creditor", "Теплосеть", "--phone", "+78000000000", *basis)
        assert (await dozvon.json("import", "debtors", str(file), "--portfolio", "heat"))["added"] == DEBTORS
        again = await dozvon.json("import", "debtors", str(file), "--portfolio", "heat")
        assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, DEBTORS)
        order = ("--portfolio", "heat", "--strategy", "utilities-technical", "--caller", "+78000000000")
        await dozvon("number", "set", "+78000000000", "--contract", "1", "--label", "Дозвон")
        await dozvon("campaign", "start", "spring", *order, "--cps", "50", "--calls", str(CALLS))
        await dozvon("dialer", "--campaign", "spring", "--until-finished")
        books = Books.open(url)
        with books.read() as tx:
            outcomes = tx.touches.outcomes(tx.campaigns.named("spring").id)
        books.close()
        assert len(outcomes) == CALLS
        assert compare(world.record(), outcomes).equal
        report = await dozvon.json("report", "progress", "--campaign", "spring")
        figures = {row["label"]: row["value"] for row in report["table"]}
        assert (figures["debtors"], figures["IVR calls"], report["open_touches"]) == (DEBTORS, CALLS, 0)
        intensity = await dozvon.json("report", "intensity", "--campaign", "spring")
        assert intensity["touches"] == CALLS
    postgres.drop_database("main_job")
