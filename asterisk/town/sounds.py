"""The town's own sounds: tones that a detector takes for speech, and a beep. No voice, nobody's words."""

from __future__ import annotations

import math
from array import array
from pathlib import Path

RATE = 8000
_SYLLABLE, _GAP = 0.18, 0.07


def write_sounds(folder: Path, *, greeting: float) -> None:
    """Writes the machine's greeting (of so many seconds) and beep, and the carrier's announcement.

    All are 16-bit samples at 8 kHz, the format that Asterisk calls sln.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "greeting.sln", _babble(greeting))
    _write(folder / "announcement.sln", _babble(2.0))
    _write(folder / "beep.sln", _tone(1000, 0.4))


def _babble(seconds: float) -> array[int]:
    """Syllables of changing pitch with short gaps between them."""
    samples: array[int] = array("h")
    pitch = 0
    while len(samples) < seconds * RATE:
        samples += _tone(180 + 40 * pitch, _SYLLABLE) + _tone(0, _GAP)
        pitch = (pitch + 3) % 7
    return samples


def _tone(hertz: int, seconds: float) -> array[int]:
    return array(
        "h", (round(9000 * math.sin(math.tau * hertz * i / RATE)) for i in range(round(seconds * RATE)))
    )


def _write(path: Path, samples: array[int]) -> None:
    path.write_bytes(samples.tobytes())
