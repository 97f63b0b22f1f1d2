"""A queue that is nudged looks for a free operator at once, not at its next second."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from asterisk.ami.link import AmiLink
from asterisk.ami.session import AmiAddress
from asterisk.install import Installation
from asterisk.node import Node
from asterisk.operators import queues_text
from asterisk.ports import LOOPBACK, free_port
from asterisk.town import RobotPlan, Town
from asterisk.waiting import look_again
from domain.touch import TouchId
from tests.asterisk.conftest import QUICK_TOWN, node_plan
from tests.asterisk.phones import add_phones, registered
from tests.asterisk.raw_ami import Message, RawAmi, raw_ami
from tests.polling import until

pytestmark = pytest.mark.integration

SCRIPT = """[waiting-test]
exten = s,1,Queue(desk-operators,,,,30)
"""
LISTENS = "79160999000"
ATTEMPTS = 10


@pytest.fixture
async def node(installation: Installation, instance_folder: Path) -> AsyncIterator[Node]:
    """A desk with one robot, who is paused."""
    robots = RobotPlan({"op1": "secret"}, free_port(), free_port(), talk_s=60.0, talk_cv=0.0, pickup_s=30.0)
    town = Town(instance_folder / "town", free_port(), replace(QUICK_TOWN, robots=robots), installation)
    node = Node(
        replace(node_plan(instance_folder, town.sip_port), sip_port=robots.registrar_port), installation
    )
    await asyncio.gather(town.start(), node.start())
    await add_phones(node, robots.phones)
    (node.folder.operators / "queues.conf").write_text(queues_text(["operators"]))
    await node.cli("queue reload all")
    await node.install_script("waiting-test", SCRIPT)
    await until(lambda: is_registered(node), what="the robot is registered")
    yield node
    await asyncio.gather(node.stop(), town.stop())


async def is_registered(node: Node) -> bool:
    return await registered(node) == {"op1"}


@pytest.fixture
async def link(node: Node) -> AsyncIterator[AmiLink]:
    plan = node.plan
    link = AmiLink(
        "node1", AmiAddress(LOOPBACK, plan.ami_port, plan.ami_user, plan.ami_secret), asyncio.Queue()
    )
    await link.open()
    yield link
    await link.aclose()


async def pause(ami: RawAmi, paused: bool) -> None:
    seen = len(ami.matching(Event="QueueMemberPause"))
    await ami.send(Action="QueuePause", Interface="PJSIP/op1", Paused=str(paused).lower())
    await ami.until(seen + 1, Event="QueueMemberPause")


async def offered_after_s(ami: RawAmi, link: AmiLink, touch: TouchId) -> float:
    """From the caller's coming to the ringing of the phone of the operator who became free meanwhile."""
    await pause(ami, True)
    await ami.originate(touch, LISTENS, "waiting-test")
    (joined,) = await ami.until(1, Event="QueueCallerJoin", Uniqueid=touch)
    await pause(ami, False)
    await look_again(link, touch)
    (called,) = await ami.until(1, Event="AgentCalled", Uniqueid=touch)
    await ami.send(Action="Hangup", Channel=touch)
    await ami.until(1, Event="Hangup", Uniqueid=touch)
    return at(called) - at(joined)


def at(message: Message) -> float:
    return float(message["Timestamp"])


async def test_the_operator_is_rung_before_the_queue_would_have_looked(node: Node, link: AmiLink) -> None:
    async with raw_ami(node.plan) as ami:
        await ami.send(Action="QueueAdd", Queue="desk-operators", Interface="PJSIP/op1", ActionID="add")
        await ami.until(1, ActionID="add")
        took = []
        for nth in range(ATTEMPTS):  # a busy machine may need a second for what takes it milliseconds
            took.append(await offered_after_s(ami, link, TouchId(f"019aa7c0-000b-7000-8000-{nth:012d}")))
            if took[-1] < 0.99:
                return
        pytest.fail(f"rung only after {took} s")


async def test_nobody_who_waits_and_no_link_are_no_errors(node: Node, link: AmiLink) -> None:
    await look_again(link, TouchId("019aa7c0-000b-7000-8000-000000000099"))
    await link.aclose()
    await look_again(link, TouchId("019aa7c0-000b-7000-8000-000000000099"))
