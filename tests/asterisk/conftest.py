"""A real node and a real town, started once per worker and shared by all its tests."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from asterisk.install import Installation
from asterisk.install.installation import installation_in, installation_in_path
from asterisk.install.root_folder import packages_of
from asterisk.node import Node, NodePlan
from asterisk.ports import free_port
from asterisk.town import Town, TownPlan

QUICK_TOWN = TownPlan(
    seed="tests",
    ring=(0.1, 0.3),
    slow_ring=1.0,
    ring_out=1.5,
    early_hangup=(0.2, 0.4),
    press_after=0.3,
    machine_greeting=0.5,
    machine_records=0.3,
    longest_call=60.0,
)
"""A town in which every role is played to its end within seconds."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Our node and the carrier it calls."""

    node: Node
    town: Town


@pytest.fixture(scope="session")
def installation(root_folder: Path) -> Installation:
    """The Asterisk of this machine or of its root folder; a test never downloads one."""
    if own := installation_in_path():
        return own
    if "asterisk" not in packages_of(root_folder):
        pytest.fail("there is no Asterisk here: run `make setup`", pytrace=False)
    return installation_in(root_folder)


@pytest.fixture(scope="session")
def pair(installation: Installation) -> Iterator[Pair]:
    """A running pair. Tests may call what they like; one that kills brings its own instance."""
    folder = Path(tempfile.mkdtemp(prefix="dz-"))
    town = Town(folder / "town", free_port(), QUICK_TOWN, installation)
    node = Node(node_plan(folder, town.sip_port), installation)
    asyncio.run(_start(node, town))
    yield Pair(node, town)
    asyncio.run(_stop(node, town))
    shutil.rmtree(folder)


def node_plan(folder: Path, carrier_port: int) -> NodePlan:
    """A plan on ports that are free now."""
    return NodePlan("node1", folder / "node", free_port(), free_port("tcp"), carrier_port, folder / "prompts")


async def _start(node: Node, town: Town) -> None:
    await asyncio.gather(town.start(), node.start())


async def _stop(node: Node, town: Town) -> None:
    await asyncio.gather(town.stop(), node.stop())
