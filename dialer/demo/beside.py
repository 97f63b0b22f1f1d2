"""The demo's processes beside the dialler."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dialer.demo.world import World
from dialer.settings import environment_of


@asynccontextmanager
async def running(world: World, command: str, *options: str, stdout: int = DEVNULL) -> AsyncIterator[Process]:
    """While it lasts, ``dozvon COMMAND`` works in this world; what it has to say is in COMMAND.log."""
    with (world.settings.home / f"{command}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "dialer", command, *options),
            env={**os.environ, **environment_of(world.settings)},
            start_new_session=True,
            stdout=stdout,
            stderr=log,
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
