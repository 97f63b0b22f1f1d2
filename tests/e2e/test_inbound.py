"""Calls that come in, on the real stage: the town rings, the dialler decides, robots and log tell the same."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from asterisk.town import TownPlan
from dialer.demo.team import Team
from domain.callback import CallbackState
from domain.campaign import CampaignStatus
from domain.inbound import Line
from domain.touch import Direction, Outcome
from tests.e2e.floor_play import FloorPlay, floor_of, operators, town
from tests.e2e.play import CAMPAIGN, MORNING, PORTFOLIO, open_play, ordinary
from tests.polling import until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("heavy"), pytest.mark.timeout(180)]

LINE = "+78005553535"
TEAM = Team(2, talk_s=1.0, talk_cv=0.0, wrap_up_s=1)
STRANGER = "+79031112233"
ALONE, FAMILY = ordinary(2)


@asynccontextmanager
async def opened(
    folder: Path,
    prompts: Path,
    line: Line,
    phones: Sequence[str] = (ALONE, FAMILY, FAMILY),
    *,
    calls: bool = False,
    people: TownPlan | None = None,
) -> AsyncIterator[FloorPlay]:
    """A floor with one line of ours; its campaign rings nobody unless ``calls``."""
    async with (
        open_play(
            folder,
            prompts,
            phones,
            town=people or town(answers=0.0),
            cps=20.0,
            strategy=operators("progressive"),
            team=TEAM,
        ) as play,
        floor_of(play) as floor,
    ):
        with play.books.write() as tx:
            tx.lines.put(line)
            if not calls:
                tx.campaigns.set_status(CAMPAIGN, CampaignStatus.PAUSED)
        yield floor


async def rings(floor: FloorPlay, number: str, **habits: Any) -> None:
    await floor.play.stage.town.call_in(number, LINE, floor.play.stage.node.plan.sip_port, **habits)


async def line_is_there(floor: FloorPlay) -> None:
    async def known() -> bool:
        return LINE[1:] in await floor.play.stage.node.cli("dialplan show dozvon-lines")

    await until(known, 60, "the node knows our line")


def inbound(floor: FloorPlay) -> list[Any]:
    return [row for row in floor.play.touches() if row.direction == Direction.IN]


async def ended(floor: FloorPlay, count: int) -> list[Any]:
    await until(
        lambda: len(inbound(floor)) == count and all(row.outcome for row in inbound(floor)),
        60,
        "all calls in ended",
    )

    async def empty() -> bool:
        return await floor.channels() == 0

    await until(empty, 30, "no channel is left")
    return inbound(floor)


async def test_a_debtor_who_rings_is_known_before_the_first_ring_at_the_operator(
    stage_folder: Path, prompts: Path
) -> None:
    async with (
        opened(stage_folder, prompts, Line(LINE, portfolio=PORTFOLIO)) as floor,
        floor.play.dialler() as dialler,
    ):
        await floor.sign_in()
        await line_is_there(floor)
        await rings(floor, ALONE)
        (touch,) = await ended(floor, 1)
        assert (touch.debtor_id, touch.phone, touch.caller_number) == (1, ALONE, LINE)
        assert touch.outcome == Outcome.TALK_DEBTOR
        assert touch.why.startswith("unverified phone")
        (talk,) = [talk for talk in floor.play.stage.talks() if talk.answered]
        assert talk.touch_id == touch.id
        await rings(floor, FAMILY)
        await rings(floor, "")
        await rings(floor, STRANGER)
        others = (await ended(floor, 4))[1:]
        assert {row.debtor_id for row in others} == {None}
        assert {row.why for row in others} == {
            "2 debtors have this number",
            "the number is not shown",
            "nobody has this number",
        }
        dialler.terminate()
        assert await dialler.ended(30) == 0


GREETED = "w" * 40
"""By then the greeting, in which digits are not heard, is over: 20 s."""


async def test_an_unknown_caller_tells_his_account_and_is_known_when_the_operator_answers(
    stage_folder: Path, prompts: Path
) -> None:
    line = Line(LINE, portfolio=PORTFOLIO, script="self_service")
    async with opened(stage_folder, prompts, line) as floor, floor.play.dialler():
        await floor.sign_in()
        await line_is_there(floor)
        await rings(floor, STRANGER, presses=f"{GREETED}0000000001#ww0")
        await rings(floor, STRANGER, presses=f"{GREETED}7777777777#", listens_s=3)
        known, unknown = sorted(await ended(floor, 2), key=lambda row: row.debtor_id or 9)
        assert (known.debtor_id, known.outcome, known.why) == (
            2,
            Outcome.TALK_DEBTOR,
            "told his account number",
        )
        assert (unknown.debtor_id, unknown.operator_id) == (None, None)


async def test_out_of_hours_he_hears_so_and_is_logged(stage_folder: Path, prompts: Path) -> None:
    line = Line(LINE, portfolio=PORTFOLIO, hours=(), weekend=(), closed_script="closed")
    async with opened(stage_folder, prompts, line) as floor, floor.play.dialler():
        await floor.sign_in()
        await line_is_there(floor)
        await until(lambda: "lines_ready" in log_of(floor), 60, "what is said is ready")
        await rings(floor, ALONE, listens_s=2)
        (touch,) = await ended(floor, 1)
        assert touch.why.startswith("closed")
        assert (touch.debtor_id, touch.outcome, touch.last_node) == (1, Outcome.MSG_DELIVERED, "greeting")
        assert floor.play.stage.talks() == []


async def test_callers_are_served_and_logged_though_the_dialler_was_dead(
    stage_folder: Path, prompts: Path
) -> None:
    async with opened(stage_folder, prompts, Line(LINE, portfolio=PORTFOLIO)) as floor:
        async with floor.play.dialler() as dialler:
            await floor.sign_in()
            await line_is_there(floor)
            await dialler.kill()
        await rings(floor, ALONE)
        await until(lambda: any(talk.answered for talk in floor.play.stage.talks()), 30, "he has talked")
        await rings(floor, STRANGER, listens_s=1)
        assert inbound(floor) == []
        async with floor.play.dialler():
            first, second = await ended(floor, 2)
        assert (first.debtor_id, first.outcome) == (1, Outcome.TALK_DEBTOR)
        assert (second.debtor_id, second.phone) == (None, STRANGER)


async def test_who_rings_while_we_ring_him_has_one_talk_and_is_left_in_peace(
    stage_folder: Path, prompts: Path
) -> None:
    line = Line(LINE, portfolio=PORTFOLIO)
    async with opened(stage_folder, prompts, line, [ALONE], calls=True) as floor, floor.play.dialler():
        await line_is_there(floor)
        await floor.sign_in()
        await until(lambda: len(floor.play.touches()) == 1, 30, "we ring him")  # the town never answers
        await rings(floor, ALONE)
        (mine,) = await ended(floor, 1)
        assert mine.outcome == Outcome.TALK_DEBTOR
        await until(lambda: not floor.play.open(), 30, "our call has ended")
        (ours,) = [row for row in floor.play.touches() if row.direction == Direction.OUT]
        assert (ours.outcome, ours.cause) == (Outcome.NO_ANSWER, 16)
        assert ours.ended_at < mine.ended_at
        assert len([talk for talk in floor.play.stage.talks() if talk.answered]) == 1


async def test_who_waits_is_told_his_place_and_may_be_called_back(stage_folder: Path, prompts: Path) -> None:
    async with opened(stage_folder, prompts, Line(LINE, portfolio=PORTFOLIO)) as floor, floor.play.dialler():
        await until(lambda: floor.reachable({"robot1"}), 60, "the phones are there")
        await line_is_there(floor)
        await until(lambda: "lines_ready" in log_of(floor), 90, "what is said is ready")
        await floor.sign_in("robot1")
        await floor.play.cli("operator", "pause", "robot1", "--reason", "lunch")

        async def whispered() -> bool:
            return "ChanSpy" in await floor.play.stage.node.cli("core show channels concise")

        await rings(floor, ALONE, presses="w" * 24 + "1")
        await until(whispered, 30, "he is told his place")
        (touch,) = await ended(floor, 1)
        assert (touch.outcome, touch.result) == (Outcome.ABANDONED, "operator_wanted")
        with floor.play.books.read() as tx:
            assert tx.call_backs.counts() == {CallbackState.OWED: 1}


async def test_who_hung_up_in_the_queue_is_called_back_once(stage_folder: Path, prompts: Path) -> None:
    """He is owed a call two minutes later; the books are told that they have passed."""
    answering = town(answers=1.0)
    async with opened(stage_folder, prompts, Line(LINE, portfolio=PORTFOLIO), people=answering) as floor:
        async with floor.play.dialler():
            await until(lambda: floor.reachable({"robot1"}), 60, "the phones are there")
            await line_is_there(floor)
            await rings(floor, ALONE, listens_s=2)
            (missed,) = await ended(floor, 1)
            assert missed.outcome == Outcome.ABANDONED
            with floor.play.books.write() as tx:
                assert tx.call_backs.counts() == {CallbackState.OWED: 1}
                tx.call_backs.postpone(missed.id, MORNING, "")
            await floor.sign_in()
            await until(
                lambda: any(row.step == "call_back" and row.outcome for row in floor.play.touches()),
                60,
                "rung",
            )
        (back,) = [row for row in floor.play.touches() if row.direction == Direction.OUT]
        assert (back.phone, back.debtor_id, back.outcome) == (ALONE, 1, Outcome.ANSWERED_SHORT)
        assert back.operator_id is not None
        with floor.play.books.read() as tx:
            assert tx.call_backs.counts() == {CallbackState.RUNG: 1}


def log_of(floor: FloorPlay) -> str:
    return (floor.play.settings.home / "dialler.log").read_text()
