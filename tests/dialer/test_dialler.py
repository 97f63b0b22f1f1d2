"""A whole dialler on a real Redis, real books and a simulated Asterisk: what the carrier saw is what was logged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy import select, update

from asterisk.ami.session import AmiAddress
from asterisk.ami.simulator import Simulator
from asterisk.town.record import CarrierCall, read_record
from asterisk.town.roles import Role
from dialer import lease as leases
from dialer import switchboard
from dialer.bootstrap import dialler_of
from dialer.clock import SystemClock
from dialer.dialler import Dialler
from dialer.lease import Lease
from dialer.settings import NodeSettings, PromptSettings, Settings
from domain.campaign import CampaignStatus
from domain.errors import InputError
from domain.touch import Outcome, TouchId
from ivr_scripts.load import script_text
from ledger.books import Books
from ledger.campaigns import Campaigns
from ledger.tables import CampaignRow, TouchRow, table
from strategies.evaluate import first_plan
from tests.dialer.work import BODY, STRATEGY
from tests.ledger.rows import BASIS, CALLER, add_campaign, add_debtor
from tests.polling import PATIENCE_S, until

pytestmark = pytest.mark.integration

NOON = datetime(2026, 3, 10, 9, tzinfo=UTC)
FAST = 0.01
"""Of the town's time: half a minute of ringing takes a third of a second."""

BY_SIP = {
    Role.BUSY: Outcome.BUSY,
    Role.RINGS_OUT: Outcome.NO_ANSWER,
    Role.REJECTS: Outcome.REJECTED,
    Role.UNKNOWN_NUMBER: Outcome.INVALID_NUMBER,
    Role.CONGESTION: Outcome.NO_CARRIER,
    Role.SWITCHED_OFF: Outcome.UNAVAILABLE,
}
ANSWERED = {Outcome.MSG_DELIVERED, Outcome.ANSWERED_SHORT, Outcome.TALK_WRONG_PERSON}


def number(role: Role, nth: int = 0) -> str:
    """The nth number that always plays this role."""
    return f"+7935{nth:01}9990{list(Role).index(role):02}"


class Stage:
    """A campaign with debtors, a simulated Asterisk, and both sides' word on what happened."""

    def __init__(self, folder: Path, redis_url: str, books: Books) -> None:
        self.folder, self.books, self.redis_url = folder, books, redis_url
        self.ahead = NOON - SystemClock().now()
        address = AmiAddress("127.0.0.1", 0, "dozvon", "very-secret")
        self.simulator = Simulator(
            address,
            SystemClock().now,
            record=folder / "cdr.json",
            channel_log=folder / "cel.json",
            time_scale=FAST,
        )
        with books.write() as tx:
            self.portfolio = tx.portfolios.put(
                "heat", creditor="Теплосеть", contact_phone="+78000000000", basis=BASIS
            )
            tx.numbers.put(CALLER)
            self.campaign = add_campaign(tx, self.portfolio.id, body=BODY)
            tx.campaigns.set_caps("spring", max_channels=100, max_calls_per_second=100.0)

    def add(self, *numbers: str) -> None:
        """A debtor for each of these phones."""
        with self.books.write() as tx:
            for phone in numbers:
                debtor = add_debtor(tx, self.portfolio.id, phone, phone)
                tx.plans.save(self.campaign.id, [first_plan(STRATEGY, debtor, NOON)])

    def change(self, change: Callable[[Campaigns], object]) -> None:
        """What another command does to the campaign."""
        with self.books.write() as tx:
            change(tx.campaigns)

    @property
    def settings(self) -> Settings:
        address = self.simulator.address
        node = NodeSettings(
            name="n1",
            ami_port=address.port,
            ami_secret=SecretStr(address.secret),
            scripts_folder=self.folder,
            channel_log=self.folder / "cel.json",
        )
        return Settings(
            database_url=str(self.books.engine.url),
            redis_url=self.redis_url,
            nodes=(node,),
            prompts=PromptSettings(folder=self.folder / "prompts", engine="tones"),
            clock_ahead=self.ahead,
            ring_timeout_s=40.0,
        )

    @property
    def outcomes(self) -> dict[TouchId, Outcome | None]:
        with self.books.read() as tx:
            return tx.touches.outcomes(self.campaign.id)

    @property
    def carrier(self) -> dict[str, CarrierCall]:
        calls = read_record(self.folder / "cdr.json")
        assert len({call.touch_id for call in calls}) == len(calls), "no touch reached the carrier twice"
        return {call.touch_id: call for call in calls}

    @property
    def status(self) -> CampaignStatus:
        with self.books.read() as tx:
            return tx.campaigns.named("spring").status

    @asynccontextmanager
    async def dialler(
        self, *, until_finished: bool = True
    ) -> AsyncIterator[tuple[Dialler, asyncio.Task[None]]]:
        """A dialler at work; afterwards it is stopped and awaited."""
        async with dialler_of(self.settings, until_finished=until_finished) as dialler:
            task = asyncio.create_task(dialler.run())
            try:
                yield dialler, task
            finally:
                dialler.stop()
                await asyncio.wait_for(task, PATIENCE_S)

    async def finish(self) -> None:
        """Work the campaign to its end."""
        async with self.dialler() as (_, task):
            await asyncio.wait_for(asyncio.shield(task), PATIENCE_S)


@pytest.fixture
async def stage(
    tmp_path: Path, redis_server: str, books: Books, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    monkeypatch.setattr(switchboard, "GRACE_S", 0.2)
    async with Redis.from_url(redis_server) as redis:
        await redis.flushdb()
    one = Stage(tmp_path, redis_server, books)
    async with one.simulator:
        yield one


async def test_every_kind_of_debtor_ends_as_the_carrier_saw_it(stage: Stage) -> None:
    stage.add(*(number(role) for role in Role))
    stage.change(lambda campaigns: campaigns.set_caps("spring", call_limit=len(Role)))
    await stage.finish()
    outcomes, carrier = stage.outcomes, stage.carrier
    assert set(outcomes) == set(carrier)
    assert len(outcomes) == len(Role)
    for touch, call in carrier.items():
        outcome = outcomes[TouchId(touch)]
        assert outcome in ({BY_SIP[call.role]} if call.role in BY_SIP else ANSWERED), call.role
    assert {o for t, o in outcomes.items() if carrier[t].role is Role.PRESSES_9} == {
        Outcome.TALK_WRONG_PERSON
    }
    assert stage.status is CampaignStatus.FINISHED


async def test_what_was_said_is_kept(stage: Stage) -> None:
    stage.add(number(Role.LISTENS_TO_END))
    stage.change(lambda campaigns: campaigns.set_caps("spring", call_limit=1))
    await stage.finish()
    with stage.books.read() as tx:
        named = tx.connection.scalars(select(table(TouchRow).c.script)).all()
        (script,) = tx.scripts.named(named)
    assert named == ["debt_informer@2"]
    assert script.body == script_text("debt_informer")[0]
    assert script.clips
    assert all((stage.settings.prompts.folder / clip.file).exists() for clip in script.clips)


async def test_channels_are_never_exceeded(stage: Stage) -> None:
    stage.add(*(number(Role.LISTENS_TO_END, nth) for nth in range(9)))
    stage.change(lambda campaigns: campaigns.set_caps("spring", call_limit=9, max_channels=2))
    most = 0
    async with stage.dialler() as (_, task):
        while not task.done():
            most = max(most, len(stage.simulator.exchange.channels))
            await asyncio.sleep(0.005)
    assert most == 2
    assert len(stage.carrier) == 9


async def test_a_dead_dialler_s_lease_is_waited_for(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.add(number(Role.BUSY))
    stage.change(lambda campaigns: campaigns.set_caps("spring", call_limit=1))
    async with Redis.from_url(stage.redis_url) as redis:
        with monkeypatch.context() as patched:
            patched.setattr(leases, "LEASE_S", 0.7)
            assert await Lease(redis, f"campaign:{stage.campaign.id}").hold()
        await stage.finish()
    assert set(stage.outcomes.values()) == {Outcome.BUSY}


async def test_stopping_places_no_more_and_cuts_nobody_off(stage: Stage) -> None:
    stage.add(*(number(Role.LISTENS_TO_END, nth) for nth in range(9)))
    stage.change(lambda campaigns: campaigns.set_caps("spring", max_channels=3))
    async with stage.dialler(until_finished=False) as (dialler, task):
        await until(lambda: stage.simulator.exchange.channels)
        dialler.stop()
        await asyncio.wait_for(asyncio.shield(task), PATIENCE_S)
    assert None not in stage.outcomes.values()
    assert set(stage.outcomes) == set(stage.carrier)
    assert {call.ended_by for call in stage.carrier.values()} == {"dialler"}, (
        "each heard the script to its end"
    )
    assert stage.status is CampaignStatus.RUNNING
    assert len(stage.outcomes) < 9


async def test_a_stopped_campaign_is_let_go(stage: Stage) -> None:
    stage.add(*(number(Role.LISTENS_TO_END, nth) for nth in range(9)))
    stage.change(lambda campaigns: campaigns.set_caps("spring", max_channels=2))
    async with stage.dialler() as (_, task):
        await until(lambda: stage.simulator.exchange.channels)
        stage.change(lambda campaigns: campaigns.set_status("spring", CampaignStatus.STOPPED))
        await asyncio.wait_for(asyncio.shield(task), PATIENCE_S)
    assert None not in stage.outcomes.values()
    assert stage.status is CampaignStatus.STOPPED


async def test_a_paused_campaign_goes_on_when_it_is_resumed(stage: Stage) -> None:
    stage.change(lambda campaigns: campaigns.set_status("spring", CampaignStatus.PAUSED))
    stage.add(number(Role.BUSY))
    stage.change(lambda campaigns: campaigns.set_caps("spring", call_limit=1))
    async with stage.dialler(until_finished=False):
        stage.change(lambda campaigns: campaigns.set_status("spring", CampaignStatus.RUNNING))
        await until(lambda: stage.status is CampaignStatus.FINISHED)
    assert len(stage.carrier) == 1


async def test_a_raised_call_limit_lets_so_many_more_through(stage: Stage) -> None:
    stage.add(*(number(Role.BUSY, nth) for nth in range(9)))
    stage.change(lambda campaigns: campaigns.set_caps("spring", call_limit=2))
    async with stage.dialler(until_finished=False):
        await until(lambda: stage.status is CampaignStatus.FINISHED)
        assert len(stage.outcomes) == 2
        stage.change(lambda campaigns: campaigns.set_caps("spring", call_limit=5))
        stage.change(lambda campaigns: campaigns.set_status("spring", CampaignStatus.RUNNING))
        await until(lambda: len(stage.outcomes) == 5)
        await until(lambda: stage.status is CampaignStatus.FINISHED)
    assert len(stage.carrier) == 5


async def test_a_node_that_dies_and_comes_back_loses_and_doubles_nothing(stage: Stage) -> None:
    stage.add(
        *(number(Role.LISTENS_TO_END, nth) for nth in range(9)), *(number(Role.BUSY, nth) for nth in range(9))
    )
    stage.change(lambda campaigns: campaigns.set_caps("spring", call_limit=18, max_channels=4))
    async with stage.dialler() as (_, task):
        await until(lambda: len(stage.simulator.exchange.channels) == 4)
        up = {TouchId(id) for id in stage.simulator.exchange.channels}
        await stage.simulator.restart()
        await asyncio.wait_for(asyncio.shield(task), PATIENCE_S)
    outcomes = stage.outcomes
    assert None not in outcomes.values()
    assert {outcomes[touch] for touch in up} == {Outcome.UNKNOWN}, "the town saw them, so they count"
    placed = {touch for touch, outcome in outcomes.items() if outcome is not Outcome.NOT_PLACED}
    assert set(stage.carrier) - up == placed - up
    assert len(placed) == 18


async def test_a_campaign_that_cannot_be_worked_stops_no_other(stage: Stage) -> None:
    with stage.books.write() as tx:
        broken = add_campaign(
            tx, stage.portfolio.id, name="broken", body=BODY.replace("debt_informer", "nowhere")
        )
        campaigns = table(CampaignRow)
        first = update(campaigns).where(campaigns.c.id == broken.id).values(id=0)  # it is tried first
        tx.connection.execute(first)
    stage.add(number(Role.BUSY))
    stage.change(lambda campaigns: campaigns.set_caps("spring", call_limit=1))
    with pytest.raises(ExceptionGroup) as raised:
        await stage.finish()
    assert raised.group_contains(InputError, match="nowhere")
    assert list(stage.outcomes.values()) == [Outcome.BUSY]
    assert stage.status is CampaignStatus.FINISHED
