"""Operators' campaigns on their good and bad days: real phones, real dialler, and the robots' own word at the end.

Days are long: what can happen in one campaign happens in one, in the order of the test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from asterisk.town import TownPlan
from dialer.demo.team import Team
from dialer.desks.desk import MOST_DIALS_PER_OPERATOR
from domain.touch import Outcome
from tests.e2e.cut import wire_to
from tests.e2e.floor_play import FloorPlay, floor_of, operators, town
from tests.e2e.play import open_play, ordinary
from tests.polling import until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("heavy")]

TEAM = Team(4, talk_s=1.5, talk_cv=0.5, wrap_up_s=1)
DEBTORS = 40
LONG_TALKS = Team(4, talk_s=8.0, talk_cv=0.2, wrap_up_s=1)


@asynccontextmanager
async def opened(
    folder: Path,
    prompts: Path,
    debtors: int,
    people: TownPlan,
    team: Team = TEAM,
    *,
    mode: str = "predictive",
) -> AsyncIterator[FloorPlay]:
    """A campaign of operators that no dialler works yet."""
    async with (
        open_play(
            folder, prompts, ordinary(debtors), town=people, cps=20.0, strategy=operators(mode), team=team
        ) as play,
        floor_of(play) as floor,
    ):
        yield floor


async def settled(floor: FloorPlay) -> None:
    """Every touch has its outcome, every operator who is signed in is ready, and no channel is left."""
    await until(lambda: not floor.play.open(), 90, "every touch is closed")

    async def quiet() -> bool:
        busy = {"talking", "ringing", "wrap_up"} & (await floor.states()).keys()
        return not busy and await floor.channels() == 0

    await until(quiet, what="nobody talks and no channel is left")


async def check_true(floor: FloorPlay, *, from_log: bool = False) -> None:
    """Carrier, robots and log tell the same, and nobody was dialled twice."""
    calls = await floor.play.compared(from_log=from_log)
    assert calls.equal, calls
    talks = await floor.talks_compared()
    assert talks.equal, talks
    assert set(Counter(call.number for call in floor.play.stage.record()).values()) <= {1}


def in_state(floor: FloorPlay, **wanted: int) -> Any:
    async def look() -> bool:
        return await floor.states() == wanted

    return look


async def test_a_day_with_everything_but_a_crash(folder: Path, prompts: Path) -> None:
    """Everybody answers; the last robot never picks up."""
    people, team = town(answers=1.0, ring=(0.5, 2.0)), Team(4, talk_s=1.5, talk_cv=0.5, wrap_up_s=1, deaf=1)
    async with opened(folder, prompts, DEBTORS, people, team) as floor:
        async with floor.play.dialler("--until-finished") as dialler:
            await nobody_is_dialled_before_an_operator_has_come(floor)
            await floor.sign_in()
            await a_phone_that_nobody_picks_up_is_paused_visibly(floor)
            await all_leave_at_once_and_come_back(floor)
            await a_lost_phone_stops_its_operator_only(floor)
            await a_deleted_queue_comes_back(floor)
            assert await dialler.ended() == 0
        await check_true(floor)
        assert len(floor.play.touches()) == DEBTORS
        assert floor.most_at_once() <= MOST_DIALS_PER_OPERATOR * team.operators
        assert not [talk for talk in floor.play.stage.talks() if talk.user == "op4" and talk.answered]


async def nobody_is_dialled_before_an_operator_has_come(floor: FloorPlay) -> None:
    async def said() -> Any:
        return (await floor.desk()).get("reason")

    await until(said, what="the desk says why it does not dial")
    assert "operator" in await said()
    assert floor.play.placed() == 0


async def a_phone_that_nobody_picks_up_is_paused_visibly(floor: FloorPlay) -> None:
    await until(lambda: state_is(floor, "robot4", "paused"), 90, "he is paused")
    assert (await floor.state_of("robot4"))["reason"] == "missed offer"


async def all_leave_at_once_and_come_back(floor: FloorPlay) -> None:
    await floor.sign_out()
    await until(in_state(floor, offline=4), what="they have left")
    await settled(floor)
    assert floor.play.placed() < DEBTORS
    await floor.sign_in(*floor.logins[:3])


async def a_lost_phone_stops_its_operator_only(floor: FloorPlay) -> None:
    town, placed = floor.play.stage.town, floor.play.placed()
    await town.cli("pjsip send unregister op1")
    await until(lambda: state_is(floor, "robot1", "phone_lost"), what="his phone is lost")
    await until(lambda: floor.play.placed() > placed, what="the others go on")
    await town.cli("pjsip send register op1")
    await until(lambda: has_worked_since(floor), what="his phone is back")


async def a_deleted_queue_comes_back(floor: FloorPlay) -> None:
    node = floor.play.stage.node
    queues = node.folder.operators / "queues.conf"
    queues.write_text("")
    await node.cli("queue reload all")
    await until(queues.read_text, what="the dialler has written its queues anew")
    await until(lambda: has_queue(floor), what="the queue has its operators again")


async def test_one_to_one_dialling_abandons_nobody(folder: Path, prompts: Path) -> None:
    async with opened(folder, prompts, 12, town(answers=1.0), mode="progressive") as floor:
        async with floor.play.dialler("--until-finished") as dialler:
            await floor.sign_in()
            assert await dialler.ended() == 0
        await check_true(floor)
        assert floor.outcomes()[Outcome.ABANDONED] == 0


async def test_nobody_answers_and_the_list_ends_without_a_flood(folder: Path, prompts: Path) -> None:
    async with opened(folder, prompts, 60, town(answers=0.0, busy=1.0)) as floor:
        async with floor.play.dialler("--until-finished") as dialler:
            await floor.sign_in()
            assert await dialler.ended() == 0
        await check_true(floor)
        assert floor.outcomes() == {Outcome.BUSY: 60}
        assert floor.most_at_once() <= MOST_DIALS_PER_OPERATOR * TEAM.operators


async def test_talks_outlive_a_cut_link_and_a_killed_dialler(folder: Path, prompts: Path) -> None:
    async with (
        opened(folder, prompts, 16, town(answers=1.0), LONG_TALKS) as floor,
        wire_to(floor.play.settings) as (wire, settings),
    ):
        async with floor.play.dialler(settings=settings) as first:
            await floor.sign_in()
            await until(lambda: talking(floor, 3), what="three operators talk")
            wire.cut()
            await until(lambda: "ami_link_down" in first.log.read_text(), what="the dialler has noticed")
            placed, talked = floor.play.placed(), len(floor.play.stage.talks())
            await until(lambda: len(floor.play.stage.talks()) >= talked + 3, what="three talks end meanwhile")
            assert floor.play.placed() == placed
            wire.mend()
            await until(lambda: floor.play.placed() > placed, what="calls are placed again")
            await until(lambda: talking(floor, 2), what="two operators talk")
            await first.kill()
        async with floor.play.dialler("--until-finished") as second:
            assert await second.ended() == 0
        await check_true(floor, from_log=True)
        assert Outcome.UNKNOWN not in floor.outcomes()
        check_log(floor)


async def state_is(floor: FloorPlay, login: str, state: str) -> bool:
    return (await floor.state_of(login)).get("state") == state


async def has_worked_since(floor: FloorPlay) -> bool:
    return (await floor.state_of("robot1")).get("state") not in ("phone_lost", None)


async def has_queue(floor: FloorPlay) -> bool:
    return "PJSIP/op1" in await floor.play.stage.node.cli("queue show desk-operators")


async def talking(floor: FloorPlay, operators: int) -> bool:
    return (await floor.states())["talking"] >= operators


def check_log(floor: FloorPlay) -> None:
    """Each talk of a robot is a line of the operators' log, and each line begins where the one before ends."""
    lines = floor.log()
    talked = {line.touch for line in lines if line.state == "talking"}
    assert {talk.touch_id for talk in floor.play.stage.talks() if talk.answered} <= talked
    for operator in {line.operator for line in lines}:
        mine: Sequence[Any] = [line for line in lines if line.operator == operator]
        for before, after in pairwise(mine):
            assert after.was == before.state
            assert (after.at - before.at).total_seconds() == pytest.approx(after.was_s, abs=0.05)
