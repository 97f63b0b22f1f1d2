"""Bad days of the floor on a real Asterisk: lost links, a killed node, a queue that somebody deleted."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from asterisk.configuration.render import write_private
from asterisk.operators import members
from asterisk.town import TownPlan
from dialer.demo.stage import Stage, StagePlan, open_stage
from dialer.demo.team import Team
from domain.operator import OperatorState
from tests.dialer.floors import CLOCKS, Driven, driven, no_calls
from tests.polling import until

pytestmark = pytest.mark.integration

READY, TALKING, WRAP_UP = OperatorState.READY, OperatorState.TALKING, OperatorState.WRAP_UP


@pytest.fixture
async def stage(folder: Path) -> AsyncIterator[Stage]:
    """A robot who talks for three seconds and needs one to write it down."""
    team = Team(1, talk_s=3.0, talk_cv=0.0, wrap_up_s=1)
    town = TownPlan(ring=(0.1, 0.2))
    async with open_stage(StagePlan(folder, folder / "prompts", town, team=team)) as opened:
        yield opened


@pytest.fixture
async def house(stage: Stage) -> AsyncIterator[Driven]:
    """The robot is ready."""
    async with driven(stage) as opened:
        await until(lambda: opened.floor.driving and opened.known(1).reachable, what="ready to begin")
        await opened.floor.ready(1)
        yield opened


async def lose_the_link(house: Driven) -> None:
    """Asterisk closes our manager session; the link logs in again."""
    before = house.link.epoch
    session = re.search(
        r"\n\s*dozvon\s+\S+\s+\d+\s+\d+\s+(\d+)", await house.stage.node.cli("manager show connected")
    )
    assert session is not None
    await house.stage.node.cli(f"manager kick session {session[1]}")
    await until(lambda: house.link.epoch > before, what="the link is back")


async def test_a_talk_goes_on_while_the_link_is_lost(house: Driven) -> None:
    touch = house.call(1)
    await house.reaches(1, TALKING)
    await lose_the_link(house)
    await until(lambda: house.states(1)[-2:] == ["wrap_up", "ready"], what="the log")
    assert house.states(1) == ["ready", "ringing", "talking", "wrap_up", "ready"]
    assert [change.touch for change in house.logged(1)] == ["", touch, touch, touch, ""]


async def test_what_happened_while_nobody_listened_has_its_own_times(house: Driven) -> None:
    house.driver.node_lost("node1")
    house.floor.hear = lambda message, at: None  # type: ignore[method-assign]
    house.call(1)
    await until(lambda: any(talk.answered for talk in house.stage.talks()), what="the talk is over")
    over = await no_calls(house.stage)
    assert house.states(1) == ["ready"]
    del house.floor.hear
    await lose_the_link(house)
    await until(lambda: house.states(1)[-1:] == ["ready"] and len(house.states(1)) == 5, what="the log")
    log = house.logged(1)
    assert [change.state.value for change in log] == ["ready", "ringing", "talking", "wrap_up", "ready"]
    (talk,) = [talk for talk in house.stage.talks() if talk.answered]
    assert isinstance(talk.answered, datetime)
    assert talk.answered - CLOCKS < log[2].at < log[3].at <= over
    assert talk.ended - CLOCKS < log[3].at


async def test_a_killed_node_ends_the_talk_and_nobody_is_stuck(house: Driven) -> None:
    house.call(1)
    await house.reaches(1, TALKING)
    await house.stage.node.kill()
    await house.stage.node.start()
    await house.stage.town.cli(
        "pjsip send register op1"
    )  # a registration of the last second dies with the node
    await house.reaches(1, READY)
    await until(lambda: house.states(1)[-1:] == ["ready"], what="the log")
    assert house.states(1)[:3] == ["ready", "ringing", "talking"]

    async def offered() -> bool:
        return [(member.desk, member.paused) for member in await members(house.link)] == [
            ("operators", False)
        ]

    await until(offered, what="the queue offers him calls again")
    house.call(2)
    await house.reaches(1, TALKING)


async def test_while_no_node_is_up_nobody_s_talk_ends(house: Driven) -> None:
    house.call(1)
    await house.reaches(1, TALKING)
    house.floor.hear = lambda message, at: None  # type: ignore[method-assign]
    house.driver.node_lost("node1")
    await house.driver._survey()
    assert house.known(1).state is TALKING
    assert house.known(1).reachable


async def test_a_queue_that_somebody_deleted_comes_back(house: Driven) -> None:
    write_private(house.stage.node.folder.operators / "queues.conf", "")
    await house.stage.node.cli("queue remove member PJSIP/op1 from desk-operators")
    await house.stage.node.cli("queue reload all")
    assert "desk-operators" not in await house.stage.node.cli("queue show")
    await house.floor.sign_out(1)
    await house.floor.sign_in(1)

    async def seated() -> bool:
        return [member.desk for member in await members(house.link)] == ["operators"]

    await until(seated, what="the desk is there again, and he sits at it")
    house.call(1)
    await house.reaches(1, TALKING)


async def test_a_stranger_in_the_queue_is_sent_away(house: Driven) -> None:
    await house.stage.node.cli("queue add member PJSIP/op99 to desk-operators")
    assert len(await members(house.link)) == 2
    await lose_the_link(house)

    async def alone() -> bool:
        return [member.operator for member in await members(house.link)] == [1]

    await until(alone, what="only those who work here are left")


async def test_no_call_comes_between_a_talk_and_the_end_of_its_wrap_up(house: Driven) -> None:
    house.call(1)
    await house.reaches(1, TALKING)
    house.call(2, patience=30)
    await until(lambda: len(house.stage.talks()) == 2, what="both have talked")
    first, second = sorted(house.stage.talks(), key=lambda talk: talk.started)
    assert (second.started - first.ended).total_seconds() >= 0.99
    await until(lambda: house.states(1)[-1:] == ["ready"], what="the log")
    assert house.states(1) == ["ready", *["ringing", "talking", "wrap_up", "ready"] * 2]
