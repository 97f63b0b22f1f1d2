"""The fake engine: a text is a tone, so that tests can tell which clip was played."""

from __future__ import annotations

import io
from hashlib import sha256

import numpy as np
import soundfile

from ivr_scripts.prompts.engines import EngineFault

RATE_HZ = 16_000
SECONDS_A_CHARACTER = 0.05


class ToneEngine:
    """Speaks each text as a tone of its own, so long for each character; refuses the texts in ``unspeakable``."""

    id = "tones"

    def __init__(
        self,
        voice: str = "sine",
        unspeakable: frozenset[str] = frozenset(),
        *,
        seconds_a_character: float = SECONDS_A_CHARACTER,
    ) -> None:
        self.voice = voice
        self.seconds_a_character = seconds_a_character
        self.unspeakable = unspeakable
        self.spoken: list[str] = []

    def synthesise(self, text: str) -> bytes:
        """A WAV file: a tone of `tone_hz`."""
        if text in self.unspeakable:
            raise EngineFault("tones cannot say this")
        self.spoken.append(text)
        at = np.arange(int(RATE_HZ * self.seconds_a_character * len(text))) / RATE_HZ
        wav = io.BytesIO()
        soundfile.write(wav, 0.3 * np.sin(2 * np.pi * tone_hz(text) * at), RATE_HZ, format="WAV")
        return wav.getvalue()


def tone_hz(text: str) -> int:
    """The tone of a text: 300 to 3,000 Hz in steps of 50."""
    return 300 + 50 * (sha256(text.encode()).digest()[0] % 55)
