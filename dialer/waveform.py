"""The shape of a recording: how loud it is, piece by piece, for whoever looks where somebody speaks."""

from __future__ import annotations

import wave
from array import array
from functools import lru_cache
from pathlib import Path
from sys import byteorder
from typing import NamedTuple

from domain.errors import EnvironmentFault

LOUDEST = 32_768
KEPT = 256
"""So many shapes are remembered by a process."""


class Waveform(NamedTuple):
    """``peaks`` from 0 (silence) to 1, equally long pieces of all its ``seconds``."""

    seconds: float
    peaks: tuple[float, ...]


def waveform(file: Path, pieces: int) -> Waveform:
    """The shape of a WAV file of 16-bit samples; a file that has not changed is read once. EnvironmentFault when it
    cannot be read.
    """
    try:
        told = file.stat()
        return _read(file, told.st_mtime_ns, told.st_size, pieces)
    except (OSError, EOFError, wave.Error) as error:
        raise EnvironmentFault(
            f"the recording cannot be read ({error})", remedy="look whether it is whole"
        ) from error


@lru_cache(maxsize=KEPT)
def _read(file: Path, changed: int, size: int, pieces: int) -> Waveform:
    del changed, size  # another file of that name has other ones
    with wave.open(str(file), "rb") as opened:
        if opened.getsampwidth() != 2:
            raise wave.Error("not of 16-bit samples")
        frames, rate = opened.getnframes(), opened.getframerate()
        step = max(1, -(-frames // pieces))
        peaks = tuple(_peak(opened.readframes(step)) for _ in range(0, frames, step))
    return Waveform(frames / rate, peaks)


def _peak(samples: bytes) -> float:
    heard = array("h", samples[: len(samples) // 2 * 2])
    if byteorder == "big":
        heard.byteswap()
    return max(max(heard), -min(heard)) / LOUDEST if heard else 0.0
