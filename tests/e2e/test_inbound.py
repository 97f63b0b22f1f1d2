"""Calls that come in, on the real stage: the town rings, the dialler decides, robots and log tell the same."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from dialer.demo.team import Team
from dialer.inbound.announcements import CONTEXT as WHISPERS
from domain.callback import CallbackState
from domain.campaign import CampaignStatus
from domain.inbound import Line
from domain.touch import Direction, Outcome
from tests.e2e.floor_play import FloorPlay, floor_of, operators, town
from tests.e2e.play import CAMPAIGN, MORNING, PORTFOLIO, open_play, ordinary
from tests.polling import until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("heavy")]

LINE = "+78005553535"
TEAM = Team(2, talk_s=1.0, talk_cv=0.0, wrap_up_s=1)
STRANGER = "+79031112233"
ALONE, FAMILY, OTHER = ordinary(3)
NIGHT, HELPED = "+78005553536", "+78005553537"


@asynccontextmanager
async def opened(
    folder: Path,
    prompts: Path,
    *lines: Line,
    phones: Sequence[str] = (ALONE, FAMILY, FAMILY, OTHER),
    people: float = 1.0,
    calls: bool = False,
) -> AsyncIterator[FloorPlay]:
    """A floor with lines of ours; its campaign rings nobody unless ``calls``. So many people answer."""
    async with (
        open_play(
            folder,
            prompts,
            phones,
            town=town(answers=people),
            cps=20.0,
            strategy=operators("progressive"),
            team=TEAM,
        ) as play,
        floor_of(play) as floor,
    ):
        with play.books.write() as tx:
            for line in lines:
                tx.lines.put(line)
            if not calls:
                tx.campaigns.set_status(CAMPAIGN, CampaignStatus.PAUSED)
        yield floor


async def rings(floor: FloorPlay, number: str, line: str = LINE, **habits: Any) -> None:
    await floor.play.stage.town.call_in(number, line, floor.play.stage.node.plan.sip_port, **habits)


async def lines_are_ready(floor: FloorPlay) -> None:
    log = floor.play.settings.home / "dialler.log"
    await until(lambda: log.exists() and "lines_ready" in log.read_text(), what="our lines are ready")


def inbound(floor: FloorPlay) -> list[Any]:
    return [row for row in floor.play.touches() if row.direction == Direction.IN]


async def ended(floor: FloorPlay, count: int) -> list[Any]:
    await until(
        lambda: len(inbound(floor)) == count and all(row.outcome for row in inbound(floor)),
        what="all calls in ended",
    )

    async def empty() -> bool:
        return await floor.channels() == 0

    await until(empty, what="no channel is left")
    return inbound(floor)


GREETED = "w" * 40
"""By then the greeting, in which digits are not heard, is over: 20 s."""


async def known_before_the_operator_is_rung(floor: FloorPlay) -> None:
    await rings(floor, ALONE)
    (touch,) = await ended(floor, 1)
    assert (touch.debtor_id, touch.phone, touch.caller_number) == (1, ALONE, LINE)
    assert touch.outcome == Outcome.TALK_DEBTOR
    assert touch.why.startswith("unverified phone")
    (talk,) = [talk for talk in floor.play.stage.talks() if talk.answered]
    assert talk.touch_id == touch.id


async def others_are_not_mistaken_for_him(floor: FloorPlay) -> None:
    for number in (FAMILY, "", STRANGER):
        await rings(floor, number)
    others = (await ended(floor, 4))[1:]
    assert {row.debtor_id for row in others} == {None}
    reasons = {"2 debtors have this number", "the number is not shown", "nobody has this number"}
    assert {row.why for row in others} == reasons


async def told_his_place_while_he_waits(floor: FloorPlay) -> None:
    """Nobody is ready; he hears his place, and presses one: call me back."""
    for login in floor.logins:
        await floor.play.cli("operator", "pause", login, "--reason", "lunch")

    def whispered() -> bool:
        return f"Local/s@{WHISPERS}" in floor.play.stage.node.cel_path.read_text()

    await rings(floor, OTHER, presses="w" * 20 + "1")
    await until(whispered, what="he is told his place")
    touch = (await ended(floor, 5))[4]
    assert (touch.debtor_id, touch.outcome, touch.result) == (4, Outcome.ABANDONED, "operator_wanted")


async def called_back_once(floor: FloorPlay) -> None:
    """He is owed a call two minutes later; the books are told that they have passed."""
    missed = inbound(floor)[4]
    with floor.play.books.write() as tx:
        assert tx.call_backs.counts() == {CallbackState.OWED: 1}
        tx.call_backs.postpone(missed.id, MORNING, "")
    await floor.sign_in()

    def back() -> list[Any]:
        return [row for row in floor.play.touches() if row.direction == Direction.OUT and row.outcome]

    await until(lambda: len(back()) == 1, what="he is called back")
    (touch,) = back()
    assert (touch.step, touch.phone, touch.debtor_id) == ("call_back", OTHER, 4)
    assert touch.operator_id is not None
    with floor.play.books.read() as tx:
        assert tx.call_backs.counts() == {CallbackState.RUNG: 1}


async def test_callers_are_known_served_and_called_back_though_the_dialler_dies(
    folder: Path, prompts: Path
) -> None:
    async with opened(folder, prompts, Line(LINE, portfolio=PORTFOLIO)) as floor:
        async with floor.play.dialler() as dialler:
            await floor.sign_in()
            await lines_are_ready(floor)
            await known_before_the_operator_is_rung(floor)
            await others_are_not_mistaken_for_him(floor)
            await told_his_place_while_he_waits(floor)
            await called_back_once(floor)
            await floor.sign_in()
            await dialler.kill()
        talks = len(floor.play.stage.talks())
        await rings(floor, ALONE)
        await until(lambda: len(floor.play.stage.talks()) > talks, what="he has talked")
        await rings(floor, STRANGER, listens_s=1)
        assert len(inbound(floor)) == 5
        async with floor.play.dialler():
            served, left = (await ended(floor, 7))[5:]
        assert (served.debtor_id, served.outcome) == (1, Outcome.TALK_DEBTOR)
        assert (left.debtor_id, left.phone) == (None, STRANGER)


async def who_waits_too_long_is_served_by_the_second_desk(floor: FloorPlay) -> None:
    """The one who sits at his desk has a break."""
    await floor.play.cli("operator", "pause", "robot2", "--reason", "lunch")
    await rings(floor, OTHER, HELPED)
    touch = (await ended(floor, 4))[3]
    call = floor.calls()[touch.id]
    assert (call.came_to, call.flowed_to, touch.outcome) == ("heat", "helpers", Outcome.TALK_DEBTOR)
    told = json.loads(await floor.play.cli("report", "queues", "--since", f"{MORNING:%Y-%m-%d}", "--json"))
    (heat,) = [one for one in told["desks"] if one["desk"] == "heat"]
    assert (heat["offered"], heat["answered"], heat["overflowed"]) == (1, 1, 1)


async def test_robots_receive_unknown_callers_and_those_who_come_too_late(
    folder: Path, prompts: Path
) -> None:
    day = Line(LINE, portfolio=PORTFOLIO, script="self_service")
    night = Line(NIGHT, portfolio=PORTFOLIO, hours=(), weekend=(), closed_script="closed")
    helped = Line(HELPED, portfolio=PORTFOLIO, desk="heat", overflow_desk="helpers", overflow_s=2)
    async with opened(folder, prompts, day, night, helped) as floor, floor.play.dialler():
        with floor.play.books.write() as tx:
            tx.operators.set_skills("robot1", ["helpers"])
            tx.operators.set_skills("robot2", ["heat"])
        await floor.sign_in()
        await lines_are_ready(floor)
        await rings(floor, STRANGER, presses=f"{GREETED}0000000001#ww0")
        await rings(floor, STRANGER, presses=f"{GREETED}7777777777#", listens_s=3)
        await rings(floor, ALONE, NIGHT, listens_s=2)
        touches = {row.debtor_id: row for row in await ended(floor, 3)}
        closed, told, unknown = touches[1], touches[2], touches[None]
        assert (told.outcome, told.why) == (Outcome.TALK_DEBTOR, "told his account number")
        assert unknown.operator_id is None
        assert closed.why.startswith("closed")
        assert (closed.outcome, closed.last_node) == (Outcome.MSG_DELIVERED, "greeting")
        assert len([talk for talk in floor.play.stage.talks() if talk.answered]) == 1
        await who_waits_too_long_is_served_by_the_second_desk(floor)


async def test_who_rings_while_we_ring_him_has_one_talk_and_is_left_in_peace(
    folder: Path, prompts: Path
) -> None:
    line = Line(LINE, portfolio=PORTFOLIO)
    async with (
        opened(folder, prompts, line, phones=[ALONE], people=0.0, calls=True) as floor,
        floor.play.dialler(),
    ):
        await lines_are_ready(floor)
        await floor.sign_in()
        await until(lambda: len(floor.play.touches()) == 1, what="we ring him")  # the town never answers
        await rings(floor, ALONE)
        (mine,) = await ended(floor, 1)
        assert mine.outcome == Outcome.TALK_DEBTOR
        await until(lambda: not floor.play.open(), what="our call has ended")
        (ours,) = [row for row in floor.play.touches() if row.direction == Direction.OUT]
        assert (ours.outcome, ours.cause) == (Outcome.NO_ANSWER, 16)
        assert ours.ended_at < mine.ended_at
        assert len([talk for talk in floor.play.stage.talks() if talk.answered]) == 1
