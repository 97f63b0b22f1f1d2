"""``dozvon demo`` as a newcomer runs it: it plays, proves its log, and leaves nothing running."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.polling import until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("demo")]

LISTENED_S = 200
"""A call that is heard to its end takes 50 s after up to 18 s of ringing."""


def processes_of(folder: Path) -> list[str]:
    """Command lines of all processes that work in the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it has ended just now
        if str(folder) in command:
            found.append(f"{entry.name}: {command}")
    return found


@asynccontextmanager
async def demo(folder: Path, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A running demo; it and all that it started end with the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dialer", "demo", "--folder", str(folder), "--debtors", "600", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.communicate()
        for left in processes_of(folder):
            os.kill(int(left.partition(":")[0]), signal.SIGKILL)


async def output_of(process: asyncio.subprocess.Process) -> str:
    """All that it prints until its end, without line breaks."""
    async with asyncio.timeout(LISTENED_S):
        printed, _ = await process.communicate()
    return " ".join(printed.decode().split())


async def test_the_simulated_demo_says_so_and_proves_its_log(folder: Path) -> None:
    async with demo(folder, "--switch", "simulated", "--calls", "200", "--cps", "50") as process:
        printed = await output_of(process)
        assert process.returncode == 0, printed
        assert "simulated Asterisk: no SIP, no sound" in printed
        assert (
            "proof: the carrier saw 200 INVITEs, our log has 200 placed touches: one to one by id" in printed
        )
        written = re.search(r"the post office got (\d+) messages, our log has (\d+) that were sent", printed)
        assert written, printed
        assert written[1] == written[2] != "0"
        assert "Traceback" not in printed
        assert processes_of(folder) == []


async def test_the_real_demo_proves_its_log(folder: Path) -> None:
    async with demo(folder, "--calls", "40", "--cps", "10") as process:
        printed = await output_of(process)
        assert process.returncode == 0, printed
        assert "over two real Asterisks" in printed
        assert "simulated" not in printed
        assert "proof: the carrier saw 40 INVITEs, our log has 40 placed touches: one to one by id" in printed
        assert "everything is stopped" in printed
        assert "Traceback" not in printed
        assert processes_of(folder) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_demo_that_is_told_to_stop_ends_its_calls_and_stops(
    folder: Path, number: signal.Signals
) -> None:
    async with demo(folder, "--switch", "simulated", "--calls", "200", "--cps", "5") as process:
        log = folder / "run" / "dialler.log"
        await until(lambda: log.exists() and "campaign_taken" in log.read_text(), what="the demo dials")
        process.send_signal(number)
        printed = await output_of(process)
        assert process.returncode == 0, printed
        assert "one to one by id" in printed
        assert processes_of(folder) == []
