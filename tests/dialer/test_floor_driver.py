"""The floor's driver without Asterisk: what a node shows before its log was read proves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from redis.asyncio import Redis

from asterisk.ami.link import AmiLink
from dialer.floor import driver as drivers
from dialer.floor.driver import FloorDriver, Node
from dialer.floor.log import FloorLog
from dialer.settings import NodeSettings
from domain.operator import OperatorState
from domain.operator_events import Called, LegEnded, PickedUp
from ledger.books import Books
from tests.dialer.test_floor import ANNA, House
from tests.ledger.rows import NOON

pytestmark = pytest.mark.unit

ENDED = NOON + timedelta(seconds=7)


class Scene:
    """A floor on which anna talks, and a node on which that talk has ended long ago: only its log tells when."""

    def __init__(self, books: Books, folder: Path) -> None:
        self.house = House(books)
        floor, clock = self.house.floor, self.house.clock
        record = FloorLog(books, self.house.ledger)
        redis = cast(Redis, SimpleNamespace(register_script=lambda _: None))
        self.driver = FloorDriver(floor, record, redis, books, self.house.ledger, clock)
        self.settings = NodeSettings(
            name="node1",
            ami_secret=cast(Any, "a long secret"),
            scripts_folder=folder,
            channel_log=folder / "cel.json",
            operators_folder=folder,
        )

    async def talks(self) -> None:
        await self.house.open()
        self.house.floor.take(Called(ANNA, NOON, "leg1", "t1"))
        self.house.floor.take(PickedUp(ANNA, NOON, "leg1", "t1"))
        self.house.clock.at += timedelta(hours=1)

    def state(self) -> OperatorState:
        return self.house.floor.operator(ANNA).state


@pytest.fixture
def scene(books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    async def phones(_: AmiLink) -> dict[Any, bool]:
        return {ANNA: True}

    async def nothing(*_: Any) -> list[Any]:
        return []

    monkeypatch.setattr(drivers, "registered_phones", phones)
    monkeypatch.setattr(drivers, "phone_legs", nothing)
    monkeypatch.setattr(drivers, "read_leg_log", lambda *_: [LegEnded(ANNA, ENDED, "leg1", "t1")])
    monkeypatch.setattr(Node, "configure", nothing)
    one = Scene(books, tmp_path)
    monkeypatch.setattr(one.house.floor.seating, "survey", nothing)
    monkeypatch.setattr(one.house.floor.seating, "change", lambda _: None)
    yield one
    one.house.ledger.close()


async def test_a_talk_ends_when_the_log_says_and_not_when_a_survey_misses_it(scene: Scene) -> None:
    await scene.talks()
    scene.driver._up["node1"] = Node(scene.settings, cast(AmiLink, None))
    await scene.driver._survey()
    assert scene.state() is OperatorState.TALKING, "its log is not read yet"
    await scene.driver.node_up(scene.settings, cast(AmiLink, None))
    assert scene.state() is OperatorState.WRAP_UP
    assert scene.house.floor.operator(ANNA).wrap_up_since == ENDED
