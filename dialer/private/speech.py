"""A ``dozvon speech`` of our own for one machine, ended with us."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from asterisk.local_asterisk import die_with_parent
from dialer.settings import SpeechSettings
from domain.errors import EnvironmentFault

START_S = 60.0
"""A large model is read from a cold disk."""
POLL_S = 0.05


class PrivateSpeech:
    """Start and stop one speech process at a port of this machine; its log goes into ``folder``."""

    def __init__(self, folder: Path, settings: SpeechSettings, port: int) -> None:
        self.settings = settings.model_copy(update={"host": "127.0.0.1", "port": port})
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where a node streams callers' voices."""
        return f"ws://{self.settings.host}:{self.settings.port}/"

    @property
    def pid(self) -> int | None:
        """The process id; None when it is not running."""
        return self._process.pid if self._process and self._process.poll() is None else None

    async def start(self) -> None:
        """Return when it listens. EnvironmentFault in its own words when it ends instead: no model, say."""
        self._spawn()
        for _ in range(round(START_S / POLL_S)):
            if await self._listens():
                return
            if self.pid is None:
                break
            await asyncio.sleep(POLL_S)
        self.stop()
        said = self._output.read_text(errors="replace").strip().removeprefix("error: ") or "it did not start"
        raise EnvironmentFault(f"no speech: {said}")

    def _spawn(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        told = {f"DOZVON_SPEECH__{name.upper()}": str(value) for name, value in self.settings}
        arguments = ["-m", "dialer", "speech", "--log-file", str(self._folder / "speech.log")]
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [*die_with_parent(), sys.executable, *arguments],
                env={**os.environ, **told, "COLUMNS": "500"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def stop(self) -> None:
        """End it; calls that are up go on with digits."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def _output(self) -> Path:
        return self._folder / "output"

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection(self.settings.host, self.settings.port)
        except OSError:
            return False
        writer.close()
        return True
