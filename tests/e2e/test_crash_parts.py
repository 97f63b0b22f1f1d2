"""Kill -9 of PostgreSQL in mid-campaign: the dialler holds back, goes on, and no touch is lost or doubled.

Dialler, node and Redis are killed in test_crashes; ``python -m benchmarks.crash`` kills all of them twenty times.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from asterisk.install import find_postgresql
from dialer.private.postgres import PrivatePostgres
from domain.touch import Outcome
from ledger.audit import verify
from tests.e2e.play import BRIEF_TOWN, open_play, ordinary
from tests.e2e.test_crashes import check_each_debtor_once
from tests.polling import until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("heavy"), pytest.mark.proof]

CALLS = 150
KILL_AFTER = (30, 80)
"""Calls placed."""


@pytest.fixture
def server(folder: Path, root_folder: Path) -> Iterator[PrivatePostgres]:
    """One of this test's own, with durable commits."""
    one = PrivatePostgres(folder / "pg", find_postgresql(root=root_folder), durable=True)
    one.start()
    yield one
    one.stop()


async def test_killed_postgresql(folder: Path, prompts: Path, server: PrivatePostgres) -> None:
    url = server.create_database("books")
    async with open_play(
        folder, prompts, ordinary(CALLS + 30), town=BRIEF_TOWN, cps=15.0, calls=CALLS, database_url=url
    ) as play:
        async with play.dialler("--until-finished") as dialler:
            for calls in KILL_AFTER:
                await until(lambda calls=calls: play.placed() >= calls, what=f"{calls} calls placed")  # type: ignore[misc]
                server.kill()
                await asyncio.sleep(1.0)
                assert dialler.running
                server.start()
            assert await dialler.ended() == 0
        comparison = await play.compared()
        assert comparison.equal, comparison
        assert comparison.invites == CALLS
        check_each_debtor_once(play)
        assert Outcome.UNKNOWN not in {touch.outcome for touch in play.touches()}
        with play.books.read() as tx:
            assert verify(tx.connection).sound
