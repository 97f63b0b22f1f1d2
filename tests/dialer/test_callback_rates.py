"""Who is held back, by whom, and how other diallers learn of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisLost

from dialer.callbacks.rates import RATES, UNKNOWN, CallbackRates
from dialer.campaign_loop import CampaignLoop, Tools
from dialer.floor.floor import Floor
from dialer.ledger_thread import LedgerThread
from dialer.pacing.caps import FREE, Hold
from dialer.running import INBOUND, Running, RunningCalls
from domain.call import Call
from domain.campaign import Campaign, Plan
from domain.inbound import Line, Purpose
from domain.operator import OnFloor, Operator, OperatorState
from domain.said import Said
from domain.touch import TouchId
from domain.window import parse_hours
from ledger.books import Books
from tests.ledger.rows import NOON, add_campaign

pytestmark = pytest.mark.integration

HEAT = Line("+78005553535", portfolio="heat", desk="heat")


class FakeRedis:
    """A key and a value; lost when told so."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.lost = False

    async def set(self, key: str, value: bytes, **_: object) -> None:
        self.kept[key] = value

    async def get(self, key: str) -> bytes | None:
        if self.lost:
            raise RedisLost("gone")
        return self.kept.get(key)


@dataclass
class FakeFloor:
    """The operators of the books, all ready, if this dialler drives the floor."""

    driving: bool = True
    staff: list[Operator] = field(default_factory=list)
    listeners: list[Any] = field(default_factory=list)

    def operators(self) -> list[tuple[Operator, OnFloor]]:
        known = cast(OnFloor, SimpleNamespace(state=OperatorState.READY))
        return [(one, known) for one in self.staff]


class Scene:
    """A dialler's rates, beside one campaign of robots for each of two portfolios."""

    def __init__(self, books: Books) -> None:
        self.books, self.ledger, self.redis, self.floor = books, LedgerThread(), FakeRedis(), FakeFloor()
        with books.write() as tx:
            self.loops = [
                self._loop(
                    add_campaign(
                        tx, tx.portfolios.put(name, creditor=name, contact_phone="", basis=None).id, name
                    )
                )
                for name in ("heat", "water")
            ]
        self.switchboard = SimpleNamespace(calls=RunningCalls(), followers=[])
        self.rates = self.dialler(self.floor)

    def _loop(self, campaign: Campaign) -> Any:
        work = SimpleNamespace(strategy=SimpleNamespace(scripts=frozenset({"hello"})))
        return SimpleNamespace(campaign=campaign, ready=SimpleNamespace(work=work), hold=FREE)

    def dialler(self, floor: FakeFloor) -> CallbackRates:
        clock = SimpleNamespace(now=lambda: NOON)
        tools = SimpleNamespace(
            books=self.books, ledger=self.ledger, switchboard=self.switchboard, clock=clock
        )
        loops = cast(list[CampaignLoop], self.loops)
        return CallbackRates(cast(Tools, tools), cast(Floor, floor), cast(Redis, self.redis), lambda: loops)

    def put(self, *lines: Line, operators: tuple[str, ...] = ("anna",)) -> None:
        with self.books.write() as tx:
            for line in lines:
                tx.lines.put(line)
            self.floor.staff = [tx.operators.add(login, "", ("heat",), "secret", 5) for login in operators]

    @property
    def holds(self) -> list[Hold]:
        return [loop.hold for loop in self.loops]


@pytest.fixture
def scene(books: Books) -> Iterator[Scene]:
    scene = Scene(books)
    yield scene
    scene.ledger.close()


async def test_nobody_is_held_back_where_nobody_can_call_back(scene: Scene) -> None:
    await scene.rates.look()
    assert scene.holds == [FREE, FREE], "neither lines nor operators"
    scene.put(HEAT, operators=())
    await scene.rates.look()
    assert scene.holds == [FREE, FREE], "a line without anybody who works here"
    assert not scene.redis.kept


async def test_only_the_portfolio_whose_line_leads_to_a_desk_is_held_back(scene: Scene) -> None:
    scene.put(HEAT)
    await scene.rates.look()
    heat, water = scene.holds
    assert 0 < heat.factor < 1
    assert heat.reason.startswith("IVR at ")
    assert water == FREE


async def test_robots_are_held_back_before_operators_leave_for_lunch(scene: Scene) -> None:
    scene.put(HEAT, operators=("anna", "boris", "vera", "gleb"))

    async def limit() -> float:
        await scene.dialler(scene.floor).look()
        return float(orjson.loads(scene.redis.kept[RATES])["heat"]["figures"]["limit"])

    all_day = await limit()
    with scene.books.write() as tx:
        for operator in scene.floor.staff[1:]:
            tx.shifts.put(operator.id, range(7), parse_hours("06:00-09:20, 10:00-18:00"))
    assert 0 < await limit() < all_day / 2, "three of four leave in twenty minutes"
    assert "queue expected to be full at 09:" in scene.holds[0].reason


async def test_a_line_of_all_portfolios_holds_all_of_them_but_bailiffs_none(scene: Scene) -> None:
    scene.put(replace(HEAT, portfolio="", purpose=Purpose.BAILIFFS))
    await scene.rates.look()
    assert scene.holds == [FREE, FREE]
    scene.put(replace(HEAT, portfolio="", desk="nobody sits here"), operators=())
    await scene.rates.look()
    heat, water = scene.holds
    assert heat == water
    assert heat.factor < 1


async def test_other_diallers_read_it_and_without_it_they_stand_still(scene: Scene) -> None:
    scene.put(HEAT)
    await scene.rates.look()
    told = scene.holds[0]
    other = scene.dialler(FakeFloor(driving=False))
    scene.loops[0].hold = FREE
    await other.look()
    assert scene.holds[0] == told
    assert isinstance(scene.holds[0].reason, Said), "to be said in any language"
    scene.redis.lost = True
    await other.look()
    assert scene.holds == [UNKNOWN, FREE]
    scene.redis.lost = False
    scene.redis.kept.clear()
    await other.look()
    assert scene.holds == [UNKNOWN, FREE]


async def test_out_of_hours_robots_stand_still_and_say_so(scene: Scene) -> None:
    scene.put(replace(HEAT, zone="Europe/Moscow", hours=parse_hours("08:00-12:00")))
    await scene.rates.look()
    assert scene.holds[0] == Hold(0.0, "IVR stands still: the queue is closed")


async def test_callers_are_told_to_the_model_and_shown_with_the_decision(scene: Scene) -> None:
    scene.put(HEAT)
    await scene.rates.look()
    before = Call(TouchId("1" * 32), answered_at=NOON)
    after = replace(before, desk="heat", queued_at=NOON)
    running = Running(after, Plan(0, NOON), "+79161234567", INBOUND, "node1", 0.0, line=HEAT.number)
    scene.switchboard.calls.add(running)
    (follow,) = scene.switchboard.followers
    follow(before, running)
    running.call = replace(after, ended_at=NOON + timedelta(minutes=3))
    follow(after, running)
    scene.rates._decided_at = -1e9
    await scene.rates.look()
    shown = orjson.loads(scene.redis.kept[RATES])["heat"]
    assert shown["factor"] == scene.holds[0].factor
    assert shown["figures"]["aim"] > 0.8, "who has hung up is made up for"
