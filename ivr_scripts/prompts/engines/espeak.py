"""espeak-ng: robotic, but offline, and 6 s of speech in 0.05 s."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence

from ivr_scripts.prompts.engines import EngineFault

TIMEOUT_S = 30.0


class EspeakEngine:
    """Runs the espeak-ng program once for each text.

    ``command`` is its prefix and may begin with a loader, where the program lives in a folder of its own;
    ``environment`` is added to ours (ESPEAK_DATA_PATH, say).
    """

    id = "espeak-ng"

    def __init__(
        self,
        command: Sequence[str] = ("espeak-ng",),
        environment: Mapping[str, str] | None = None,
        *,
        language: str = "ru",
        words_per_minute: int = 150,
    ) -> None:
        self.voice = f"{language}-{words_per_minute}"
        self._command = [*command, "-v", language, "-s", str(words_per_minute), "--stdin", "--stdout"]
        self._environment = {**os.environ, **(environment or {})}

    def synthesise(self, text: str) -> bytes:
        """A WAV file of 22,050 Hz. Raises EngineFault."""
        try:
            run = subprocess.run(
                self._command,
                input=text.encode(),
                capture_output=True,
                env=self._environment,
                timeout=TIMEOUT_S,
                check=False,
            )
        except OSError as error:
            raise EngineFault(
                f"espeak-ng cannot be run: {error.strerror}", remedy="install espeak-ng or run `make setup`"
            ) from error
        except subprocess.TimeoutExpired as error:
            raise EngineFault(f"espeak-ng did not finish a text in {TIMEOUT_S:g} s") from error
        if run.returncode or not run.stdout:
            said = run.stderr.decode(errors="replace").strip().partition("\n")[0] or "no reason given"
            raise EngineFault(f"espeak-ng failed with exit status {run.returncode}: {said}")
        return run.stdout
