"""A whole call as one sound file, so that a supervisor can hear what a debtor will hear."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from domain.errors import EnvironmentFault
from ivr_scripts.conversation import Event, Heard, Spoken
from ivr_scripts.prompts.audio import RATE_HZ
from ivr_scripts.prompts.store import PromptStore

ANSWER_S = 1.0
"""How long a debtor who answers is silent before and while he does."""

Samples = npt.NDArray[np.float64]


def write_call(events: Iterable[Event], store: PromptStore, path: Path, rate_hz: int = RATE_HZ) -> float:
    """Writes the call as a mono WAV of 16 bits and tells its seconds; every clip must be in the store.

    What the debtor says is not heard, but the time it takes is. Raises EnvironmentFault when the file
    cannot be written.
    """
    narrow = np.concatenate([np.zeros(0), *_parts(events, store)])
    samples = narrow if rate_hz == RATE_HZ else soxr.resample(narrow, RATE_HZ, rate_hz)
    wav = io.BytesIO()
    soundfile.write(wav, samples, rate_hz, format="WAV", subtype="PCM_16")
    try:
        path.write_bytes(wav.getvalue())
    except OSError as error:
        raise EnvironmentFault(f"cannot be written: {error.strerror}", where=str(path)) from error
    return len(narrow) / RATE_HZ


def _parts(events: Iterable[Event], store: PromptStore) -> Iterator[Samples]:
    for event in events:
        match event:
            case Spoken(clips=clips):
                yield from (_clip(store.path(clip)) for clip in clips)
            case Heard(what=what, waits_s=waits_s):
                yield np.zeros(int(RATE_HZ * (ANSWER_S if what else waits_s)))


def _clip(path: Path) -> Samples:
    samples, _ = soundfile.read(
        path, dtype="float64", samplerate=RATE_HZ, channels=1, format="RAW", subtype="ALAW"
    )
    return np.asarray(samples, dtype=np.float64)
