"""Calls that come in, on the real stage: the town rings, the dialler decides, robots and log tell the same."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from dialer.demo.team import Team
from domain.campaign import CampaignStatus
from domain.inbound import Line
from domain.touch import Direction, Outcome
from tests.e2e.floor_play import FloorPlay, floor_of, operators, town
from tests.e2e.play import CAMPAIGN, PORTFOLIO, open_play, ordinary
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
) -> AsyncIterator[FloorPlay]:
    """A floor with one line of ours; its campaign rings nobody unless ``calls``."""
    async with (
        open_play(
            folder,
            prompts,
            phones,
            town=town(answers=0.0),
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
