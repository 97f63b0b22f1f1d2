"""A node with an operator's telephone for the softphone's tests, and a debtor who is a tone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from agent_console.softphone import SipAccount
from asterisk.install import Installation
from asterisk.node import Node
from asterisk.ports import LOOPBACK, free_port
from asterisk.touch_header import touch_variable
from tests.asterisk.conftest import node_plan
from tests.asterisk.phones import add_phones
from tests.asterisk.raw_ami import RawAmi

DEBTOR_HZ, OPERATOR_HZ = 400, 1000
SCRIPT = """[softphone]
exten = s,1,Answer()
 same = n,MixMonitor(both.wav,r(operator.wav))
 same = n,Read(DIGITS,dz/debtor,3,,1,20)
 same = n,UserEvent(Pressed,Digits: ${DIGITS})
 same = n,Wait(60)
"""
TOUCH = "019aa7c0-0009-7000-8000-000000000001"


def write_tone(path: Path, hertz: int, seconds: float, *, subtype: str = "PCM_16") -> Path:
    """A sound file of a tone."""
    time = np.arange(round(8000 * seconds)) / 8000
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * hertz * time), 8000, subtype=subtype)
    return path


@pytest.fixture
async def node(installation: Installation, folder: Path) -> AsyncIterator[Node]:
    """A node with the telephone op1, and a debtor who says a tone and listens to digits."""
    node = Node(node_plan(folder, free_port()), installation)
    node.plan.prompt_store.mkdir()
    write_tone(node.plan.prompt_store / "debtor.wav", DEBTOR_HZ, 1.0)
    await node.start()
    await add_phones(node, {"op1": "secret"})
    await node.install_script("softphone", SCRIPT)
    yield node
    await node.stop()


def account(node: Node, secret: str = "secret") -> SipAccount:
    """Of op1."""
    return SipAccount("op1", secret, LOOPBACK, node.plan.sip_port)


async def call(ami: RawAmi) -> None:
    """The node rings the operator, and then plays the debtor."""
    channel = {"ActionID": TOUCH, "ChannelId": TOUCH, "Channel": "PJSIP/op1", "Async": "true"}
    where = {"Context": "softphone", "Exten": "s", "Priority": "1"}
    await ami.send(Action="Originate", Variable=touch_variable(TOUCH), **channel, **where)
