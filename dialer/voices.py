"""The speech engines of the settings."""

from __future__ import annotations

from asterisk.install import find_program, root_folder_path
from dialer.settings import Settings
from ivr_scripts.prompts.engines import Engine
from ivr_scripts.prompts.engines.espeak import EspeakEngine


def engines_of(settings: Settings, language: str = "ru") -> list[Engine]:
    """In the order in which they are tried. Recordings have no second choice: a call never mixes two voices.

    The libraries of an engine load for as long as a command may take: only those of the chosen one are.
    """
    match settings.prompts.engine:
        case "tones":
            from ivr_scripts.prompts.engines.fake import ToneEngine

            return [ToneEngine()]
        case "recorded":
            from ivr_scripts.prompts.engines.recorded import RecordedEngine

            return [RecordedEngine(settings.prompts.recordings)]
        case "gtts":
            from ivr_scripts.prompts.engines.gtts import GttsEngine

            return [GttsEngine(language=language), _espeak(language)]
        case "espeak":
            return [_espeak(language)]


def _espeak(language: str) -> EspeakEngine:
    program = find_program("espeak-ng", root_folder_path())
    if program is None:
        return EspeakEngine(language=language)
    return EspeakEngine(program.command, program.environment, language=language)
