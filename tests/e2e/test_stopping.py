"""SIGTERM, pause, resume and stop while calls are up: nothing new is placed, and nobody is cut off."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from redis import Redis

from dialer.board import board_key
from dialer.clock import SystemClock
from domain.touch import Outcome
from tests.e2e.play import BRIEF_TOWN, CAMPAIGN, Play, open_play, ordinary
from tests.polling import until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("heavy")]

CPS = 10.0
EFFECT_S = 2.0
"""Within it an order is obeyed. It is counted in calls: a machine that stalls places none meanwhile."""


def now(play: Play) -> datetime:
    """By the clock of the stage."""
    return SystemClock(play.settings.clock_ahead).now()


def placed_after(play: Play, instant: datetime) -> int:
    """How many calls were placed later than that."""
    return sum(touch.reserved_at > instant for touch in play.touches())


def board(play: Play) -> bytes:
    """The published board; empty when no dialler works the campaign."""
    with Redis.from_url(play.settings.redis_url) as redis:
        text: bytes | None = redis.get(board_key(CAMPAIGN))
    return text or b""


def leased(play: Play) -> bool:
    with Redis.from_url(play.settings.redis_url) as redis:
        return bool(redis.exists(f"dozvon:lease:campaign:{play.campaign_id}"))


async def check_truth(play: Play) -> None:
    """Every call has its outcome, and it is the carrier's."""
    assert play.open() == 0
    comparison = await play.compared()
    assert comparison.equal, comparison
    assert {touch.outcome for touch in play.touches()}.isdisjoint({Outcome.UNKNOWN, Outcome.NOT_PLACED})


async def test_sigterm_lets_the_calls_end_and_places_no_new_ones(folder: Path, prompts: Path) -> None:
    async with (
        open_play(folder, prompts, ordinary(400), town=BRIEF_TOWN, cps=CPS) as play,
        play.dialler() as dialler,
    ):
        await until(lambda: play.open() >= 20, what="20 calls are up")
        assert leased(play)
        told = now(play)
        dialler.terminate()
        sent = now(play)
        assert await dialler.ended() == 0
        assert placed_after(play, sent) <= EFFECT_S * CPS
        assert not leased(play)
        await check_truth(play)
        went_on = [touch for touch in play.touches() if touch.reserved_at < told < touch.ended_at]
        assert went_on, "calls went on after it was told to stop"


async def test_pause_resume_and_stop_are_obeyed_at_once(folder: Path, prompts: Path) -> None:
    async with (
        open_play(folder, prompts, ordinary(400), town=BRIEF_TOWN, cps=CPS) as play,
        play.dialler("--until-finished") as dialler,
    ):
        await until(lambda: play.open() >= 10, what="10 calls are up")

        await play.cli("campaign", "pause", CAMPAIGN)
        paused, placed = now(play), len(play.touches())
        await until(lambda: b'"status":"paused"' in board(play), what="the dialler pauses")
        assert not placed_after(play, paused)
        assert dialler.running
        await until(lambda: play.open() == 0, what="the running calls end")
        assert len(play.touches()) == placed

        await play.cli("campaign", "resume", CAMPAIGN)
        await until(lambda: len(play.touches()) > placed, what="the dialler goes on")
        await until(lambda: play.open() >= 10, what="10 calls are up again")

        await play.cli("campaign", "stop", CAMPAIGN)
        stopped = now(play)
        assert await dialler.ended() == 0
        assert not placed_after(play, stopped)
        assert not leased(play)
        await check_truth(play)
