"""Robots held back on the real stage: by a dialler that drives the floor, as soon as a line leads to operators."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dialer.board import fetch
from dialer.demo.team import Team
from domain.inbound import Line
from tests.e2e.floor_play import FloorPlay, floor_of
from tests.e2e.play import CAMPAIGN, open_play, ordinary
from tests.polling import until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("heavy")]


async def board_of(floor: FloorPlay) -> dict[str, Any]:
    return await fetch(floor.redis, CAMPAIGN) or {}


async def test_robots_stand_still_until_somebody_can_answer_those_who_call_back(
    folder: Path, prompts: Path
) -> None:
    async with (
        open_play(folder, prompts, ordinary(40), cps=20.0, team=Team(1, wrap_up_s=1)) as play,
        floor_of(play) as floor,
    ):
        with play.books.write() as tx:
            tx.lines.put(Line("+78005553535"))
        async with play.dialler():

            async def nobody_there() -> bool:
                return "no operator is there" in str((await board_of(floor)).get("reason"))

            async def held() -> bool:
                return "IVR at " in str((await board_of(floor)).get("reason"))

            await until(nobody_there, what="robots stand still")
            assert not play.touches(), "nobody was called before it was known whether somebody is there"
            await floor.sign_in()
            await until(held, what="robots call again, slowly")
