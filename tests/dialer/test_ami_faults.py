"""The dialler against an Asterisk that misbehaves: it never freezes, never dials twice, and every touch gets its end.

The town's time runs a hundred times faster than ours, so events that are 1.2 s late are two minutes late.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from asterisk.ami import link
from asterisk.ami.link import LinkLimits
from asterisk.town.roles import Role
from dialer import scripts, switchboard
from dialer.demo.truth import compare
from domain.campaign import CampaignStatus
from domain.touch import Outcome
from ledger.books import Books
from strategies import after_touch
from tests.dialer.test_dialler import FAST, Stage, number
from tests.polling import PATIENCE_S, until

pytestmark = pytest.mark.integration

QUICK = LinkLimits(beat_s=0.1, first_pause_s=0.05, longest_pause_s=0.1)
PHONES = [number(role, nth) for nth in range(4) for role in Role]
CHANNELS = 12
LATE_S = 120 * FAST


@pytest.fixture
async def stage(
    tmp_path: Path, redis_server: str, books: Books, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    """A campaign over every role; the dialler's patience is as quick as the town."""
    monkeypatch.setattr(link, "LinkLimits", lambda: QUICK)
    monkeypatch.setattr(scripts, "RELOAD_S", 0.5)
    monkeypatch.setattr(switchboard, "AGAIN_S", 0.1)
    monkeypatch.setattr(after_touch, "NOT_PLACED_PAUSE", timedelta(seconds=0.5))
    for name, seconds in {"GRACE_S": 0.2, "SILENT_S": 0.4, "SWEEP_S": 0.1, "LONGEST_CALL_S": 5.0}.items():
        monkeypatch.setattr(switchboard, name, seconds)
    async with Redis.from_url(redis_server) as redis:
        await redis.flushdb()
    one = Stage(tmp_path, redis_server, books)
    one.add(*PHONES)
    one.change(lambda campaigns: campaigns.set_caps("spring", call_limit=len(PHONES), max_channels=CHANNELS))
    async with one.simulator:
        yield one


def check(stage: Stage) -> Counter[Outcome | None]:
    """Log and carrier tell the same, and no phone rang twice; answers how often each outcome stands."""
    outcomes = stage.outcomes
    comparison = compare(stage.carrier.values(), outcomes, from_log=True)
    assert comparison.equal, comparison
    assert set(Counter(call.number for call in stage.carrier.values()).values()) == {1}
    assert None not in outcomes.values(), "every touch has its end"
    assert comparison.invites == len(PHONES)
    assert stage.status is CampaignStatus.FINISHED
    return Counter(outcomes.values())


@pytest.mark.parametrize(
    "faults",
    [
        {"lose_responses": 3},
        {"orphan_responses": 1000},
        {"double_events": 1000},
        {"malformed_messages": 1},
        {"malformed_messages": 1000},
    ],
    ids=lambda faults: " ".join(f"{name}={count}" for name, count in faults.items()),
)
async def test_what_is_lost_doubled_or_junk_changes_no_outcome(stage: Stage, faults: dict[str, int]) -> None:
    async with stage.dialler() as (_, task):
        for name, count in faults.items():
            setattr(stage.simulator.faults, name, count)
        await asyncio.wait_for(asyncio.shield(task), PATIENCE_S)
        for name, count in faults.items():
            assert getattr(stage.simulator.faults, name) < count, "the fault happened"
    outcomes = check(stage)
    assert outcomes[Outcome.UNKNOWN] == outcomes[Outcome.NOT_PLACED] == 0


async def test_a_log_in_without_an_answer(stage: Stage) -> None:
    stage.simulator.faults.lose_responses = 1
    await stage.finish()
    assert check(stage)[Outcome.UNKNOWN] == 0


async def test_events_that_come_two_minutes_late(stage: Stage) -> None:
    """Calls are over long before we hear of them, so the node's log tells their ends; what comes later is old news."""
    stage.simulator.faults.delay_events_s = LATE_S
    async with stage.dialler() as (_, task):
        await asyncio.wait_for(asyncio.shield(task), PATIENCE_S)
        settled = stage.outcomes
        await until(lambda: not stage.simulator.late_events, 60.0)
    assert stage.outcomes == settled
    outcomes = check(stage)
    assert outcomes[Outcome.UNKNOWN] == outcomes[Outcome.NOT_PLACED] == 0


async def test_a_half_open_socket(stage: Stage) -> None:
    """Calls of before end unheard; those written into it are read by nobody, and are placed anew on a new link."""
    async with stage.dialler() as (_, task):
        await until(lambda: len(stage.simulator.exchange.channels) >= CHANNELS // 2)
        stage.simulator.freeze()
        await asyncio.wait_for(asyncio.shield(task), PATIENCE_S)
    assert check(stage)[Outcome.UNKNOWN] == 0


async def test_a_node_that_restarts_again_and_again(stage: Stage) -> None:
    """Each start begins a new epoch of the node's own ids; ours are ours."""
    died: set[str] = set()
    async with stage.dialler() as (_, task):
        for _ in range(3):
            await until(lambda: len(stage.simulator.exchange.channels) >= CHANNELS // 3)
            died |= stage.simulator.exchange.channels.keys()
            await stage.simulator.restart()
        await asyncio.wait_for(asyncio.shield(task), PATIENCE_S)
    check(stage)
    unknown = {touch for touch, outcome in stage.outcomes.items() if outcome is Outcome.UNKNOWN}
    assert unknown
    assert unknown <= died, "only calls that died with the node may be unknown"


async def test_all_of_it_at_once(stage: Stage) -> None:
    async with stage.dialler() as (_, task):
        await until(lambda: len(stage.simulator.exchange.channels) >= CHANNELS // 2)
        faults = stage.simulator.faults
        faults.lose_responses = faults.orphan_responses = 10
        faults.double_events = faults.malformed_messages = 40
        faults.delay_events_s = LATE_S / 4
        stage.simulator.freeze()
        await until(lambda: len(stage.outcomes) > len(PHONES) // 2)
        await stage.simulator.restart()
        await asyncio.wait_for(asyncio.shield(task), PATIENCE_S)
    check(stage)
