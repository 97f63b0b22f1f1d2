"""One Asterisk process of our own on this machine: start, ask, stop, kill."""

from __future__ import annotations

import asyncio
import resource
import signal
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from asterisk.child import Child
from asterisk.configuration.folder import InstanceFolder
from asterisk.install.installation import Installation
from asterisk.ports import require_free
from domain.errors import EnvironmentFault

BOOT_SECONDS = 20.0
"""An idle machine needs 0.3 s; a busy one may need many times that."""

BOOT_ATTEMPTS = 4
"""About one start in twenty exits at once, at random, while it reads its own option documentation."""

CLI_SECONDS = 10.0
"""A busy instance answers late; one that hangs must not hold us."""

_POLL_SECONDS = 0.05
_MAX_FILES = 65536


class LocalAsterisk(ABC):
    """Base of Node and Town, which say what it is configured as.

    Start it from the main thread: a `Child` dies with the thread that started it.
    """

    def __init__(self, name: str, folder: Path, installation: Installation) -> None:
        self.name = name
        self.folder = InstanceFolder(folder)
        self.installation = installation
        self._child = Child()

    @abstractmethod
    def _configure(self) -> None:
        """Writes all configuration into ``folder``."""

    @abstractmethod
    def _ports(self) -> Mapping[str, tuple[str, int]]:
        """Purpose -> (udp or tcp, port) of every port that must be free at start."""

    @property
    def pid(self) -> int | None:
        """The process id; None when it is not running."""
        return self._child.pid

    async def start(self) -> None:
        """Renders the configuration, starts the process and returns when it takes calls.

        Raises EnvironmentFault when a port is taken or it does not boot within ``BOOT_SECONDS``.
        """
        if self.pid is not None:
            return
        for purpose, (kind, port) in self._ports().items():
            require_free(port, kind, purpose)
        await asyncio.to_thread(self._configure)
        for _ in range(BOOT_ATTEMPTS):
            self._spawn()
            if await self._booted():
                return
            await self.kill()
        raise EnvironmentFault(
            f"Asterisk {self.name} did not start ({self._last_words()})",
            remedy=f"read {self.folder.output} and {self.folder.messages}",
        )

    async def stop(self, grace: float = 0.0) -> None:
        """Ends it: new calls are refused at once, running ones get ``grace`` seconds, then it is killed."""
        if self.pid is None:
            return
        if grace > 0:
            await self.cli("core stop gracefully")
            if await self._ended(grace):
                return
        await self.cli("core stop now")
        if not await self._ended(5.0):
            await self.kill()

    async def kill(self) -> None:
        """Ends the process by SIGKILL, as a crash would; its calls are lost."""
        self._child.signal(signal.SIGKILL)
        await self._ended(5.0)

    async def cli(self, command: str) -> str:
        """What its command line answers; empty when it is not running or does not answer in time."""
        if self.pid is None:
            return ""
        arguments = [*self.installation.command, "-C", str(self.folder.configuration), "-rx", command]
        asked = await asyncio.create_subprocess_exec(
            *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            answer, _ = await asyncio.wait_for(asked.communicate(), CLI_SECONDS)
        except TimeoutError:
            return ""
        finally:
            if asked.returncode is None:
                with suppress(ProcessLookupError):  # it may have ended just now
                    asked.kill()
        return answer.decode(errors="replace")

    def _spawn(self) -> None:
        arguments = ("-f", "-C", str(self.folder.configuration))
        self._child.spawn((*self.installation.command, *arguments), self.folder.output)

    async def _booted(self) -> bool:
        deadline = asyncio.get_running_loop().time() + BOOT_SECONDS
        while self.pid is not None and asyncio.get_running_loop().time() < deadline:
            if self.folder.control_socket.exists() and "fully booted" in await self.cli(
                "core waitfullybooted"
            ):
                return True
            await asyncio.sleep(_POLL_SECONDS)
        return False

    async def _ended(self, seconds: float) -> bool:
        deadline = asyncio.get_running_loop().time() + seconds
        while self.pid is not None:
            if asyncio.get_running_loop().time() > deadline:
                return False
            await asyncio.sleep(_POLL_SECONDS)
        return True

    def _last_words(self) -> str:
        lines = [
            line.strip()
            for path in (self.folder.output, self.folder.messages)
            if path.exists()
            for line in path.read_text(errors="replace").splitlines()
            if "ERROR" in line
        ]
        return lines[-1] if lines else f"it did not answer within {BOOT_SECONDS:.0f} s"


def max_files() -> int:
    """How many files Asterisk may open: it takes four a call."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MAX_FILES if hard == resource.RLIM_INFINITY else min(hard, _MAX_FILES)
