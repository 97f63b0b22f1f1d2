"""The event filters of an Asterisk before 22.1, tried on the one that is here: it still takes the old form."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from asterisk.install import Installation
from asterisk.node import EVENTS, Node
from tests.asterisk.conftest import Pair, node_plan
from tests.asterisk.raw_ami import raw_ami

pytestmark = pytest.mark.integration

SCRIPT = "[old]\nexten = s,1,Answer()\n same = n,UserEvent(DozvonStep,Node: a)\n same = n,Hangup(16)\n"


@pytest.fixture
async def older_node(pair: Pair, installation: Installation, folder: Path) -> AsyncIterator[Node]:
    older = replace(installation, version=(20, 0, 0))
    node = Node(node_plan(folder, pair.town.sip_port), older)
    await node.start()
    yield node
    await node.stop()


async def test_only_the_wanted_events_come(older_node: Node) -> None:
    assert "eventfilter = Event: Hangup" in (older_node.folder.etc / "manager.conf").read_text()
    await older_node.install_script("old", SCRIPT)
    async with raw_ami(older_node.plan) as session:
        await session.originate("019aa7c0020070008000000000000001", "79160999001", "old")
        await session.until(1, Event="Hangup")
        seen = {message["Event"] for message in session.messages if "Event" in message}
        assert {"Newchannel", "Newstate", "UserEvent", "Hangup"} <= seen <= set(EVENTS)
