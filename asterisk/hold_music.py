"""What somebody hears who waits or is put on hold: three soft notes now and then, made here, nobody's music."""

from __future__ import annotations

import math
from array import array
from pathlib import Path

RATE = 8000
_NOTES = (523.25, 659.26, 783.99)
_NOTE_S, _REST_S = 0.6, 2.2
_LOUDNESS = 3000


def write_hold_music(folder: Path) -> None:
    """Writes one round of it: 16-bit samples at 8 kHz, the format that Asterisk calls sln."""
    folder.mkdir(parents=True, exist_ok=True)
    samples: array[int] = array("h")
    for hertz in _NOTES:
        length = round(_NOTE_S * RATE)
        samples.extend(
            round(_LOUDNESS * math.exp(-4 * i / length) * math.sin(math.tau * hertz * i / RATE))
            for i in range(length)
        )
    samples.extend([0] * round(_REST_S * RATE))
    (folder / "notes.sln").write_bytes(samples.tobytes())
