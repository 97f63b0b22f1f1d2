"""Robots that are held back place fewer calls; calls for operators do not (virtual time)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from dialer.board import Stats
from dialer.campaign_loop import AUTOMATIC, CampaignLoop, Tools, Wanted
from dialer.pacing.caps import Hold
from dialer.ready import Ready
from dialer.running import RunningCalls
from domain.campaign import Campaign, CampaignStatus, Mode

pytestmark = pytest.mark.unit

DESK = Wanted("heat", Mode.PROGRESSIVE, 3)


@pytest.fixture
async def loop() -> CampaignLoop:
    board = SimpleNamespace(stats=Stats(), calls=RunningCalls())
    campaign = Campaign(1, "spring", 1, 1, 1, CampaignStatus.RUNNING, "+78000000000", 1000, 10.0, None, 1)
    return CampaignLoop(campaign, cast(Ready, None), cast(Tools, SimpleNamespace(switchboard=board)), 0)


def granted(loop: CampaignLoop, wanted: Wanted, seconds: int) -> int:
    """Calls granted in so many seconds, asked ten times a second."""
    return sum(loop._grant(wanted, tick / 10).dial for tick in range(10 * seconds))


async def test_robots_place_their_share(loop: CampaignLoop) -> None:
    loop.hold = Hold(0.3, "IVR at 3/s")
    assert 0.8 * 300 <= granted(loop, AUTOMATIC, 100) <= 300 + 1


async def test_robots_that_stand_still_place_nothing_and_say_why(loop: CampaignLoop) -> None:
    loop.hold = Hold(0.0, "IVR stands still: nobody is there")
    assert granted(loop, AUTOMATIC, 10) == 0
    assert loop._grant(AUTOMATIC, 10.0).reason == "IVR stands still: nobody is there"


async def test_calls_for_operators_are_not_held(loop: CampaignLoop) -> None:
    loop.hold = Hold(0.0, "IVR stands still: nobody is there")
    assert loop._grant(AUTOMATIC, 0.0).dial == 0
    assert granted(loop, DESK, 10) == pytest.approx(100, abs=3)


async def test_both_together_stay_within_the_campaigns_calls_per_second(loop: CampaignLoop) -> None:
    loop.hold = Hold(0.5, "IVR at 5/s")
    both = sum(
        loop._grant(AUTOMATIC, tick / 10).dial + loop._grant(DESK, tick / 10).dial for tick in range(1000)
    )
    assert both == pytest.approx(1000, abs=5)


async def test_what_found_nobody_to_call_may_be_placed_later(loop: CampaignLoop) -> None:
    loop.hold = Hold(0.1, "IVR at 1/s")
    assert loop._grant(AUTOMATIC, 0.0).dial == 0
    assert loop._grant(AUTOMATIC, 1.0).dial == 1
    loop._give_back(AUTOMATIC, 1)
    assert loop._grant(AUTOMATIC, 1.0).dial == 1
