"""The real town's robot phones: they register, pick up, talk as long as drawn, and keep a record of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from asterisk.install import Installation
from asterisk.node import Node
from asterisk.ports import free_port
from asterisk.touch_header import touch_variable
from asterisk.town import RobotPlan, RobotTalk, Town, read_record, read_talks
from asterisk.town.robots import talk_seconds
from tests.asterisk.conftest import QUICK_TOWN, node_plan
from tests.asterisk.phones import add_phones, registered
from tests.asterisk.raw_ami import RawAmi, raw_ami
from tests.polling import until

pytestmark = pytest.mark.integration


@pytest.fixture
async def node(installation: Installation, folder: Path) -> AsyncIterator[Node]:
    node = Node(node_plan(folder, free_port()), installation)
    await node.start()
    yield node
    await node.stop()


@pytest.fixture
async def town(node: Node, installation: Installation, folder: Path) -> AsyncIterator[Town]:
    """Its phones ask for registration before the node knows them."""
    phones = {"op1": "secret1", "op2": "secret2", "op3": "secret3"}
    robots = RobotPlan(
        phones, free_port(), node.plan.sip_port, talk_s=0.2, talk_cv=0.5, deaf=frozenset({"op3"})
    )
    town = Town(folder / "town", free_port(), replace(QUICK_TOWN, robots=robots), installation)
    await town.start()
    await add_phones(node, phones)
    yield town
    await town.stop()


async def call(ami: RawAmi, touch: str, user: str, *, ring_ms: int = 20_000) -> None:
    await ami.send(
        Action="Originate",
        ActionID=touch,
        ChannelId=touch,
        Channel=f"PJSIP/{user}",
        Application="Wait",
        Data="30",
        Timeout=str(ring_ms),
        Async="true",
        Variable=touch_variable(touch),
    )


async def test_phones_register_pick_up_talk_and_leave_a_record(node: Node, town: Town) -> None:
    robots = town.plan.robots
    assert robots is not None

    async def all_registered() -> bool:
        return await registered(node) >= robots.phones.keys()

    await until(all_registered, what="all phones registered")
    async with raw_ami(node.plan) as ami:
        for nth, user in enumerate(["op1", "op2", "op1"]):
            await call(ami, f"t{nth}", user)
            await ami.until(1, Event="Hangup", Uniqueid=f"t{nth}")
        await call(ami, "deaf", "op3", ring_ms=300)
        await ami.until(1, Event="Hangup", Uniqueid="deaf")

    talks: dict[str, RobotTalk] = {}

    def complete() -> bool:
        talks.update({talk.touch_id: talk for talk in read_talks(town.record_path)})
        return len(talks) == 4

    await until(complete, what="the record is complete")
    assert [(talks[f"t{i}"].user, talks[f"t{i}"].nth) for i in range(3)] == [
        ("op1", 1),
        ("op2", 1),
        ("op1", 2),
    ]
    for touch in ("t0", "t1", "t2"):
        talk = talks[touch]
        assert talk.answered is not None
        assert talk.ended_by == "robot"
        assert (talk.ended - talk.answered).total_seconds() >= talk_seconds(
            talk.user, talk.nth, robots
        ) - 0.005
    assert (talks["deaf"].answered, talks["deaf"].ended_by) == (None, "caller")
    assert read_record(town.record_path) == []
