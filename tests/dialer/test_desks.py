"""All desks of a dialler: whose debtors are dialled first, and when nobody is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dialer.campaign_loop import CampaignLoop, Tools
from dialer.desks.desks import Desks
from dialer.floor.feed import Feed
from dialer.floor.floor import Floor, FloorFacts
from dialer.ledger_thread import LedgerThread
from dialer.running import RunningCalls
from dialer.settings import Settings
from domain.campaign import Campaign, CampaignStatus, Mode, Plan
from domain.errors import LeaseLost, LedgerDown
from domain.portfolio import Portfolio
from ledger.books import Books
from tests.ledger.rows import NOON, add_campaign, add_debtor
from tests.polling import until

pytestmark = pytest.mark.integration

LANES = frozenset({("debts", Mode.PROGRESSIVE)})


@dataclass
class FakeLoop:
    """Stands for a campaign's loop: notes what it is asked to dial, and places no more than ``room``."""

    campaign: Campaign
    room: int = 100
    fault: Exception | None = None
    lanes: frozenset[tuple[str, Mode]] = LANES
    stopping: bool = False
    desk_reason: str = ""
    asked: list[tuple[str, Mode, int]] = field(default_factory=list)

    @property
    def ready(self) -> Any:
        return SimpleNamespace(work=SimpleNamespace(strategy=SimpleNamespace(lanes=self.lanes)), scripts=None)

    async def dial(self, desk: str, mode: Mode, wanted: int) -> int:
        self.asked.append((desk, mode, wanted))
        if self.fault:
            raise self.fault
        return min(self.room, wanted)


class FakeFloor:
    """Four operators of the desk, idle."""

    def __init__(self) -> None:
        self.driving = True
        self.listeners: list[Any] = []
        self.verbs: dict[str, Any] = {}
        self.wanted: dict[str, int] = {}

    def hear(self, *_: object) -> None:
        """Nothing happens here."""

    def facts(self, desk: str) -> FloorFacts:
        return FloorFacts(idle_since=[0.0] * 4 if desk == "debts" else [])

    def operators(self) -> list[Any]:
        return []

    def want(self, desk: str, priority: int) -> None:
        self.wanted[desk] = priority

    def unwant(self, desk: str) -> None:
        self.wanted.pop(desk, None)


class Scene:
    """Desks over these loops, run until something is seen."""

    def __init__(self, books: Books, folder: Path, *loops: FakeLoop) -> None:
        self.floor, self.ledger = FakeFloor(), LedgerThread()
        board = SimpleNamespace(calls=RunningCalls(), followers=[], hearers=[], nodes={})
        clock = SimpleNamespace(now=lambda: NOON)
        tools = SimpleNamespace(books=books, ledger=self.ledger, switchboard=board, clock=clock)
        self.desks = Desks(
            cast(Tools, tools),
            cast(Floor, self.floor),
            Settings(home=folder),
            lambda: [cast(CampaignLoop, loop) for loop in loops],
            cast(Feed, SimpleNamespace(tell=lambda *_: None, refresh=lambda *_: None)),
        )

    async def until(self, look: Any) -> None:
        work = asyncio.create_task(self.desks.run())
        try:
            await until(look)
            assert not work.done(), work
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


@pytest.fixture
def portfolio(books: Books) -> Portfolio:
    with books.write() as tx:
        return tx.portfolios.put("heat", creditor="Энергосбыт", contact_phone="+78005553535", basis=None)


@pytest.fixture
def campaigns(books: Books, portfolio: Portfolio) -> list[Campaign]:
    """Two campaigns: of the first three debtors of priority 10 are due for the desk, of the second two of 20."""
    with books.write() as tx:
        debtors = [add_debtor(tx, portfolio.id, key) for key in "ABC"]
        made = [add_campaign(tx, portfolio.id, name) for name in ("first", "second")]
        for campaign, priority, count in zip(made, (10, 20), (3, 2), strict=True):
            due = [
                Plan(one.id, NOON, priority=priority, desk="debts", mode=Mode.PROGRESSIVE)
                for one in debtors[:count]
            ]
            tx.plans.save(campaign.id, due)
    return made


@pytest.fixture
def scenes(books: Books, tmp_path: Path) -> Iterator[Any]:
    made: list[Scene] = []

    def make(*loops: FakeLoop) -> Scene:
        made.append(Scene(books, tmp_path, *loops))
        return made[-1]

    yield make
    for scene in made:
        scene.ledger.close()


async def test_the_more_urgent_campaign_is_dialled_first_and_the_other_gets_what_is_left(
    scenes: Any, campaigns: list[Campaign]
) -> None:
    first, second = (FakeLoop(campaign) for campaign in campaigns)
    second.room = 1
    scene = scenes(first, second)
    await scene.until(lambda: first.asked)
    assert second.asked[0] == ("debts", Mode.PROGRESSIVE, 4)
    assert first.asked[0] == ("debts", Mode.PROGRESSIVE, 3)
    assert scene.floor.wanted == {"debts": 20}
    (board,) = scene.desks.boards()
    assert (board["desk"], board["idle"], board["leads"]) == ("debts", 4, 5)
    assert first.desk_reason.startswith("desk debts: ")


async def test_who_has_lost_his_campaign_keeps_nobody_from_his(
    scenes: Any, campaigns: list[Campaign]
) -> None:
    first, second = (FakeLoop(campaign) for campaign in campaigns)
    second.fault = LeaseLost("a newer owner has it")
    await scenes(first, second).until(lambda: first.asked)
    assert first.asked[0] == ("debts", Mode.PROGRESSIVE, 4)


async def test_nobody_is_dialled_by_whoever_does_not_drive_the_floor(
    scenes: Any, campaigns: list[Campaign]
) -> None:
    first = FakeLoop(campaigns[0])
    scene = scenes(first)
    scene.floor.driving = False
    await scene.until(lambda: scene.desks.desk("debts").reason == "this dialler does not drive the floor")
    assert first.asked == []


@pytest.mark.parametrize("status", sorted(set(CampaignStatus) - {CampaignStatus.RUNNING}))
async def test_a_campaign_that_does_not_run_needs_no_desk(
    scenes: Any, books: Books, campaigns: list[Campaign], status: CampaignStatus
) -> None:
    with books.write() as tx:
        still = tx.campaigns.set_status("first", status)
    other, second = FakeLoop(still), FakeLoop(campaigns[1])
    scene = scenes(other, second)
    await scene.until(lambda: second.asked)
    assert other.asked == []


async def test_a_ledger_that_does_not_answer_is_asked_again(
    scenes: Any, campaigns: list[Campaign], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = FakeLoop(campaigns[0])
    scene = scenes(first)
    refused: list[int] = []
    count = scene.desks._count_due

    def once(lanes: Any) -> None:
        if not refused:
            refused.append(1)
            raise LedgerDown("the disk is full")
        count(lanes)

    monkeypatch.setattr(scene.desks, "_count_due", once)
    await scene.until(lambda: first.asked)
    assert refused == [1]
