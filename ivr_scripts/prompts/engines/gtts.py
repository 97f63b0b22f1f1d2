"""gTTS: a natural voice from Google's translator, over the network. The only importer of gtts."""

from __future__ import annotations

import io

from gtts import gTTS
from gtts.tts import gTTSError

from ivr_scripts.prompts.engines import EngineFault

TIMEOUT_S = 15.0


class GttsEngine:
    """Asks the network service for each text. Texts leave the house: they must not hold names of debtors."""

    id = "gtts"

    def __init__(self, *, language: str = "ru") -> None:
        self.voice = language

    def synthesise(self, text: str) -> bytes:
        """An MP3 file. Raises EngineFault when the service cannot be reached or refuses."""
        speech = io.BytesIO()
        try:
            gTTS(text, lang=self.voice, lang_check=False, timeout=TIMEOUT_S).write_to_fp(speech)
        except gTTSError as error:
            raise EngineFault(f"gTTS cannot be reached: {error}", remedy="check the network") from error
        return speech.getvalue()
