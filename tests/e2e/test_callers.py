"""The town calls back: robots ring debtors, and debtors ring the number that they saw, soon, late and twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from asterisk.town import CallersPlan, Role, TownPlan, callers_of
from dialer.demo.team import Team
from domain.campaign import CampaignStatus
from domain.inbound import Line
from domain.touch import Direction, Outcome
from tests.e2e.floor_play import FloorPlay, floor_of
from tests.e2e.play import CALLER, CAMPAIGN, PORTFOLIO, open_play, ordinary
from tests.e2e.test_inbound import lines_are_ready
from tests.polling import until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("heavy")]

STRATEGY = """\
name: inform
regime: ru-230fz-agency
segments:
  - id: everybody
    when: {sum: {at_least: 1}}
    steps:
      - {id: inform, ivr: debt_informer}
"""
CALLERS = CallersPlan(
    share=0.8, again=0.3, at_once=0.3, delay_median_s=2.0, delay_sigma=0.5, again_after_s=2.0, stays_s=40.0
)
TOWN = TownPlan(
    seed="callers",
    shares={Role.HANGS_UP_EARLY: 0.3, Role.RINGS_OUT: 0.4, Role.BUSY: 0.2, Role.UNKNOWN_NUMBER: 0.1},
    ring=(2.0, 4.0),
    ring_out=20.0,
    early_hangup=(0.5, 1.5),
    longest_call=60.0,
    callers=CALLERS,
)
PHONES = ordinary(14)


def came(floor: FloorPlay) -> list[Any]:
    return [row for row in floor.play.touches() if row.direction == Direction.IN]


async def all_have_rung(floor: FloorPlay) -> None:
    """Every debtor was called, and whoever meant to call back has done so and been served."""

    async def over() -> bool:
        record, touches = floor.play.stage.record(), floor.play.touches()
        expected = callers_of(record, TOWN.seed, CALLERS)
        return (
            len(record) == len(PHONES)
            and len(floor.play.stage.calls_in()) == len(came(floor)) == expected.total()
            and all(row.outcome for row in touches)
            and await floor.channels() == 0
        )

    await until(over, 120, "all calls back have come and ended")


async def test_every_call_in_is_one_touch_and_who_has_talked_is_left_in_peace(
    folder: Path, prompts: Path
) -> None:
    async with (
        open_play(
            folder,
            prompts,
            PHONES,
            town=TOWN,
            cps=3.0,
            strategy=(STRATEGY, "inform.yaml"),
            team=Team(3, talk_s=1.5, talk_cv=0.3, wrap_up_s=1),
        ) as play,
        floor_of(play) as floor,
    ):
        with play.books.write() as tx:
            tx.lines.put(Line(CALLER, portfolio=PORTFOLIO))
            tx.campaigns.set_status(CAMPAIGN, CampaignStatus.PAUSED)
        pacing = play.settings.pacing.model_copy(update={"callbacks": False})
        async with play.dialler(settings=play.settings.model_copy(update={"pacing": pacing})):
            await floor.sign_in()
            await lines_are_ready(floor)
            await play.cli("campaign", "resume", CAMPAIGN)
            await all_have_rung(floor)
        told = Counter(f"+{call.number}" for call in play.stage.calls_in())
        assert (
            told
            == callers_of(play.stage.record(), TOWN.seed, CALLERS)
            == Counter(row.phone for row in came(floor))
        )
        assert {(row.debtor_id, row.phone) for row in came(floor)} <= set(enumerate(PHONES, start=1))
        assert {row.caller_number for row in came(floor)} == {CALLER}
        talks = {row.debtor_id: row for row in came(floor) if row.outcome == Outcome.TALK_DEBTOR}
        assert talks
        for row in play.touches():
            talked = talks.get(row.debtor_id)
            assert row.direction == Direction.IN or not talked or row.reserved_at <= talked.ended_at
