"""A recogniser for tests and for machines without a model: each phrase it knows is a tone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ivr_scripts.speech.recogniser import FRAME_BYTES, RATE_HZ, Heard, Word

PHRASES = (
    "да",
    "нет",
    "завтра",
    "через неделю",
    "пятнадцатого",
    "полторы тысячи рублей",
    "оператор",
    "один",
    "два",
    "я уже оплатил",
    "ничего не понимаю",
    "не буду платить",
    "жалоба",
)
"""What it knows unless told otherwise."""

LOWEST_HZ, STEP_HZ = 600, 100
WORD_FRAMES = 5
PAUSE_FRAMES = 15
FAINTEST = 300.0
MUMBLED = 2_000.0
"""Root mean square (of 32,768) below which a tone is not heard, and below which it is not heard clearly."""
SURE, UNSURE = 0.95, 0.3


def tone_hz(phrase: str, phrases: Sequence[str] = PHRASES) -> int:
    """The tone that means a phrase; ValueError for one that the fake does not know."""
    return LOWEST_HZ + STEP_HZ * list(phrases).index(phrase)


def said(phrase: str, seconds: float = 0.4, *, loudness: float = 0.4) -> npt.NDArray[np.float64]:
    """The sound of a phrase, for a file that the town plays; below a loudness of 0.08 it is mumbled."""
    at = np.arange(int(RATE_HZ * seconds)) / RATE_HZ
    sound: npt.NDArray[np.float64] = loudness * np.sin(2 * np.pi * tone_hz(phrase) * at)
    return sound


class ToneEars:
    """Hears tones as phrases."""

    def __init__(self, phrases: Sequence[str] = PHRASES) -> None:
        self._phrases = tuple(phrases)

    def listen(self, phrases: Sequence[str]) -> ToneRecogniser:
        """A recogniser that knows its own phrases, whichever are expected."""
        return ToneRecogniser(self._phrases)


@dataclass
class ToneRecogniser:
    """Says a phrase after 0.1 s of its tone, finally after 0.3 s without any."""

    phrases: tuple[str, ...]
    _words: list[Word] = field(default_factory=list)
    _last: int = 0
    _lasted: int = 0
    _pause: int = 0

    def feed(self, samples: bytes) -> Heard | None:
        """Takes whole frames."""
        heard: Heard | None = None
        for start in range(0, len(samples), FRAME_BYTES):
            heard = self._frame(samples[start : start + FRAME_BYTES]) or heard
        return heard

    def _frame(self, frame: bytes) -> Heard | None:
        sound = np.frombuffer(frame, dtype="<i2").astype(np.float64)
        level = float(np.sqrt((sound**2).mean())) if len(sound) else 0.0
        place = self._place(sound) if level > FAINTEST else -1
        self._lasted = self._lasted + 1 if place == self._last else 1
        self._last = place
        if place < 0:
            return self._silence()
        self._pause = 0
        if self._lasted != WORD_FRAMES:
            return None
        sure = SURE if level > MUMBLED else UNSURE
        self._words += [Word(word, sure) for word in self.phrases[place].split()]
        return Heard(tuple(self._words), final=False)

    def _silence(self) -> Heard | None:
        self._pause += 1
        if self._pause < PAUSE_FRAMES or not self._words:
            return None
        words, self._words = tuple(self._words), []
        return Heard(words, final=True)

    def _place(self, sound: npt.NDArray[np.float64]) -> int:
        """Which phrase the tone means; -1 for a sound that means none."""
        spectrum = np.abs(np.fft.rfft(sound)) ** 2
        peak = int(spectrum[1:].argmax()) + 1
        hertz = peak * RATE_HZ // len(sound)
        place, beside = divmod(hertz - LOWEST_HZ, STEP_HZ)
        pure = spectrum[peak] > 0.8 * spectrum[1:].sum()
        return place if pure and beside == 0 and 0 <= place < len(self.phrases) else -1
