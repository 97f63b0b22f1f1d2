"""The simulated world: a Redis and a manager interface that plays node, carrier and debtors."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from asterisk.ami.link import AmiLink
from asterisk.ami.messages import AmiMessage, LinkEvent
from asterisk.ami.render import OriginateRequest
from asterisk.ami.session import AmiAddress
from asterisk.town import Role, TownPlan
from dialer.demo.post_office.plan import PostPlan
from dialer.demo.stage import StagePlan
from dialer.demo.world import World, open_simulated
from domain.touch import TouchId
from tests.polling import PATIENCE_S, until

pytestmark = pytest.mark.integration

TOUCH = TouchId("019aa7c0000070008000000000000001")
BUSY = "+79350999007"


async def call(world: World, number: str) -> None:
    """Place a call as the settings say, and wait until it has ended."""
    inbox: asyncio.Queue[AmiMessage | LinkEvent] = asyncio.Queue()
    node = world.settings.nodes[0]
    address = AmiAddress(node.ami_host, node.ami_port, node.ami_user, node.ami_secret.get_secret_value())
    link = AmiLink(node.name, address, inbox)
    await link.open()
    try:
        link.originate(OriginateRequest(TOUCH, f"PJSIP/{number}@{node.trunk}", "ivr-x-v1", 20.0))
        async with asyncio.timeout(PATIENCE_S):
            while not _is_hangup(await inbox.get()):
                pass
    finally:
        await link.aclose()


def _is_hangup(item: AmiMessage | LinkEvent) -> bool:
    return isinstance(item, dict) and item.get("Event") == "Hangup"


async def test_a_call_is_played_and_stands_in_the_carriers_record(folder: Path) -> None:
    plan = StagePlan(folder, folder / "prompts", TownPlan(ring=(0.0, 0.1)))
    async with open_simulated(plan) as world:
        assert world.record() == []
        await call(world, BUSY)
        await until(lambda: world.record(), what="the carrier's line")
        (seen,) = world.record()
        assert (seen.touch_id, seen.role, seen.sip_code) == (TOUCH, Role.BUSY, 486)
        assert world.settings.prompts.engine == "tones", "nobody hears simulated calls"
        with Redis.from_url(world.settings.redis_url) as redis:
            assert redis.ping()
            url = world.settings.redis_url
    with Redis.from_url(url) as redis, pytest.raises(RedisError):
        redis.ping()


async def test_a_post_office_stands_in_it_when_it_is_wanted(folder: Path) -> None:
    async with open_simulated(StagePlan(folder, folder / "prompts", post=PostPlan())) as world:
        assert world.post
        assert world.post.pid
        assert {one.name: one.kinds for one in world.settings.providers} == {
            "smsc": ("sms",),
            "hub": ("messenger",),
        }
    assert world.post.pid is None
