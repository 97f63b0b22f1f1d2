"""Touches that nobody follows any more: the next dialler settles them, in whatever state their campaign is."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import psycopg
import pytest
from redis.asyncio import Redis

from asterisk.town.roles import Role
from dialer import campaign_loop, switchboard
from dialer.bootstrap import dialler_of
from dialer.demo.truth import compare
from dialer.handlers.reserve import reserve_batch
from dialer.handlers.take_over import read_work, take_over
from dialer.ids import new_touch_id
from dialer.private.postgres import PrivatePostgres
from domain.campaign import CampaignStatus, PlanState
from domain.touch import Outcome
from ivr_scripts.load import script_text
from ledger.books import Books
from ledger.migrate import upgrade
from ledger.script_versions import ScriptVersion
from ledger.touches import Touches
from strategies import after_touch
from tests.dialer.test_dialler import ANSWERED, NOON, Stage, number
from tests.polling import PATIENCE_S, until

pytestmark = pytest.mark.integration

INFORMER = ScriptVersion("debt_informer@2", script_text("debt_informer")[0])
NOT_RUNNING = sorted(set(CampaignStatus) - {CampaignStatus.RUNNING})


async def empty(redis_url: str) -> None:
    """Leases of killed diallers are gone, as after their time."""
    async with Redis.from_url(redis_url) as redis:
        await redis.flushdb()


@pytest.fixture
async def stage(
    tmp_path: Path, redis_server: str, books: Books, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    monkeypatch.setattr(switchboard, "GRACE_S", 0.2)
    await empty(redis_server)
    one = Stage(tmp_path, redis_server, books)
    async with one.simulator:
        yield one


def settled(stage: Stage) -> bool:
    """Whether every touch has its end."""
    return None not in stage.outcomes.values()


class TestCampaignsThatDoNotRun:
    @pytest.mark.parametrize("status", NOT_RUNNING)
    async def test_a_touch_that_was_never_dialled_is_given_back(
        self, stage: Stage, status: CampaignStatus
    ) -> None:
        """Its dialler died between the commit and the Originate."""
        stage.add(number(Role.BUSY))
        work = read_work(stage.books, stage.campaign, stage.campaign.wanted_version_id)
        taken = take_over(stage.books, work, "spring", [INFORMER], since=0.0, now=NOON)
        fence, id = taken.campaign.fence, stage.campaign.id
        more: dict[str, Any] = {"want": 1, "node": "n1", "new_id": new_touch_id, "now": NOON}
        assert len(reserve_batch(stage.books, taken.work, id, fence, **more).reserved) == 1
        stage.change(lambda campaigns: campaigns.set_status("spring", status))
        async with stage.dialler(until_finished=False):
            await until(lambda: settled(stage))
        assert list(stage.outcomes.values()) == [Outcome.NOT_PLACED]
        assert stage.carrier == {}
        assert stage.status is status
        with stage.books.read() as tx:
            assert tx.plans.counts(id) == {PlanState.DUE: 1}

    async def test_calls_that_were_up_when_their_dialler_died(self, stage: Stage) -> None:
        stage.add(*(number(Role.LISTENS_TO_END, nth) for nth in range(4)))
        async with dialler_of(stage.settings) as dialler:
            task = asyncio.create_task(dialler.run())
            await until(lambda: len(stage.simulator.exchange.channels) == 4)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert not settled(stage)
        stage.change(lambda campaigns: campaigns.set_status("spring", CampaignStatus.STOPPED))
        await empty(stage.redis_url)
        await stage.finish()
        assert set(stage.outcomes.values()) <= ANSWERED
        assert compare(stage.carrier.values(), stage.outcomes, from_log=True).equal
        assert stage.status is CampaignStatus.STOPPED

    async def test_one_that_is_done_is_not_taken(self, stage: Stage) -> None:
        stage.change(lambda campaigns: campaigns.set_status("spring", CampaignStatus.STOPPED))
        await stage.finish()
        with stage.books.read() as tx:
            assert tx.campaigns.named("spring").fence == 0


class CutCommits:
    """Commits that take effect, and whose answer never comes: the connection is cut."""

    def __init__(self, books: Books, monkeypatch: pytest.MonkeyPatch, cuts: Iterator[bool]) -> None:
        self.reserved = self.cut = 0
        self._armed = False
        dialect, reserve = books.engine.dialect, Touches.reserve
        commit = dialect.do_commit

        def reserving(touches: Touches, *arguments: Any) -> Any:
            verdicts = reserve(touches, *arguments)
            self.reserved += len(verdicts)
            self._armed = bool(verdicts) and next(cuts)
            return verdicts

        def committing(connection: Any) -> None:
            commit(connection)
            if self._armed:
                self._armed = False
                self.cut += 1
                connection.dbapi_connection.close()
                raise psycopg.OperationalError("server closed the connection unexpectedly")

        monkeypatch.setattr(Touches, "reserve", reserving)
        monkeypatch.setattr(dialect, "do_commit", committing)


class TestCommitsWithoutAnAnswer:
    CALLS = 6

    @pytest.fixture
    def books(self, postgres: PrivatePostgres) -> Iterator[Books]:
        """Empty books with all tables, on PostgreSQL."""
        name = f"cut_{uuid.uuid4().hex}"
        opened = Books.open(postgres.create_database(name))
        upgrade(opened.engine)
        yield opened
        opened.close()
        postgres.drop_database(name)

    async def test_their_touches_are_followed_and_nobody_is_dialled_twice(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(campaign_loop, "FAULT_S", 0.05)
        monkeypatch.setattr(after_touch, "NOT_PLACED_PAUSE", timedelta(seconds=0.2))
        stage.add(*(number(Role.BUSY, nth) for nth in range(self.CALLS)))
        caps = {"call_limit": self.CALLS, "max_channels": 2}
        stage.change(lambda campaigns: campaigns.set_caps("spring", **caps))
        async with dialler_of(stage.settings, until_finished=True) as dialler:
            cuts = CutCommits(dialler._tools.books, monkeypatch, chain((False, True, True), repeat(False)))
            await asyncio.wait_for(dialler.run(), PATIENCE_S)
        assert cuts.cut == 2
        outcomes = stage.outcomes
        not_placed = {touch for touch, outcome in outcomes.items() if outcome is Outcome.NOT_PLACED}
        assert not_placed, "what was cut is in the log"
        assert compare(stage.carrier.values(), outcomes, from_log=True).equal
        assert settled(stage)
        assert len(outcomes) - len(not_placed) == len(stage.carrier) == self.CALLS
        assert stage.status is CampaignStatus.FINISHED
