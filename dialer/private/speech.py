"""A ``dozvon speech`` of our own for one machine, ended with us."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from dialer.private.service import PrivateService, listens
from dialer.settings import SpeechSettings
from domain.errors import EnvironmentFault


class PrivateSpeech(PrivateService):
    """One speech process at a port of this machine; when it is ended, calls that are up go on with digits."""

    def __init__(self, folder: Path, settings: SpeechSettings, port: int) -> None:
        super().__init__(folder)
        self.settings = settings.model_copy(update={"host": "127.0.0.1", "port": port})

    @property
    def url(self) -> str:
        """Where a node streams callers' voices."""
        return f"ws://{self.settings.host}:{self.settings.port}/"

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "dialer", "speech", "--log-file", str(self.folder / "speech.log")]

    def _environment(self) -> Mapping[str, str]:
        told = {f"DOZVON_SPEECH__{name.upper()}": str(value) for name, value in self.settings}
        return {**told, "COLUMNS": "500"}  # its error is read as one line

    async def _ready(self) -> bool:
        return await listens(self.settings.host, self.settings.port)

    def _fault(self) -> EnvironmentFault:
        said = self.output.read_text(errors="replace").strip().removeprefix("error: ")
        return EnvironmentFault(f"no speech: {said or 'it did not start'}")
