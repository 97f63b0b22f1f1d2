"""Texts become sound. Its libraries load for as long as a command may take: who may do without imports it late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from dialer.jobs.prompts import speak_ahead
from dialer.settings import Settings
from dialer.voices import engines_of
from ivr_scripts.conversation import Event, Spoken
from ivr_scripts.listen import write_call
from ivr_scripts.prompts.audio import RATE_HZ
from ivr_scripts.prompts.store import PromptStore
from ivr_scripts.prompts.synthesise import Progress, prepare_prompts


def speak_with_workers(
    texts: Sequence[str],
    language: str,
    settings: Settings,
    *,
    progress: Progress | None = None,
    warn: Callable[[str], None],
) -> PromptStore:
    """Has the workers make the clips that are missing, and makes those that they do not.

    EnvironmentFault when one cannot be made, with the list of those that are missing.
    """
    speak_ahead(texts, language, settings, progress=progress)
    return speak(texts, language, settings, progress=progress, warn=warn)


def speak(
    texts: Sequence[str],
    language: str,
    settings: Settings,
    *,
    progress: Progress | None = None,
    warn: Callable[[str], None],
) -> PromptStore:
    """Makes the clips that are missing. EnvironmentFault when one cannot be made, with the list of the missing."""
    folder, engines = settings.prompts.folder.resolve(), engines_of(settings, language)
    return prepare_prompts(texts, folder, engines, progress=progress, warn=warn)


def write_conversation(
    events: Sequence[Event],
    language: str,
    settings: Settings,
    path: Path,
    rate_hz: int = RATE_HZ,
    *,
    progress: Progress | None = None,
    warn: Callable[[str], None],
) -> float:
    """Writes a whole call as one WAV file, its prompts made if need be, and tells its seconds.

    EnvironmentFault when a prompt cannot be made, or the file not written.
    """
    texts = [clip for event in events if isinstance(event, Spoken) for clip in event.clips]
    store = speak(texts, language, settings, progress=progress, warn=warn)
    return write_call(events, store, path, rate_hz)
