"""What our own servers have in common: they are started, awaited until they take work, and ended with us."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from asterisk.child import Child
from domain.errors import EnvironmentFault

POLL_S = 0.02


class PrivateService(ABC):
    """A program of one machine with a folder of its own, where it keeps what it prints."""

    START_S: ClassVar[float] = 60.0
    """An idle machine needs a second; one that reads a large model from a cold disk, or stalls, many."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._child = Child()

    @abstractmethod
    def _command(self) -> Sequence[str]:
        """The program and its arguments; the folder is there."""

    def _environment(self) -> Mapping[str, str]:
        """What it needs besides our own."""
        return {}

    @abstractmethod
    async def _ready(self) -> bool:
        """Whether it takes work."""

    @abstractmethod
    def _fault(self) -> EnvironmentFault:
        """Why it did not start."""

    @property
    def pid(self) -> int | None:
        """The process id; None when it is not running."""
        return self._child.pid

    async def start(self) -> None:
        """Return when it takes work. EnvironmentFault when it ends instead, or needs longer than ``START_S``."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._child.spawn(self._command(), self.output, self._environment())
        deadline = asyncio.get_running_loop().time() + self.START_S
        while not await self._ready():
            if self.pid is None or asyncio.get_running_loop().time() > deadline:
                self.stop()
                raise self._fault()
            await asyncio.sleep(POLL_S)

    def stop(self) -> None:
        """End it as a crash would: it holds nothing that is worth a farewell."""
        self._child.kill()

    @property
    def output(self) -> Path:
        """What it has printed since it was started."""
        return self.folder / "output"


async def listens(host: str, port: int) -> bool:
    """Whether somebody takes connections there."""
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True
