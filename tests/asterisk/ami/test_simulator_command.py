"""`python -m asterisk.ami.simulator` as its user runs it."""

from __future__ import annotations

import asyncio
import socket
import sys
from asyncio.subprocess import PIPE, Process

import pytest

from asterisk.ami import AmiAddress, AmiLink

pytestmark = pytest.mark.integration


async def command(*arguments: str) -> Process:
    """The running command."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "asterisk.ami.simulator", *arguments, stdout=PIPE, stderr=PIPE
    )


async def test_it_says_where_it_listens_and_ends_on_sigterm() -> None:
    process = await command("--port", "0", "--secret", "s")
    assert process.stdout is not None
    host, port = (await process.stdout.readline()).decode().strip().split(":")
    link = AmiLink("n1", AmiAddress(host, int(port), "dozvon", "s"), asyncio.Queue())
    await link.open(5.0)
    await link.aclose()
    process.terminate()
    assert await process.wait() == 0


async def test_a_taken_port_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = await command("--port", str(port))
        _, said = await process.communicate()
    assert process.returncode == 1
    assert said.decode().count("\n") == 1
    assert f"127.0.0.1:{port}" in said.decode()
