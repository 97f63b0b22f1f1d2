"""The port of speech recognition: sound in, words with confidence out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

RATE_HZ = 8_000
FRAME_BYTES = 320
"""20 ms of 16-bit samples."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word in lower case, and how sure the recogniser is of it (0 to 1)."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said so far; ``final`` once the speaker has paused, and then the next utterance begins anew."""

    words: tuple[Word, ...]
    final: bool

    @property
    def text(self) -> str:
        """The words with spaces between."""
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        """That of the least sure word: one misheard word makes another sum of it."""
        return min((word.confidence for word in self.words), default=0.0)


class Recogniser(Protocol):
    """Listens to one caller; used from one thread at a time."""

    def feed(self, samples: bytes) -> Heard | None:
        """Takes whole frames (16-bit little-endian, 8 kHz, mono); None when nothing new was heard."""


class Ears(Protocol):
    """A recognition engine that listens to many callers at once."""

    def listen(self, phrases: Sequence[str]) -> Recogniser:
        """A fresh recogniser that expects these phrases and notices that something else was said."""
