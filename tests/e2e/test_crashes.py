"""Kill -9 of the dialler and of the node in mid-campaign: the log still holds every call the carrier saw, once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from asterisk.town import Role
from domain.campaign import PlanState
from domain.touch import Outcome
from tests.e2e.play import BRIEF_TOWN, Play, forced, open_play, ordinary
from tests.polling import until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("heavy"), pytest.mark.proof]

CALLS = 260
CPS = 25.0
PRESSERS = [forced(Role.PRESSES_2, nth) for nth in range(10)]
PHONES = ordinary(110) + PRESSERS + ordinary(160, first=110)
"""Those who press 2 are rung when a hundred others were."""


def up(play: Play) -> int:
    """Calls whose debtor has answered, and that have no end yet."""
    answered = {line.touch_id for line in play.journal() if line.kind == "answered"}
    return sum(touch.outcome is None and touch.id in answered for touch in play.touches())


async def in_the_middle(play: Play) -> None:
    await until(lambda: play.placed() >= 100 and play.open() >= 30, what="100 calls placed, 30 of them open")


def check_each_debtor_once(play: Play) -> None:
    """In these minutes nobody is due twice, so a second touch would be a doubled one."""
    touches = play.touches()
    assert all(touch.outcome is not None for touch in touches)
    placed = [touch for touch in touches if touch.outcome != Outcome.NOT_PLACED]
    assert set(Counter(touch.debtor_id for touch in placed).values()) == {1}
    assert Counter(plan.state for plan in play.plans().values())[PlanState.IN_TOUCH] == 0
    closed = Counter(line.touch_id for line in play.journal() if line.kind == "closed")
    assert closed == {touch.id: 1 for touch in touches}


class TestKilledDialler:
    async def test_a_second_one_settles_what_the_first_left(self, folder: Path, prompts: Path) -> None:
        async with open_play(folder, prompts, PHONES, town=BRIEF_TOWN, cps=CPS, calls=CALLS) as play:
            async with play.dialler() as first:
                await in_the_middle(play)
                await until(
                    lambda: first.stops_while(lambda: play.open() >= 30 and bool(waiting_to_press(play))),
                    what="somebody is up who has not pressed 2 yet",
                )
                pressing = waiting_to_press(play)
                await first.kill()
            await until(lambda: pressing <= pressed(play), what="they pressed 2 while no dialler ran")
            async with play.dialler("--until-finished") as second:
                assert await second.ended() == 0
            comparison = await play.compared(from_log=True)
            assert comparison.equal, comparison
            assert comparison.invites == CALLS
            assert comparison.unknown == 0, "the node never stopped, so everything can be known"
            check_each_debtor_once(play)
            answers = {touch.id: (touch.outcome, touch.digits, touch.result) for touch in play.touches()}
            assert {answers[touch] for touch in pressing} == {(Outcome.MSG_DELIVERED, "2", "promise")}


def waiting_to_press(play: Play) -> set[str]:
    """Touches of the debtors who will press 2: answered, and no digit in our journal yet."""
    seen = {(line.touch_id, line.kind) for line in play.journal()}
    touches = (touch.id for touch in play.touches() if touch.phone in PRESSERS and touch.outcome is None)
    return {id for id in touches if (id, "answered") in seen and (id, "digit") not in seen}


def pressed(play: Play) -> set[str]:
    """Touches whose debtor pressed 2 and whose call is over, as the carrier saw it."""
    return {call.touch_id for call in play.stage.record() if call.digit == "2"}


class TestKilledNode:
    async def test_the_dialler_lives_on_and_goes_on(self, folder: Path, prompts: Path) -> None:
        async with open_play(folder, prompts, PHONES, town=BRIEF_TOWN, cps=CPS, calls=CALLS) as play:
            async with play.dialler("--until-finished") as dialler:
                await in_the_middle(play)
                await play.stage.node.kill()
                lost = {touch.id for touch in play.touches() if touch.outcome is None}
                await play.stage.node.start()
                assert await dialler.ended() == 0
            comparison = await play.compared(from_log=True)
            assert comparison.equal, comparison
            assert comparison.touches >= CALLS
            check_each_debtor_once(play)
            outcomes = {touch.id: Outcome(touch.outcome) for touch in play.touches()}
            unknown = {id for id, outcome in outcomes.items() if outcome is Outcome.UNKNOWN}
            assert unknown
            assert unknown <= lost, "only calls that died with the node may be unknown"


class TestLostRedis:
    async def test_calls_go_on_without_it(self, folder: Path, prompts: Path) -> None:
        async with open_play(folder, prompts, ordinary(150), town=BRIEF_TOWN, cps=CPS, calls=120) as play:
            async with play.dialler("--until-finished") as dialler:
                await until(lambda: play.placed() >= 40, what="40 calls placed")
                play.stage.redis.stop()
                assert await dialler.ended() == 0
            comparison = await play.compared()
            assert comparison.equal, comparison
            assert comparison.invites == 120
            check_each_debtor_once(play)
