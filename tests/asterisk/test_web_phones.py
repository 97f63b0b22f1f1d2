"""Where browsers' phones connect: a WebSocket of the node's own, plain or behind its certificate."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from asterisk.install import Installation
from asterisk.node import Node, WebPlan
from asterisk.ports import LOOPBACK, free_port
from domain.errors import EnvironmentFault, InputError
from tests.asterisk.conftest import node_plan
from tests.polling import PATIENCE_S

pytestmark = pytest.mark.integration

CERTIFICATE = Path(__file__).parent / "loopback.pem"
"""Of 127.0.0.1, with its key, until 2126; nobody but tests trusts it."""
REGISTER = (
    "REGISTER sip:dozvon.invalid SIP/2.0\r\nVia: SIP/2.0/WS page.invalid;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"
    "From: <sip:op1@dozvon.invalid>;tag=1\r\nTo: <sip:op1@dozvon.invalid>\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\n"
    "Contact: <sip:op1@page.invalid;transport=ws>\r\nContent-Length: 0\r\n\r\n"
)


@pytest.mark.parametrize("secured", [False, True])
async def test_a_browser_is_heard(installation: Installation, folder: Path, secured: bool) -> None:
    web = WebPlan(free_port("tcp"), certificate=CERTIFICATE if secured else None)
    plan = replace(node_plan(folder, free_port()), phones_port=free_port(), web=web)
    node = Node(plan, installation)
    await node.start()
    try:
        trust = ssl.create_default_context(cafile=str(CERTIFICATE)) if secured else None
        async with (
            asyncio.timeout(PATIENCE_S),
            connect(web.address, subprotocols=[Subprotocol("sip")], ssl=trust) as page,
        ):
            await page.send(REGISTER)
            assert str(await page.recv()).startswith("SIP/2.0 401"), "it asks for the password"
        assert ("Server Disabled" in await node.cli("http show status")) is secured, (
            "nothing goes unencrypted"
        )
    finally:
        await node.stop()


async def test_a_taken_port_is_named(installation: Installation, folder: Path) -> None:
    async with await asyncio.start_server(lambda *_: None, LOOPBACK, 0) as other:
        web = WebPlan(other.sockets[0].getsockname()[1])
        node = Node(replace(node_plan(folder, free_port()), web=web), installation)
        with pytest.raises(EnvironmentFault, match="the browsers of node1"):
            await node.start()


def test_a_host_cannot_leave_its_line() -> None:
    with pytest.raises(InputError, match="node host"):
        WebPlan(8188, host="127.0.0.1\nenabled = yes")
