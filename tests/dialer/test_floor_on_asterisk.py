"""The floor against a real Asterisk whose operators are robots: states, desks, and what the log says of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from asterisk.operators import members
from asterisk.town import RobotTalk, TownPlan
from dialer.demo.stage import Stage, StagePlan, open_stage
from dialer.demo.team import Team
from dialer.floor.commands import ask_floor
from domain.errors import InputError
from domain.operator import MISSED_OFFER, OperatorState
from domain.operator_events import OperatorId
from tests.dialer.floors import CLOCKS, Driven, driven, no_calls
from tests.polling import until

pytestmark = pytest.mark.integration

READY, TALKING, WRAP_UP = OperatorState.READY, OperatorState.TALKING, OperatorState.WRAP_UP
BUSY_S = 30.0
"""How late a busy machine may hear what its robots do."""

PAUSED, OFFLINE, LOST = OperatorState.PAUSED, OperatorState.OFFLINE, OperatorState.PHONE_LOST


@pytest.fixture
async def stage(folder: Path) -> AsyncIterator[Stage]:
    """Two robots who talk for three seconds, and a third who never picks up."""
    team = Team(3, talk_s=3.0, talk_cv=0.0, wrap_up_s=1, deaf=1)
    town = TownPlan(ring=(0.1, 0.2))
    async with open_stage(StagePlan(folder, folder / "prompts", town, team=team)) as opened:
        yield opened


@pytest.fixture
async def house(stage: Stage) -> AsyncIterator[Driven]:
    async with driven(stage) as opened:
        await until(lambda: opened.floor.driving, what="the floor is ours")
        await until(
            lambda: all(known.reachable for _, known in opened.floor.operators()),
            what="the phones are registered",
        )
        yield opened


async def talks_of(stage: Stage, count: int) -> list[RobotTalk]:
    """So many talks, as the robots tell of them when they are over; another process writes that."""

    def answered() -> list[RobotTalk]:
        return [talk for talk in stage.talks() if talk.answered]

    await until(lambda: len(answered()) == count, what=f"{count} talks are over")
    return answered()


async def test_a_talk_from_ready_to_ready_is_in_the_log(house: Driven) -> None:
    await house.floor.ready(1)
    assert house.known(1).state is READY
    touch = house.call(1)
    assert (await house.reaches(1, TALKING)).touch == touch
    await house.floor.seating.settled(OperatorId(1))
    assert all(member.paused for member in await members(house.link)), "he gets no call between two talks"
    await house.reaches(1, WRAP_UP)
    await house.reaches(1, READY)
    await until(lambda: house.states(1)[-1:] == ["ready"], what="the log is written")
    log = house.logged(1)
    assert [change.state.value for change in log] == ["ready", "ringing", "talking", "wrap_up", "ready"]
    assert [change.touch for change in log] == ["", touch, touch, touch, ""]
    (talk,) = await talks_of(house.stage, 1)
    assert isinstance(talk.answered, datetime)
    told_late = log[3].was_s - (talk.ended - talk.answered).total_seconds()
    assert -0.5 < told_late < BUSY_S
    assert log[4].was_s == 1.0, "a wrap-up ends at its limit, however late somebody looks"


async def test_a_missed_offer_pauses_visibly_and_ready_brings_him_back(house: Driven) -> None:
    await house.floor.ready(3)
    house.call(1, patience=10)
    assert (await house.reaches(3, PAUSED)).reason == MISSED_OFFER
    await until(
        lambda: any(change.reason == MISSED_OFFER for change in house.logged(3)), what="the log says why"
    )
    await house.floor.ready(3)
    assert not any(member.paused for member in await members(house.link))


async def test_commands_come_over_redis_and_wrong_ones_are_refused(house: Driven) -> None:
    with pytest.raises(InputError, match="not signed in"):
        await ask_floor(house.redis, "pause", "robot1", "lunch")
    assert (await ask_floor(house.redis, "ready", "robot1"))["state"] == "ready"
    told = await ask_floor(house.redis, "pause", "robot1", "lunch")
    assert (told["state"], told["reason"]) == ("paused", "lunch")
    assert {member.reason for member in await members(house.link)} == {"lunch"}
    assert (await ask_floor(house.redis, "sign_out", "robot1"))["state"] == "offline"
    assert await members(house.link) == []
    with pytest.raises(InputError, match="no operator 'nobody'"):
        await ask_floor(house.redis, "ready", "nobody")
    await ask_floor(house.redis, "ready", "robot1")
    with pytest.raises(InputError, match="needs a reason"):
        await ask_floor(house.redis, "pause", "robot1", " ")


async def test_a_pause_asked_in_a_talk_begins_behind_the_wrap_up(house: Driven) -> None:
    await house.floor.ready(1)
    house.call(1)
    await house.reaches(1, TALKING)
    assert (await house.floor.pause(1, "lunch")).state is TALKING
    await house.reaches(1, PAUSED)
    await until(lambda: house.states(1)[-3:] == ["talking", "wrap_up", "paused"], what="the log")


async def test_all_leave_at_once_and_the_talk_goes_on(house: Driven) -> None:
    for id in (1, 2):
        await house.floor.ready(id)
    house.call(1)
    house.call(2)
    for id in (1, 2):
        await house.reaches(id, TALKING)
        assert (await house.floor.sign_out(id)).state is TALKING
    assert await members(house.link) == []
    for id in (1, 2):
        await house.reaches(id, OFFLINE)
    assert [talk.ended_by for talk in await talks_of(house.stage, 2)] == ["robot", "robot"]


async def test_a_phone_that_is_gone_shows_and_comes_back(house: Driven) -> None:
    await house.floor.ready(1)
    await house.stage.town.cli("pjsip send unregister op1")
    await house.reaches(1, LOST)
    await house.stage.town.cli("pjsip send register op1")
    await house.reaches(1, READY)


@pytest.mark.parametrize("node_first", [False, True])
async def test_after_a_crash_the_next_owner_knows_who_talks_and_who_has_talked(
    stage: Stage, node_first: bool
) -> None:
    async with driven(stage) as first:
        await until(lambda: first.floor.driving and first.known(1).reachable, what="ready to begin")
        await first.floor.ready(1)
        touch = first.call(1)
        await first.reaches(1, TALKING)
        await until(lambda: first.states(1)[-1:] == ["talking"], what="the log has the talk")
    # the talk ends while nobody drives the floor
    await talks_of(stage, 1)
    over = await no_calls(stage)
    async with driven(stage, node_first=node_first) as second:
        await second.reaches(1, WRAP_UP, READY)
        await second.reaches(1, READY)
        await until(lambda: second.states(1)[-1:] == ["ready"], what="the log")
        log = second.logged(1)
    assert [change.state.value for change in log[-4:]] == ["ringing", "talking", "wrap_up", "ready"]
    (talk,) = await talks_of(stage, 1)
    assert log[-2].touch == touch
    assert talk.ended - CLOCKS < log[-2].at <= over, "when it ended, not when somebody learnt of it"
    assert log[-1].was_s == 1.0


async def test_a_call_that_needs_no_operator_costs_no_more_events_than_before(house: Driven) -> None:
    house.heard.clear()
    touch = house.call(1, context="floor-nobody")
    await until(
        lambda: any(message.get("Event") == "Hangup" for message in house.heard), what="the call is over"
    )
    names = [message["Event"] for message in house.heard if message.get("Uniqueid") == touch]
    assert sorted(names) == ["Hangup", "Newchannel", "Newstate", "Newstate", "OriginateResponse"]
    assert len(house.heard) == len(names) + 1, "and the answer to the action itself"
