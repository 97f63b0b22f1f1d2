"""Operators who see whom they call first, and operators who are kept for a call: on the real stage."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from asterisk.town import Role
from dialer.demo.team import Team, login_of
from dialer.floor.commands import ask_floor, see_floor
from domain.campaign import Why
from domain.errors import InputError
from domain.touch import Outcome
from tests.e2e.floor_play import PEOPLE_TOWN, FloorPlay, floor_of, operators
from tests.e2e.play import forced, open_play
from tests.polling import until

pytestmark = pytest.mark.e2e

ONE = Team(1, talk_s=5.5, talk_cv=0.0, wrap_up_s=1)


async def shown(floor: FloorPlay) -> list[dict[str, Any]]:
    """Who is shown whom."""
    rows = await see_floor(floor.redis)
    return [row["preview"] | {"operator": row["operator"]} for row in rows if row["preview"]]


async def offered(floor: FloorPlay, *, besides: str = "") -> dict[str, Any]:
    """The next debtor whom the operator is shown and has not called yet."""
    found: list[dict[str, Any]] = []

    async def somebody() -> bool:
        found[:] = [one for one in await shown(floor) if not one["touch"] and one["debtor"] != besides]
        return bool(found)

    await until(somebody, what="a debtor is shown")
    return found[0]


async def test_an_operator_skips_one_and_calls_the_next(folder: Path, prompts: Path) -> None:
    phones = [forced(Role.LISTENS_TO_END, nth) for nth in range(2)] + [forced(Role.BUSY)]
    async with (
        open_play(
            folder,
            prompts,
            phones,
            town=PEOPLE_TOWN,
            cps=5,
            strategy=operators("preview"),
            team=ONE,
        ) as play,
        floor_of(play) as floor,
        play.dialler(),
    ):
        await floor.sign_in()
        anna = login_of(1)
        first = await offered(floor)
        assert play.touches() == [], "nobody is dialled before the operator says so"
        state = await floor.state_of(anna)
        assert (state["state"], state["reason"]) == ("paused", "preview")
        with pytest.raises(InputError, match="a skip needs a reason"):
            await ask_floor(floor.redis, "skip", anna, " ")
        await ask_floor(floor.redis, "skip", anna, "обещал вчера")
        second = await offered(floor, besides=first["debtor"])
        await ask_floor(floor.redis, "dial", anna)
        with pytest.raises(InputError, match="he is called already"):
            await ask_floor(floor.redis, "dial", anna)
        third = await offered(floor, besides=second["debtor"])
        assert {one["debtor"] for one in (first, second, third)} == {"D00000", "D00001", "D00002"}
        await ask_floor(floor.redis, "dial", anna)
        await until(lambda: len(play.touches()) == 2 and not play.open(), what="both calls have ended")
        skipped = play.plans()[first["debtor_id"]]
        assert (skipped.why, skipped.reason) == (Why.SKIPPED, f"skipped by operator {anna}: обещал вчера")

        async def free() -> bool:
            return (await floor.state_of(anna))["state"] == "ready" and not await shown(floor)

        await until(free, what="the operator is ready again, with nobody left to call")
    ends = {row.phone: (row.outcome, row.operator_id) for row in play.touches()}
    for phone, (outcome, operator) in ends.items():
        busy = phone == forced(Role.BUSY)
        assert (outcome, operator) == ((Outcome.BUSY, None) if busy else (Outcome.TALK_DEBTOR, 1))


async def test_whoever_is_kept_for_a_call_gets_it(folder: Path, prompts: Path) -> None:
    phones = [forced(Role.BUSY), *(forced(Role.LISTENS_TO_END, nth) for nth in range(2))]
    async with (
        open_play(
            folder,
            prompts,
            phones,
            town=PEOPLE_TOWN,
            cps=5,
            strategy=operators("reserved"),
            team=ONE,
        ) as play,
        floor_of(play) as floor,
        play.dialler(),
    ):
        await floor.sign_in()
        await until(lambda: len(play.touches()) == 3 and not play.open(), what="all calls have ended")
        assert floor.outcomes() == {Outcome.BUSY: 1, Outcome.TALK_DEBTOR: 2}
        rows = sorted(play.touches(), key=lambda row: row.reserved_at)
        for before, after in pairwise(rows):
            assert after.reserved_at >= before.ended_at, "one at a time: there is one operator"
        assert (await floor.talks_compared()).equal
