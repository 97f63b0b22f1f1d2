"""Speech as an engine gives it -> the clip that Asterisk plays: 8 kHz mono A-law, trimmed, evenly loud."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

RATE_HZ = 8_000
SPEECH_DBFS = -20.0
"""Mean level of the voiced part; what telephone networks expect of speech lies between -26 and -16."""
PEAK_DBFS = -1.5
SILENCE_BELOW_PEAK_DB = 40.0
FRAME_S = 0.010
MARGIN_S = 0.030
FADE_S = 0.005
FAINTEST_DBFS = -60.0
PAUSE_S = 0.35
"""With the margins of both clips it is what espeak-ng, too, is silent for between two sentences."""

Samples = npt.NDArray[np.float64]


class NotSpeech(ValueError):
    """The bytes are no audio, or hold nothing but silence."""


def to_clip(recording: bytes) -> bytes:
    """The clip of an audio file (WAV, MP3 or whatever else libsndfile reads), as raw A-law bytes.

    Silence at both ends goes, but for 30 ms, so that clips join into one sentence. Raises NotSpeech.
    """
    samples, rate_hz = _decode(recording)
    narrow: Samples = soxr.resample(samples, rate_hz, RATE_HZ)
    return _encode(_faded(_evened(_trimmed(narrow))))


def pause() -> bytes:
    """The clip of the pause between two sentences."""
    return _encode(np.zeros(int(RATE_HZ * PAUSE_S)))


def _decode(recording: bytes) -> tuple[Samples, int]:
    try:
        channels, rate_hz = soundfile.read(io.BytesIO(recording), dtype="float64", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise NotSpeech("no audio that can be read") from error
    mono: Samples = channels.mean(axis=1)
    return mono, rate_hz


def _levels(samples: Samples) -> Samples:
    """The root mean square of each 10 ms frame."""
    size = int(RATE_HZ * FRAME_S)
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    levels: Samples = np.sqrt((frames**2).mean(axis=1))
    return levels


def _voiced(samples: Samples) -> npt.NDArray[np.intp]:
    """The numbers of the frames that are not silence."""
    levels = _levels(samples)
    loudest = levels.max(initial=0.0)
    if loudest < _ratio(FAINTEST_DBFS):
        raise NotSpeech("nothing but silence")
    return np.flatnonzero(levels > loudest * _ratio(-SILENCE_BELOW_PEAK_DB))


def _trimmed(samples: Samples) -> Samples:
    voiced = _voiced(samples)
    margin, size = int(RATE_HZ * MARGIN_S), int(RATE_HZ * FRAME_S)
    return samples[max(0, voiced[0] * size - margin) : (voiced[-1] + 1) * size + margin]


def _evened(samples: Samples) -> Samples:
    speech = np.sqrt((_levels(samples)[_voiced(samples)] ** 2).mean())
    gain = min(_ratio(SPEECH_DBFS) / speech, _ratio(PEAK_DBFS) / np.abs(samples).max())
    evened: Samples = samples * gain
    return evened


def _faded(samples: Samples) -> Samples:
    """Soft edges, so that joined clips do not click."""
    ramp = np.linspace(0.0, 1.0, int(RATE_HZ * FADE_S))
    faded = samples.copy()
    faded[: len(ramp)] *= ramp
    faded[-len(ramp) :] *= ramp[::-1]
    return faded


def _encode(samples: Samples) -> bytes:
    raw = io.BytesIO()
    soundfile.write(raw, samples, RATE_HZ, format="RAW", subtype="ALAW")
    return raw.getvalue()


def _ratio(decibels: float) -> float:
    return float(10 ** (decibels / 20))
