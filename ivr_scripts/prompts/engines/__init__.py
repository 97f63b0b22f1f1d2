"""Speech engines behind one port."""

from __future__ import annotations

from typing import Protocol

from domain.errors import EnvironmentFault


class EngineFault(EnvironmentFault):
    """A speech engine cannot be run or reached, or refused a text; another engine may do."""


class Unspeakable(EngineFault):
    """The engine cannot say this one text; it may well say the others."""


class Engine(Protocol):
    """Turns a text into speech; used from several threads at once."""

    @property
    def id(self) -> str:
        """Name of the engine; part of every clip's address."""

    @property
    def voice(self) -> str:
        """All that changes how it sounds, e.g. language and speed; part of every clip's address."""

    def synthesise(self, text: str) -> bytes:
        """An audio file (WAV or MP3) that says the text. Raises EngineFault, Unspeakable for this text alone."""
